package io.streambed.lsm.internal.memtable;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Kinds of keys that a sorted structure may get wrong. */
enum KeyShape {
    /** As in the benchmarks: 16 to 24 random bytes. */
    RANDOM {
        @Override
        byte[] make(Random random, List<byte[]> earlier) {
            byte[] key = new byte[16 + random.nextInt(9)];
            random.nextBytes(key);
            return key;
        }
    },

    /** Numbers as text behind a common prefix that is longer than a window and a word together. */
    DECIMAL {
        @Override
        byte[] make(Random random, List<byte[]> earlier) {
            return ("customer-account-" + random.nextInt(1_000_000)).getBytes(StandardCharsets.US_ASCII);
        }
    },

    /** None to five bytes of two values: all of them prefixes of others, and the empty key among them. */
    TINY {
        @Override
        byte[] make(Random random, List<byte[]> earlier) {
            byte[] key = new byte[random.nextInt(6)];
            for (int i = 0; i < key.length; i++) {
                key[i] = (byte) -random.nextInt(2);
            }
            return key;
        }
    },

    /** Runs of 0x00 or 0xFF, so that a padded window equals a real one. */
    RUN {
        @Override
        byte[] make(Random random, List<byte[]> earlier) {
            byte[] key = new byte[random.nextInt(40)];
            Arrays.fill(key, (byte) -random.nextInt(2));
            return key;
        }
    },

    /** A common prefix of 8, 14 or 20 bytes, then one of few values. */
    SHARED {
        @Override
        byte[] make(Random random, List<byte[]> earlier) {
            byte[] key = new byte[9 + 6 * random.nextInt(3)];
            Arrays.fill(key, (byte) 'p');
            key[key.length - 1] = (byte) random.nextInt(4);
            return key;
        }
    },

    /** An earlier key, cut short or with zeros behind. */
    RELATIVE {
        @Override
        byte[] make(Random random, List<byte[]> earlier) {
            if (earlier.isEmpty()) {
                return new byte[0];
            }
            byte[] key = earlier.get(random.nextInt(earlier.size()));
            return Arrays.copyOf(key, Math.max(0, key.length - 7 + random.nextInt(14)));
        }
    },

    /** Up to 64 KiB, alike but for one byte or the length. Rare, and otherwise as {@link #RELATIVE}. */
    LONG {
        @Override
        byte[] make(Random random, List<byte[]> earlier) {
            if (random.nextInt(20) != 0) {
                return RELATIVE.make(random, earlier);
            }
            byte[] key = new byte[(64 << 10) - random.nextInt(3)];
            key[random.nextInt(key.length)] = (byte) random.nextInt(3);
            return key;
        }
    };

    /** A new key; {@code earlier} are keys to lean on. */
    abstract byte[] make(Random random, List<byte[]> earlier);
}
