package io.streambed.kafka.internal.layout;

import io.streambed.lsm.bytes.Slice;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The versions of keys, one entry each, under the time that they are valid <em>to</em>.
 *
 * <pre>
 *  key     escaped user key | valid to 8      big-endian, sign bit flipped: byte order is order in time
 *  value   kind 1 | valid from 8 | value …    kind 1: a version. 0: a tombstone, without a value; valid from big-endian
 *
 *  put(k, a, 10)  put(k, b, 20)  put(k, null, 30)  put(k, c, 40)
 *
 *  k | 20    1 10 a        valid from 10 up to 20, which does not belong to it
 *  k | 30    1 20 b        nothing is there from 30 up to 40: what ended at 30 tells of the tombstone
 *  k | ∞     1 40 c        the latest version; ∞ is the largest number
 * </pre>
 *
 * <p>Why by the end and not by the beginning: the latest version of a key is always at the same place, so that reading it is a point read;
 * the version as of t is the first entry that is valid to more than t, one seek; and how long an entry is needed is a matter of its end, so
 * the key alone tells when it has expired. Versions of a key do not overlap.
 *
 * <p>A tombstone that ends a version is that version's end, and has no entry. Where it ends none (there is nothing before it, or it lies in
 * a gap) it has one, as an older version may still come that it ends: in front of a later version up to that one, and behind all others
 * up to its own time, which is an interval of no length.
 *
 * <p>On disk, never change.
 */
public final class VersionLayout {
    /** What the latest version is valid to. A version that really ends there cannot be told apart from it, and is replaced by it. */
    public static final long LATEST = Long.MAX_VALUE;

    private static final byte TOMBSTONE = 0;
    private static final byte VERSION = 1;

    private static final int KIND = 0;
    private static final int VALID_FROM = KIND + 1;
    private static final int VALUE = VALID_FROM + Long.BYTES;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private VersionLayout() {}

    /** The key of the version of {@code userKey} that is valid to {@code validTo}. */
    public static byte[] key(byte[] userKey, long validTo) {
        byte[] key = EscapedKey.of(userKey, Long.BYTES);
        setValidTo(key, validTo);
        return key;
    }

    /** The key of another version of the same user key. */
    public static byte[] withValidTo(byte[] key, long validTo) {
        byte[] other = key.clone();
        setValidTo(other, validTo);
        return other;
    }

    /** What the entry with this key is valid to, exclusive. */
    public static long validTo(Slice key) {
        return (long) LONGS.get(key.array(), key.offset() + key.length() - Long.BYTES) ^ Long.MIN_VALUE;
    }

    /** An entry's value: a version. */
    public static byte[] version(long validFrom, byte[] value) {
        byte[] entry = new byte[VALUE + value.length];
        entry[KIND] = VERSION;
        LONGS.set(entry, VALID_FROM, validFrom);
        System.arraycopy(value, 0, entry, VALUE, value.length);
        return entry;
    }

    /** An entry's value: a tombstone. */
    public static byte[] tombstone(long validFrom) {
        byte[] entry = new byte[VALUE];
        entry[KIND] = TOMBSTONE;
        LONGS.set(entry, VALID_FROM, validFrom);
        return entry;
    }

    /** When the version or tombstone in such an entry begins, inclusive. */
    public static long validFrom(byte[] entry) {
        return (long) LONGS.get(entry, VALID_FROM);
    }

    /** The same. */
    public static long validFrom(Slice entry) {
        return (long) LONGS.get(entry.array(), entry.offset() + VALID_FROM);
    }

    /** Whether it is a tombstone. */
    public static boolean isTombstone(Slice entry) {
        return entry.array()[entry.offset() + KIND] == TOMBSTONE;
    }

    /** The value of a version. A copy. */
    public static byte[] value(byte[] entry) {
        return Arrays.copyOfRange(entry, VALUE, entry.length);
    }

    /** The same. */
    public static byte[] value(Slice entry) {
        return Arrays.copyOfRange(entry.array(), entry.offset() + VALUE, entry.offset() + entry.length());
    }

    private static void setValidTo(byte[] key, long validTo) {
        LONGS.set(key, key.length - Long.BYTES, validTo ^ Long.MIN_VALUE);
    }
}
