package io.streambed.kafka.internal.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.bytes.Slice;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VersionLayoutTest {
    private static final byte[] EDGES = {0, 1, (byte) 0xfe, (byte) 0xff};

    /** Bytes on disk: what was written once has to be found for ever. */
    @Test
    void looksAsDrawn() {
        assertEquals("610000" + "800000000000000a", hex(VersionLayout.key(new byte[] {'a'}, 10)));
        assertEquals(
                "6100ff620000" + "ffffffffffffffff",
                hex(VersionLayout.key(new byte[] {'a', 0, 'b'}, VersionLayout.LATEST)));
        assertEquals("0000" + "7fffffffffffffff", hex(VersionLayout.key(new byte[0], -1)));
        assertEquals("01" + "000000000000000a" + "ab", hex(VersionLayout.version(10, new byte[] {(byte) 0xab})));
        assertEquals("00" + "fffffffffffffff6", hex(VersionLayout.tombstone(-10)));
    }

    @Test
    void whatWasPutInComesOut() {
        byte[] key = VersionLayout.key(new byte[] {1, 0}, 77);
        byte[] padded = new byte[key.length + 5];
        System.arraycopy(key, 0, padded, 3, key.length);
        assertEquals(77, VersionLayout.validTo(Slice.of(padded, 3, key.length)));
        assertEquals(78, VersionLayout.validTo(Slice.of(VersionLayout.withValidTo(key, 78))));
        assertEquals(77, VersionLayout.validTo(Slice.of(key)));
        for (byte[] value : new byte[][] {{}, {0}, {5, 6, 7}}) {
            byte[] entry = VersionLayout.version(-3, value);
            assertEquals(-3, VersionLayout.validFrom(entry));
            assertEquals(-3, VersionLayout.validFrom(Slice.of(entry)));
            assertFalse(VersionLayout.isTombstone(Slice.of(entry)));
            assertArrayEquals(value, VersionLayout.value(entry));
            assertArrayEquals(value, VersionLayout.value(Slice.of(entry)));
        }
        assertTrue(VersionLayout.isTombstone(Slice.of(VersionLayout.tombstone(9))));
        assertEquals(9, VersionLayout.validFrom(VersionLayout.tombstone(9)));
    }

    /** Order of the bytes is order of the keys first and of the ends of their versions second, whatever bytes keys are made of. */
    @Test
    void ordersByKeyAndThenByTime() {
        Random random = new Random(1);
        long[] times = {Long.MIN_VALUE, -1, 0, 1, 255, 256, Long.MAX_VALUE};
        for (int i = 0; i < 200_000; i++) {
            byte[] a = key(random);
            byte[] b = random.nextInt(4) == 0 ? a : key(random);
            long timeA = times[random.nextInt(times.length)];
            long timeB = times[random.nextInt(times.length)];
            int keys = Integer.signum(Arrays.compareUnsigned(a, b));
            int expected = keys == 0 ? Long.compare(timeA, timeB) : keys;
            int actual = Arrays.compareUnsigned(VersionLayout.key(a, timeA), VersionLayout.key(b, timeB));
            assertEquals(expected, Integer.signum(actual), () -> hex(a) + " " + timeA + ", " + hex(b) + " " + timeB);
        }
    }

    private static byte[] key(Random random) {
        byte[] key = new byte[random.nextInt(12)];
        for (int i = 0; i < key.length; i++) {
            key[i] = EDGES[random.nextInt(EDGES.length)];
        }
        return key;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
