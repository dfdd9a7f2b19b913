package io.streambed.lsm;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A range of keys in unsigned byte order. The arrays given are not copied and must not be changed afterwards.
 *
 * @param from the first key that belongs to it; {@code null} for no lower end
 * @param to the first key that does not belong to it any more; {@code null} for no upper end
 * @param timeFrom the earliest time of keys that are of interest, where keys have times ({@link LsmOptions#keyTime()})
 * @param timeTo the latest time of keys that are of interest
 * @param ofOneGroup whether only keys are of interest that are of one group with {@code from}, where keys have groups ({@link
 *     LsmOptions#groupSuffixBytes()})
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by content or not at all; copies would cost and gain nothing.
public record KeyRange(byte @Nullable [] from, byte @Nullable [] to, long timeFrom, long timeTo, boolean ofOneGroup) {
    private static final KeyRange ALL = new KeyRange(null, null);

    /** Keys of any time. */
    public KeyRange(byte @Nullable [] from, byte @Nullable [] to) {
        this(from, to, Long.MIN_VALUE, Long.MAX_VALUE, false);
    }

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

    /**
     * The same keys, of which only those are of interest whose time is {@code first} to {@code last}, both included. A scan may pass by the
     * others, and will where whole tables have none that is of interest. It need not: who scans looks at the time again.
     */
    public KeyRange ofTimes(long first, long last) {
        return new KeyRange(from, to, first, last, ofOneGroup);
    }

    /**
     * The same keys, of which only those are of interest that are of one group with the first one. A scan may pass by the others, and will
     * where groups are found without an order of all keys. It need not: who scans looks at the key again.
     */
    public KeyRange ofGroup() {
        return new KeyRange(from, to, timeFrom, timeTo, true);
    }

    /** Whether all keys are of interest. */
    boolean isOfAllKeys() {
        return isOfAnyTime() && !ofOneGroup;
    }

    /** Whether keys of all times are of interest. */
    boolean isOfAnyTime() {
        return timeFrom == Long.MIN_VALUE && timeTo == Long.MAX_VALUE;
    }

    /** Whether no key can be in the range because it ends where, or before, it begins. */
    public boolean isEmpty() {
        return from != null && to != null && Arrays.compareUnsigned(from, to) >= 0;
    }

    /** The key that this is a range of, if it is of one key; else {@code null}. */
    byte @Nullable [] onlyKey() {
        byte[] first = from;
        byte[] end = to;
        return first != null
                        && end != null
                        && end.length == first.length + 1
                        && end[first.length] == 0
                        && Arrays.equals(first, 0, first.length, end, 0, first.length)
                ? first
                : null;
    }

    /** The part of this range that is not below {@code floor}. */
    KeyRange notBelow(byte[] floor) {
        boolean below = floor.length > 0 && (from == null || Arrays.compareUnsigned(from, floor) < 0);
        // The floor is of no group.
        return below ? new KeyRange(floor, to, timeFrom, timeTo, false) : this;
    }

    /** Same ends, compared by content, same times, and of the same interest in a group. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof KeyRange that
                && Arrays.equals(from, that.from)
                && Arrays.equals(to, that.to)
                && timeFrom == that.timeFrom
                && timeTo == that.timeTo
                && ofOneGroup == that.ofOneGroup;
    }

    @Override
    public int hashCode() {
        return Objects.hash(Arrays.hashCode(from), Arrays.hashCode(to), timeFrom, timeTo, ofOneGroup);
    }

    /** Lengths only: keys are the user's, and do not belong in logs or messages. */
    @Override
    public String toString() {
        return "KeyRange[from " + end(from) + ", to " + end(to)
                + (isOfAnyTime() ? "" : ", of times " + timeFrom + " to " + timeTo)
                + (ofOneGroup ? ", of one group" : "") + "]";
    }

    private static String end(byte @Nullable [] key) {
        return key == null ? "open" : key.length + " bytes";
    }
}
