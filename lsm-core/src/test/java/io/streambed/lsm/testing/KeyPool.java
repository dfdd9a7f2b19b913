package io.streambed.lsm.testing;

import static io.streambed.lsm.testing.ByteMaps.bytes;

import io.streambed.lsm.KeyRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A fixed set of keys of one shape, so that random operations meet the same key again and again. */
public final class KeyPool {
    /** What keys look like. */
    public enum Shape {
        /** None to six bytes out of those that comparisons get wrong. */
        TINY {
            @Override
            byte[] make(Random random, int index, List<byte[]> earlier) {
                byte[] odd = {0, 1, 'a', 'b', 0x7f, (byte) 0x80, (byte) 0xfe, (byte) 0xff};
                byte[] key = new byte[random.nextInt(7)];
                for (int i = 0; i < key.length; i++) {
                    key[i] = odd[random.nextInt(odd.length)];
                }
                return key;
            }
        },

        /** Nothing but 0x00 or 0xFF, none to 60 of them. */
        RUNS {
            @Override
            byte[] make(Random random, int index, List<byte[]> earlier) {
                byte[] key = new byte[random.nextInt(61)];
                Arrays.fill(key, (byte) -random.nextInt(2));
                return key;
            }
        },

        /** 16 random bytes. */
        RANDOM {
            @Override
            byte[] make(Random random, int index, List<byte[]> earlier) {
                byte[] key = new byte[16];
                random.nextBytes(key);
                return key;
            }
        },

        /** Numbers as text. */
        DECIMAL {
            @Override
            byte[] make(Random random, int index, List<byte[]> earlier) {
                return bytes("customer-" + random.nextInt(1_000_000));
            }
        },

        /** A common prefix of 300 bytes, then a number. */
        LONG_PREFIX {
            @Override
            byte[] make(Random random, int index, List<byte[]> earlier) {
                return bytes("p".repeat(300) + index);
            }
        },

        /** An earlier key, cut short or with zeros behind. */
        RELATIVES {
            @Override
            byte[] make(Random random, int index, List<byte[]> earlier) {
                if (earlier.isEmpty() || random.nextInt(8) == 0) {
                    return RANDOM.make(random, index, earlier);
                }
                byte[] key = earlier.get(random.nextInt(earlier.size()));
                return Arrays.copyOf(key, Math.max(0, key.length - 5 + random.nextInt(10)));
            }
        },

        /** Three of 5 KB, alike but for one byte or the length; the others are {@link #RELATIVES}. */
        HUGE {
            @Override
            byte[] make(Random random, int index, List<byte[]> earlier) {
                if (index % 20 != 0 || index > 40) {
                    return RELATIVES.make(random, index, earlier);
                }
                byte[] key = new byte[(5 << 10) - random.nextInt(3)];
                key[random.nextInt(key.length)] = (byte) random.nextInt(3);
                return key;
            }
        };

        abstract byte[] make(Random random, int index, List<byte[]> earlier);
    }

    private final List<byte[]> keys = new ArrayList<>();

    /** {@code count} keys of a shape; some may be equal. */
    public KeyPool(Shape shape, int count, Random random) {
        for (int i = 0; i < count; i++) {
            keys.add(shape.make(random, i, keys));
        }
    }

    /** One of the keys. */
    public byte[] any(Random random) {
        return keys.get(random.nextInt(keys.size()));
    }

    /** A range: all, open on one side, closed on both, a prefix, or empty. */
    public KeyRange anyRange(Random random) {
        return switch (random.nextInt(9)) {
            case 0 -> KeyRange.all();
            case 8 -> {
                byte[] only = any(random);
                yield KeyRange.closed(only, only);
            }
            case 1 -> new KeyRange(any(random), null);
            case 2 -> new KeyRange(null, any(random));
            case 3 -> KeyRange.closed(any(random), any(random));
            case 4, 5 -> {
                byte[] key = any(random);
                yield KeyRange.prefix(Arrays.copyOf(key, random.nextInt(key.length + 1)));
            }
            default -> {
                byte[] a = any(random);
                byte[] b = any(random);
                yield Arrays.compareUnsigned(a, b) <= 0 ? new KeyRange(a, b) : new KeyRange(b, a);
            }
        };
    }
}
