package io.streambed.lsm.internal.entry;

import java.util.ArrayList;
import java.util.List;

/**
 * An immutable set of sequence numbers, held as ranges in ascending order that neither touch nor overlap. It names what a
 * recovery declared void: writes after the last commit that had reached tables before the crash.
 */
public final class SeqRanges {
    /** One range; both ends belong to it. */
    public record Range(long first, long last) {
        /** Fails unless {@code first <= last}. */
        public Range {
            if (first > last) {
                throw new IllegalArgumentException("sequence range ends before it begins: " + first + " to " + last);
            }
        }
    }

    /** The empty set. */
    public static final SeqRanges NONE = new SeqRanges(List.of());

    private final List<Range> ranges;

    private SeqRanges(List<Range> ranges) {
        this.ranges = ranges;
    }

    /** Whether the set is empty. */
    public boolean isEmpty() {
        return ranges.isEmpty();
    }

    /** The ranges, in ascending order. */
    public List<Range> ranges() {
        return ranges;
    }

    /** Whether {@code seqNo} is in the set. A few ranges at most, so a plain walk. */
    public boolean contains(long seqNo) {
        for (int i = 0; i < ranges.size(); i++) {
            Range range = ranges.get(i);
            if (seqNo <= range.last) {
                return seqNo >= range.first;
            }
        }
        return false;
    }

    /** Whether any number from {@code first} to {@code last} is in the set. */
    public boolean intersects(long first, long last) {
        for (Range range : ranges) {
            if (range.first <= last && first <= range.last) {
                return true;
            }
        }
        return false;
    }

    /** This set and the numbers of {@code added}; ranges that touch become one. */
    public SeqRanges plus(Range added) {
        List<Range> result = new ArrayList<>(ranges.size() + 1);
        Range pending = added;
        for (Range range : ranges) {
            if (range.last + 1 < pending.first) {
                result.add(range);
            } else if (pending.last + 1 < range.first) {
                result.add(pending);
                pending = range;
            } else {
                pending = new Range(Math.min(pending.first, range.first), Math.max(pending.last, range.last));
            }
        }
        result.add(pending);
        return new SeqRanges(List.copyOf(result));
    }

    /** This set without {@code range}, which must be one of its ranges as a whole or is not removed. */
    public SeqRanges minus(Range range) {
        return new SeqRanges(ranges.stream().filter(r -> !r.equals(range)).toList());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SeqRanges that && ranges.equals(that.ranges);
    }

    @Override
    public int hashCode() {
        return ranges.hashCode();
    }

    @Override
    public String toString() {
        return ranges.toString();
    }
}
