package io.streambed.lsm.internal.sstable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.bytes.ByteWriter;
import io.streambed.lsm.bytes.KeyHash;
import io.streambed.lsm.bytes.MalformedBytesException;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class BloomFilterTest {
    @Test
    void knowsEveryKeyAndFewOthers() {
        for (int keys : new int[] {1, 10, 1000, 200_000}) {
            BloomFilter filter = BloomFilter.of(hashes(1, keys), keys, 10);
            for (long hash : hashes(1, keys)) {
                assertTrue(filter.mayContain(hash));
            }
            long wrong = wrongAnswers(filter, 200_000);
            assertTrue(wrong < 0.02 * 200_000, keys + " keys: " + wrong + " wrong answers in 200,000");
        }
    }

    @Test
    void isAsGoodForKeysThatAreAlike() {
        // Numbers one after the other, as real keys are: the hash has to spread them.
        int keys = 100_000;
        long[] hashes = new long[keys];
        for (int i = 0; i < keys; i++) {
            hashes[i] = KeyHash.of(new ByteWriter(8).writeFixedLong(2L * i).toByteArray());
        }
        BloomFilter filter = BloomFilter.of(hashes, keys, 10);
        int wrong = 0;
        for (int i = 0; i < keys; i++) {
            if (filter.mayContain(
                    KeyHash.of(new ByteWriter(8).writeFixedLong(2L * i + 1).toByteArray()))) {
                wrong++;
            }
        }
        assertTrue(wrong < 0.015 * keys, wrong + " wrong answers in " + keys);
    }

    @Test
    void moreBitsMeanFewerWrongAnswers() {
        long last = Long.MAX_VALUE;
        for (int bits : new int[] {4, 8, 12, 20}) {
            long wrong = wrongAnswers(BloomFilter.of(hashes(1, 50_000), 50_000, bits), 200_000);
            assertTrue(wrong < last / 2, bits + " bits: " + wrong);
            last = wrong;
        }
    }

    @Test
    void isTheSameWhenReadBack() throws MalformedBytesException {
        BloomFilter filter = BloomFilter.of(hashes(1, 1000), 1000, 10);
        byte[] bytes = encode(filter.lines(), filter.probes(), filter.words());
        BloomFilter read = BloomFilter.parse(bytes, 0, bytes.length);
        for (long hash : hashes(2, 10_000)) {
            assertEquals(filter.mayContain(hash), read.mayContain(hash));
        }
    }

    @Test
    void refusesWhatCannotBeOne() {
        long[] words = new long[8];
        assertRefused(encode(0, 6, new long[0]));
        assertRefused(encode(-1, 6, words));
        assertRefused(encode(2, 6, words));
        assertRefused(encode(1 << 26, 6, words));
        assertRefused(encode(1, 0, words));
        assertRefused(encode(1, 8, words));
        assertRefused(new byte[0]);
        assertRefused(new byte[5]);
    }

    private static void assertRefused(byte[] bytes) {
        assertThrows(MalformedBytesException.class, () -> BloomFilter.parse(bytes, 0, bytes.length));
    }

    private static byte[] encode(int lines, int probes, long[] words) {
        ByteWriter out = new ByteWriter(16).writeFixedInt(lines).writeByte(probes);
        for (long word : words) {
            out.writeFixedLong(word);
        }
        return out.toByteArray();
    }

    private static long wrongAnswers(BloomFilter filter, int questions) {
        long wrong = 0;
        for (long hash : hashes(2, questions)) {
            if (filter.mayContain(hash)) {
                wrong++;
            }
        }
        return wrong;
    }

    private static long[] hashes(long seed, int count) {
        return new Random(seed).longs(count).toArray();
    }
}
