package io.streambed.kafka.internal.layout;

import io.streambed.lsm.bytes.Slice;

/**
 * How a store's time is cut into segments and how each of them is sorted. On disk with each commit: entries of one segmentation cannot
 * be found by another one, so a store keeps the one that it was made with.
 *
 * @param order of the entries of a segment
 * @param intervalMillis time that a segment spans, in ms; positive
 */
public record Segmentation(KeyOrder order, long intervalMillis) {
    /** Checks the interval. */
    public Segmentation {
        if (intervalMillis <= 0) {
            throw new IllegalArgumentException("A segment spans " + intervalMillis + " ms, which must be positive");
        }
    }

    /** The segment that a time falls into. Times before 1970 that are less than an interval away fall into segment 0, as in Kafka. */
    public long segmentOf(long timeMillis) {
        return timeMillis / intervalMillis;
    }

    /** No time of a segment is earlier. Segments with times before 1970 have no such bound. */
    long earliestOf(long segment) {
        return segment > 0 ? segment * intervalMillis : Long.MIN_VALUE;
    }

    /** No time of a segment is later. */
    long latestOf(long segment) {
        if (segment < 0) {
            return segment * intervalMillis;
        }
        long first = segment * intervalMillis;
        return first > Long.MAX_VALUE - intervalMillis ? Long.MAX_VALUE : first + intervalMillis - 1;
    }

    /** Whether an entry of such a store belongs to the index, and so has no value. */
    public boolean isIndex(Slice key) {
        return order == KeyOrder.TIME_FIRST_INDEXED && key.array()[key.offset() + Long.BYTES] == EntryKey.INDEX_MARK;
    }

    /** In words, for messages. */
    @Override
    public String toString() {
        return "segments of " + intervalMillis + " ms, " + order;
    }
}
