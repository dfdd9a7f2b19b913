package io.streambed.kafka.internal.store;

import io.streambed.kafka.internal.engine.EntryIterator;
import io.streambed.kafka.internal.engine.OpenTree;
import io.streambed.kafka.internal.engine.StreamTime;
import io.streambed.kafka.internal.layout.SegmentLayout;
import io.streambed.kafka.internal.layout.Segmentation;
import io.streambed.lsm.Direction;
import io.streambed.lsm.bytes.Slice;
import java.util.Arrays;

/**
 * Which segments of a store have entries, and which are live. Kafka's rule: a segment is live while any time in it is within the retention
 * period, as counted back from stream time; a write to one that is not is late.
 *
 * <pre>
 *        earliest readable time          stream time
 *   segment 3 |    .    segment 4     |     .   segment 5
 *             |    |<--- retention -------->|
 *             first live segment: late records may still be written to all of it, read only from the dot on
 * </pre>
 *
 * <p>Written by the thread that writes the store, read by any.
 */
final class Segments {
    private static final long[] NONE = {};

    private final long retentionMillis;
    private final long beyondRetentionMillis;
    private final StreamTime streamTime;

    /** That of the store's directory from its opening on. */
    private volatile Segmentation segmentation;

    /**
     * Nothing is left of the segments before, be they live again as the retention period has become longer since. Of the writing thread, as
     * a record of theirs is late.
     */
    private long firstKept = Long.MIN_VALUE;

    /** Live segments with entries, in order; a few. Replaced, never changed. */
    private volatile long[] ids = NONE;

    private volatile long firstLive = Long.MIN_VALUE;

    /** Spares the writer a search for each record. */
    private long lastWritten = Long.MIN_VALUE;

    /**
     * No segments yet.
     *
     * @param withLastMoment whether the moment that is exactly a retention period ago can still be read. It can where windows are
     *     emitted when they close: with a retention period no longer than the grace period they are read at that very moment
     */
    Segments(Segmentation segmentation, long retentionMillis, boolean withLastMoment, StreamTime streamTime) {
        this.segmentation = segmentation;
        this.retentionMillis = retentionMillis;
        this.beyondRetentionMillis = withLastMoment ? 0 : 1;
        this.streamTime = streamTime;
    }

    /** Forgets the segments of an earlier opening. To be called before the store is opened again. */
    void reset() {
        ids = NONE;
        firstLive = Long.MIN_VALUE;
        lastWritten = Long.MIN_VALUE;
    }

    /** Begins with the segments that a store has, cut as they are. */
    void open(OpenTree tree, Segmentation ofStore) {
        segmentation = ofStore;
        byte[] dropped = tree.droppedBelow();
        firstKept = dropped.length == 0 ? Long.MIN_VALUE : SegmentLayout.segmentOf(Slice.of(dropped));
        firstLive = Math.max(firstKept, of(streamTime.millis() - retentionMillis));
        if (firstLive > firstKept && firstLive > 0) {
            // With a shorter retention period than before; or a crash came between a commit and this.
            tree.expireBelow(SegmentLayout.startOf(firstLive));
        }
        long from = Math.max(0, firstLive);
        while (from >= 0) {
            try (EntryIterator entries = tree.iterate(SegmentLayout.from(from), Direction.FORWARD)) {
                if (!entries.next()) {
                    return;
                }
                long found = SegmentLayout.segmentOf(entries.key());
                add(found);
                from = found + 1;
            }
        }
    }

    /** How the store's time is cut. */
    Segmentation segmentation() {
        return segmentation;
    }

    /** The segment that a time falls into. */
    long of(long timeMillis) {
        return segmentation.segmentOf(timeMillis);
    }

    /** Whether an entry of this time may be written. If it is later than stream time, it may. */
    boolean isLive(long timeMillis) {
        long now = Math.max(streamTime.millis(), timeMillis);
        long segment = of(timeMillis);
        return segment >= firstKept && segment >= of(now - retentionMillis);
    }

    /** Moves on after an entry of a live segment was written. */
    void written(long segment, long timeMillis, OpenTree tree) {
        observe(timeMillis);
        long first = of(streamTime.millis() - retentionMillis);
        if (first > firstLive) {
            firstLive = first;
            ids = from(ids, first);
            if (first > 0) {
                tree.expireBelow(SegmentLayout.startOf(first));
            }
        }
        if (segment != lastWritten) {
            add(segment);
            lastWritten = segment;
        }
    }

    /** Moves stream time on. */
    void observe(long timeMillis) {
        streamTime.observe(timeMillis);
    }

    /** The earliest time that can be read. */
    long earliest() {
        return streamTime.millis() - retentionMillis + beyondRetentionMillis;
    }

    /** The first segment that did not expire. */
    long firstLive() {
        return firstLive;
    }

    boolean has(long segment) {
        return Arrays.binarySearch(ids, segment) >= 0;
    }

    /** The live segments that have entries, in order. Not to be changed. */
    long[] all() {
        return ids;
    }

    /** Those of them with any time from {@code fromMillis} to {@code toMillis}. */
    long[] between(long fromMillis, long toMillis) {
        if (toMillis < fromMillis) {
            return NONE;
        }
        long[] now = ids;
        int from = indexOf(now, of(fromMillis));
        long last = of(toMillis);
        int to = from;
        while (to < now.length && now[to] <= last) {
            to++;
        }
        return from == 0 && to == now.length ? now : Arrays.copyOfRange(now, from, to);
    }

    private void add(long segment) {
        long[] now = ids;
        int at = indexOf(now, segment);
        if (at < now.length && now[at] == segment) {
            return;
        }
        long[] more = new long[now.length + 1];
        System.arraycopy(now, 0, more, 0, at);
        more[at] = segment;
        System.arraycopy(now, at, more, at + 1, now.length - at);
        ids = more;
    }

    private static long[] from(long[] ids, long first) {
        int at = indexOf(ids, first);
        return at == 0 ? ids : Arrays.copyOfRange(ids, at, ids.length);
    }

    private static int indexOf(long[] ids, long segment) {
        int at = Arrays.binarySearch(ids, segment);
        return at >= 0 ? at : -at - 1;
    }
}
