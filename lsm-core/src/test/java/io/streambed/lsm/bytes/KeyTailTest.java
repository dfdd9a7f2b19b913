package io.streambed.lsm.bytes;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyTailTest {
    private static final int LONGEST = 40;

    private final Random random = new Random(7);

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
        byte[] longer = Arrays.copyOf(other, other.length + 3);
        return KeyTail.isSameKey(Slice.of(around, 5, key.length), longer, other.length);
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
