package io.streambed.lsm;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A range of keys in unsigned byte order. The arrays given are not copied and must not be changed afterwards.
 *
 * @param from the first key that belongs to it; {@code null} for no lower end
 * @param to the first key that does not belong to it any more; {@code null} for no upper end
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by content or not at all; copies would cost and gain nothing.
public record KeyRange(byte @Nullable [] from, byte @Nullable [] to) {
    private static final KeyRange ALL = new KeyRange(null, null);

    /** Every key. */
    public static KeyRange all() {
        return ALL;
    }

    /** From {@code from} to {@code to}, both of which belong to it; {@code null} for no end on that side. */
    public static KeyRange closed(byte @Nullable [] from, byte @Nullable [] to) {
        // The next key after k in byte order is k with a zero byte behind it.
        return new KeyRange(from, to == null ? null : Arrays.copyOf(to, to.length + 1));
    }

    /** The keys that begin with {@code prefix}. */
    public static KeyRange prefix(byte[] prefix) {
        int length = prefix.length;
        while (length > 0 && prefix[length - 1] == (byte) 0xff) {
            length--;
        }
        if (length == 0) {
            return new KeyRange(prefix, null);
        }
        byte[] end = Arrays.copyOf(prefix, length);
        end[length - 1]++;
        return new KeyRange(prefix, end);
    }

    /** Whether no key can be in the range because it ends where, or before, it begins. */
    public boolean isEmpty() {
        return from != null && to != null && Arrays.compareUnsigned(from, to) >= 0;
    }

    /** The part of this range that is not below {@code floor}. */
    KeyRange notBelow(byte[] floor) {
        boolean below = floor.length > 0 && (from == null || Arrays.compareUnsigned(from, floor) < 0);
        return below ? new KeyRange(floor, to) : this;
    }

    /** Same ends, compared by content. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof KeyRange that && Arrays.equals(from, that.from) && Arrays.equals(to, that.to);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(from) + Arrays.hashCode(to);
    }

    /** Lengths only: keys are the user's, and do not belong in logs or messages. */
    @Override
    public String toString() {
        return "KeyRange[from " + end(from) + ", to " + end(to) + "]";
    }

    private static String end(byte @Nullable [] key) {
        return key == null ? "open" : key.length + " bytes";
    }
}
