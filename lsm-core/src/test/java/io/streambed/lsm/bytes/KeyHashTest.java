package io.streambed.lsm.bytes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class KeyHashTest {
    @Test
    void dependsOnTheKeyAloneAndNotOnWhatStandsAroundIt() {
        Random random = new Random(7);
        for (int length = 0; length <= 100; length++) {
            byte[] key = new byte[length];
            random.nextBytes(key);
            long hash = KeyHash.of(key);
            for (int offset = 0; offset < 20; offset++) {
                byte[] around = new byte[offset + length + 20];
                random.nextBytes(around);
                System.arraycopy(key, 0, around, offset, length);
                assertEquals(hash, KeyHash.of(around, offset, length));
                // At the end of its array, too.
                assertEquals(hash, KeyHash.of(Arrays.copyOf(around, offset + length), offset, length));
            }
        }
    }

    @Test
    void dependsOnEveryBitAndOnTheLength() {
        Random random = new Random(11);
        for (int length = 0; length <= 100; length++) {
            byte[] key = new byte[length];
            random.nextBytes(key);
            Set<Long> hashes = new HashSet<>(Set.of(KeyHash.of(key)));
            for (int bit = 0; bit < 8 * length; bit++) {
                key[bit >>> 3] ^= (byte) (1 << (bit & 7));
                assertTrue(hashes.add(KeyHash.of(key)), "length " + length + ", bit " + bit);
                key[bit >>> 3] ^= (byte) (1 << (bit & 7));
            }
        }
        Set<Long> hashes = new HashSet<>();
        for (int length = 0; length <= 100; length++) {
            assertTrue(hashes.add(KeyHash.of(new byte[length])), "zeros, length " + length);
        }
    }

    @Test
    void staysAsItIsSinceFilesHoldIt() {
        byte[] key = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz".getBytes(StandardCharsets.US_ASCII);
        assertEquals(0x21988d8b7f19d8a6L, KeyHash.of(key, 0, 0));
        assertEquals(0x8c72953696b69dbdL, KeyHash.of(key, 0, 1));
        assertEquals(0x2560518f963a972bL, KeyHash.of(key, 0, 3));
        assertEquals(0x1483466b50f4d2bbL, KeyHash.of(key, 0, 4));
        assertEquals(0xb7fb4922017dcf42L, KeyHash.of(key, 0, 7));
        assertEquals(0x80b2f5ae33f1b99eL, KeyHash.of(key, 0, 8));
        assertEquals(0x4f1f5d00563e526bL, KeyHash.of(key, 0, 15));
        assertEquals(0xe5fa515152663e6dL, KeyHash.of(key, 0, 16));
        assertEquals(0x0e7eb56117a9da03L, KeyHash.of(key, 0, 17));
        assertEquals(0x9a369e4faf0427f4L, KeyHash.of(key, 0, 24));
        assertEquals(0xda860c777c28e881L, KeyHash.of(key, 0, 31));
        assertEquals(0x4a138563e85b9265L, KeyHash.of(key, 0, 32));
        assertEquals(0x33a608d431aa1b96L, KeyHash.of(key, 0, 33));
        assertEquals(0x6ee9222fde570032L, KeyHash.of(key, 0, 52));
    }
}
