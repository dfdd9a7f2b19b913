package io.streambed.kafka.internal.store;

import io.streambed.kafka.internal.engine.ChangelogApplier;
import io.streambed.kafka.internal.engine.EntryTimes;
import io.streambed.kafka.internal.engine.OpenTree;
import io.streambed.kafka.internal.engine.StoreEngine;
import io.streambed.kafka.internal.engine.StoreFormat;
import io.streambed.kafka.internal.engine.StoreSettings;
import io.streambed.kafka.internal.layout.EntryBounds;
import io.streambed.kafka.internal.layout.EntryKey;
import io.streambed.kafka.internal.layout.KeyOrder;
import io.streambed.kafka.internal.layout.SegmentLayout;
import io.streambed.kafka.internal.layout.Segmentation;
import io.streambed.lsm.Direction;
import io.streambed.lsm.WriteBatch;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What window and session stores are made of: an engine, a layout of its one tree, and segments that expire. Entries are known here by
 * key, time and minor number, as in {@link EntryKey}.
 *
 * <p>Written by one thread at a time, read by any beside it.
 */
final class SegmentedTree {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentedTree.class);
    private static final byte[] EMPTY = {};

    private final StoreEngine engine;
    private final Shape shape;
    private final SegmentLayout layout;
    private final Segments segments;

    /**
     * How entries are sorted, and how long they live.
     *
     * @param withLastMoment whether an entry can still be read when it is exactly as old as the retention period; see {@link Segments}
     */
    record Shape(KeyOrder order, long retentionMillis, boolean withLastMoment) {
        /** Time that a segment of a new store spans, by Kafka's rule: half of the retention period, but not less than a minute. */
        long segmentIntervalMillis() {
            return Math.max(retentionMillis / 2, 60_000L);
        }
    }

    static SegmentedTree ofWindows(String name, StoreFormat format, Shape shape, StoreSettings.Source settings) {
        return new SegmentedTree(name, format, shape, SegmentLayout.ofWindows(shape.order()), true, settings);
    }

    static SegmentedTree ofSessions(String name, StoreFormat format, Shape shape, StoreSettings.Source settings) {
        return new SegmentedTree(name, format, shape, SegmentLayout.ofSessions(shape.order()), false, settings);
    }

    private SegmentedTree(
            String name,
            StoreFormat format,
            Shape shape,
            SegmentLayout layout,
            boolean readByTime,
            StoreSettings.Source settings) {
        Segmentation segmentation = new Segmentation(shape.order(), shape.segmentIntervalMillis());
        this.engine = new StoreEngine(
                name,
                format,
                EntryTimes.ofSegments(segmentation, layout::time, layout.byKey().suffixBytes(), readByTime),
                settings);
        this.shape = shape;
        this.layout = layout;
        this.segments =
                new Segments(segmentation, shape.retentionMillis(), shape.withLastMoment(), engine.streamTime());
    }

    StoreEngine engine() {
        return engine;
    }

    void open(StateStoreContext context, StateStore root) {
        segments.reset();
        engine.open(context, root, new Restoration());
    }

    /** Writes an entry, or takes it away if {@code value} is {@code null}; drops and counts it if it comes too late. */
    void put(byte[] key, long time, long minor, byte @Nullable [] value) {
        OpenTree tree = engine.tree();
        if (!segments.isLive(time)) {
            engine.recordDropped();
            if (layout.entries().isByTime()) {
                // As in Kafka, which is silent in the stores that are sorted by key.
                LOG.warn("Skipping record for expired segment.");
            }
            return;
        }
        write(tree, key, time, minor, value);
        segments.written(segments.of(time), time, tree);
    }

    /** Takes an entry away if its segment is there; not counted as dropped if it is not. */
    void remove(byte[] key, long time, long minor) {
        OpenTree tree = engine.tree();
        if (segments.has(segments.of(time))) {
            write(tree, key, time, minor, null);
        } else {
            tree.skip();
        }
        segments.observe(time);
    }

    private void write(OpenTree tree, byte[] key, long time, long minor, byte @Nullable [] value) {
        long segment = segments.of(time);
        byte[] entry = layout.entries().encode(segment, key, time, minor);
        EntryKey index = layout.index();
        if (index == null) {
            tree.put(entry, value);
        } else {
            // One batch: a crash leaves both or neither.
            WriteBatch batch = new WriteBatch();
            add(batch, entry, value);
            add(batch, index.encode(segment, key, time, minor), value == null ? null : EMPTY);
            tree.write(batch);
        }
    }

    /** The value of one entry, unless it has expired. */
    byte @Nullable [] get(byte[] key, long time, long minor) {
        OpenTree tree = engine.tree();
        return time < segments.earliest()
                ? null
                : tree.get(layout.entries().encode(segments.of(time), key, time, minor));
    }

    /** What can be read of the entries that are asked for; the time in {@code bounds} decides which segments to open. */
    EntryBounds readable(@Nullable Bytes keyFrom, @Nullable Bytes keyTo, long timeFrom, long timeTo, long minorTo) {
        return new EntryBounds(
                keyFrom == null ? null : keyFrom.get(),
                keyTo == null ? null : keyTo.get(),
                Math.max(timeFrom, segments.earliest()),
                timeTo,
                minorTo);
    }

    /** Entries of given keys, in the order that they are found by. */
    <K> KeyValueIterator<K, byte[]> byKey(EntryBounds bounds, Direction direction, SegmentEntries.KeyReader<K> reader) {
        return iterate(layout.byKey(), bounds, direction, reader);
    }

    /** Entries of given times, in the order that they lie in. */
    <K> KeyValueIterator<K, byte[]> byTime(
            EntryBounds bounds, Direction direction, SegmentEntries.KeyReader<K> reader) {
        return iterate(layout.entries(), bounds, direction, reader);
    }

    /** The windows of one key. */
    SegmentEntries.OfOneKey ofOneKey(EntryBounds bounds, Direction direction) {
        return new SegmentEntries.OfOneKey(
                source(), layout.byKey(), bounds, segments.between(bounds.timeFrom(), bounds.timeTo()), direction);
    }

    private <K> KeyValueIterator<K, byte[]> iterate(
            EntryKey form, EntryBounds bounds, Direction direction, SegmentEntries.KeyReader<K> reader) {
        return new SegmentEntries<>(
                source(), form, bounds, segments.between(bounds.timeFrom(), bounds.timeTo()), direction, reader);
    }

    private SegmentEntries.Source source() {
        return new SegmentEntries.Source(engine.tree(), segments, layout);
    }

    /** Whether a range of keys ends before it begins. */
    static boolean isInverted(@Nullable Bytes from, @Nullable Bytes to) {
        return from != null && to != null && from.compareTo(to) > 0;
    }

    private static void add(WriteBatch batch, byte[] key, byte @Nullable [] value) {
        if (value == null) {
            batch.delete(key);
        } else {
            batch.put(key, value);
        }
    }

    /** Finds the segments that are there, and then puts into them what the changelog has. */
    private final class Restoration implements ChangelogApplier {
        @Override
        public void opened(OpenTree tree) {
            Segmentation found = Objects.requireNonNull(engine.segmentation());
            if (found.intervalMillis() != shape.segmentIntervalMillis()) {
                LOG.info(
                        "Store {} has been given another retention period: {} ms. It goes on with the {} of its directory.",
                        engine.storeName(),
                        shape.retentionMillis(),
                        found);
            }
            segments.open(tree, found);
        }

        @Override
        public void apply(ConsumerRecord<byte[], byte[]> changelogRecord, WriteBatch batch) {
            byte[] logged = changelogRecord.key();
            byte[] value = changelogRecord.value();
            long time = layout.loggedTime(logged);
            if (!segments.isLive(time)) {
                return;
            }
            long segment = segments.of(time);
            add(batch, layout.entries().encodeLogged(segment, logged), value);
            EntryKey index = layout.index();
            if (index != null) {
                add(batch, index.encodeLogged(segment, logged), value == null ? null : EMPTY);
            }
            segments.written(segment, time, engine.tree());
        }
    }
}
