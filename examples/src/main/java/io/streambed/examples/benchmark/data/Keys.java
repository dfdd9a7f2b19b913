package io.streambed.examples.benchmark.data;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Keys of 16 to 24 bytes, each made from its number alone and leading back to it, so that nothing about them need be kept.
 *
 * <pre>
 *  0        8                     length
 *  | head 8 | tail 8 to 16, from the head |     big-endian; the head differs for each number
 * </pre>
 *
 * <p>An immutable value.
 */
public enum Keys {
    /** Heads that look random: in order of their numbers, keys come in random order. */
    RANDOM {
        @Override
        long head(long id) {
            return Mix.mix(id + SEED);
        }

        @Override
        long ofHead(long head) {
            return Mix.unmix(head) - SEED;
        }
    },
    /** Keys ascend with their numbers. */
    SEQUENTIAL {
        @Override
        long head(long id) {
            return id;
        }

        @Override
        long ofHead(long head) {
            return head;
        }
    },
    /** Random groups of {@link #GROUP} consecutive numbers, whose keys share their first {@link #PREFIX} bytes and nobody else's. */
    GROUPED {
        @Override
        long head(long id) {
            return (Mix.mix(id / GROUP + SEED) & ~0xffL) | (id % GROUP);
        }

        @Override
        long ofHead(long head) {
            throw new UnsupportedOperationException("a group's number is not in its keys as a whole");
        }
    };

    /** Keys that share a prefix in {@link #GROUPED}. */
    public static final int GROUP = 20;

    /** Length of that prefix. */
    public static final int PREFIX = 7;

    private static final long SEED = 0x5eed_5eed_5eedL;
    private static final int SHORTEST = 16;
    private static final int LENGTHS = 9;

    /** Far above the number of any key that is ever written. */
    private static final long NEVER_WRITTEN = 1L << 44;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** The first eight bytes of a key. */
    abstract long head(long id);

    /** The number whose key has that head. */
    abstract long ofHead(long head);

    /** The number of a key that this made; any number for another one, which {@link #isKey} tells. */
    public long idOf(byte[] key) {
        return key.length < 8 ? -1 : ofHead((long) LONG.get(key, 0));
    }

    /** The key of a number. */
    public byte[] key(long id) {
        long head = head(id);
        long tail = tail(head);
        byte[] key = new byte[length(tail)];
        LONG.set(key, 0, head);
        LONG.set(key, key.length - 8, ~tail);
        LONG.set(key, 8, tail);
        return key;
    }

    /** A key among those written that is never written itself; another one for each number. */
    public byte[] missing(long id) {
        return key(id + NEVER_WRITTEN);
    }

    /** Whether these bytes are the key of that number; without making it. */
    public boolean isKey(long id, byte[] key) {
        long head = head(id);
        long tail = tail(head);
        int length = length(tail);
        return key.length == length
                && (long) LONG.get(key, 0) == head
                && (long) LONG.get(key, 8) == tail
                && (length == SHORTEST || sameEnd(key, tail));
    }

    private static boolean sameEnd(byte[] key, long tail) {
        // The last eight bytes were written before the tail, which covers the first of them.
        int left = key.length - SHORTEST;
        long mask = left == 8 ? -1L : (1L << (8 * left)) - 1;
        return (((long) LONG.get(key, key.length - 8) ^ ~tail) & mask) == 0;
    }

    private static long tail(long head) {
        return Mix.mix(head ^ 0x7a11L);
    }

    private static int length(long tail) {
        return SHORTEST + (int) (((tail >>> 32) * LENGTHS) >>> 32);
    }
}
