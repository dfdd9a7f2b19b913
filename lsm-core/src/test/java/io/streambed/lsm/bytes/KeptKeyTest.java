package io.streambed.lsm.bytes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeptKeyTest {
    private static final int LONGEST = 40;

    private final Random random = new Random(7);
    private final KeptKey kept = new KeptKey();

    @Test
    void nothingIsAKeyThatWasNotKept() {
        assertFalse(kept.is(new Slice()));
        assertEquals(0, kept.memoryBytes());
    }

    @Test
    void theKeyIsACopy() {
        byte[] key = bytes(LONGEST);
        byte[] before = key.clone();
        kept.keep(Slice.of(key));
        key[0] ^= 1;
        assertArrayEquals(before, kept.show(new Slice()).toByteArray());
        assertFalse(kept.is(Slice.of(key)));
    }

    /** Wherever both stand in their arrays, and whatever stands around them. */
    @Test
    void equalBytesAreTheSameKey() {
        for (int length = 0; length <= LONGEST; length++) {
            byte[] key = bytes(length);
            assertTrue(isSame(key, key), length + " bytes");
        }
    }

    @Test
    void oneByteMakesAnotherKey() {
        for (int length = 1; length <= LONGEST; length++) {
            byte[] key = bytes(length);
            for (int at = 0; at < length; at++) {
                byte[] other = key.clone();
                other[at] ^= 1;
                assertFalse(isSame(key, other), "byte " + at + " of " + length);
            }
        }
    }

    @Test
    void aBeginningIsAnotherKey() {
        for (int length = 1; length <= LONGEST; length++) {
            byte[] key = bytes(length);
            byte[] beginning = Arrays.copyOf(key, length - 1);
            assertFalse(isSame(key, beginning), length + " bytes");
            assertFalse(isSame(beginning, key), length + " bytes");
        }
    }

    private boolean isSame(byte[] key, byte[] other) {
        byte[] around = bytes(key.length + 9);
        System.arraycopy(key, 0, around, 5, key.length);
        // The same object each time: what an earlier key has left behind it must not matter.
        kept.keep(Slice.of(other));
        return kept.is(Slice.of(around, 5, key.length));
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
