package io.streambed.kafka.internal.store;

import io.streambed.kafka.internal.engine.KafkaInternals;
import io.streambed.kafka.internal.engine.StoreEngine;
import io.streambed.kafka.internal.engine.StoreFormat;
import io.streambed.kafka.internal.engine.StoreSettings;
import io.streambed.kafka.internal.layout.EntryBounds;
import io.streambed.kafka.internal.layout.EntryKey;
import io.streambed.lsm.Direction;
import io.streambed.lsm.bytes.Slice;
import java.util.Objects;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.Query;
import org.apache.kafka.streams.query.QueryConfig;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.state.HeadersBytesStore;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.TimestampedBytesStore;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.WindowStoreIterator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Window store: an entry for each key and start of a window, or with duplicates for each record of them.
 *
 * <p>The formats of values are told apart by marker interfaces, as those of {@link LsmKeyValueStore}; how entries are sorted, by its
 * {@link Shape}.
 *
 * <p>Written by one thread at a time, read by any beside it. What is wrong, how it is answered, what is late and what has expired are as in
 * Streams' own persistent stores.
 */
class LsmWindowStore implements WindowStore<Bytes, byte[]>, StoreOnEngine {
    private static final Logger LOG = LoggerFactory.getLogger(LsmWindowStore.class);

    /** Values with timestamps. */
    static final class Timestamped extends LsmWindowStore implements TimestampedBytesStore {
        Timestamped(String name, Shape shape, StoreSettings.Source settings) {
            super(name, StoreFormat.WINDOW_TIMESTAMPED, shape, settings);
        }
    }

    /** Values with timestamps and headers. Both markers: queries look for the other one to know whether to give timestamps. */
    static final class WithHeaders extends LsmWindowStore implements TimestampedBytesStore, HeadersBytesStore {
        WithHeaders(String name, Shape shape, StoreSettings.Source settings) {
            super(name, StoreFormat.WINDOW_HEADERS, shape, settings);
        }
    }

    /**
     * What a window store is given beside its name and format.
     *
     * @param entries how long they live and how they are sorted
     * @param windowSizeMillis size of a window
     * @param retainDuplicates whether each record of a key and window is kept
     */
    record Shape(SegmentedTree.Shape entries, long windowSizeMillis, boolean retainDuplicates) {}

    private final SegmentedTree entries;
    private final Shape shape;
    private final SegmentEntries.KeyReader<Windowed<Bytes>> windows = this::window;

    /** Tells duplicates apart; starts anew with each store, as in Kafka. Of the writing thread, and of those that read single windows. */
    private volatile int sequence;

    LsmWindowStore(String name, Shape shape, StoreSettings.Source settings) {
        this(name, StoreFormat.WINDOW_PLAIN, shape, settings);
    }

    private LsmWindowStore(String name, StoreFormat format, Shape shape, StoreSettings.Source settings) {
        this.entries = SegmentedTree.ofWindows(name, format, shape.entries(), settings);
        this.shape = shape;
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        entries.open(context, root);
    }

    @Override
    public void put(Bytes key, byte @Nullable [] value, long windowStartTimestamp) {
        int minor = 0;
        if (shape.retainDuplicates()) {
            if (value == null) {
                // Nobody could say which of the duplicates to delete.
                return;
            }
            minor = (sequence + 1) & Integer.MAX_VALUE;
            sequence = minor;
        }
        entries.put(key.get(), windowStartTimestamp, minor, value);
    }

    @Override
    public byte @Nullable [] fetch(Bytes key, long time) {
        return entries.get(key.get(), time, sequence);
    }

    @Override
    public WindowStoreIterator<byte[]> fetch(Bytes key, long timeFrom, long timeTo) {
        return entries.ofOneKey(ofKey(key, timeFrom, timeTo), Direction.FORWARD);
    }

    @Override
    public WindowStoreIterator<byte[]> backwardFetch(Bytes key, long timeFrom, long timeTo) {
        return entries.ofOneKey(ofKey(key, timeFrom, timeTo), Direction.REVERSE);
    }

    @Override
    public KeyValueIterator<Windowed<Bytes>, byte[]> fetch(
            @Nullable Bytes keyFrom, @Nullable Bytes keyTo, long timeFrom, long timeTo) {
        return ofKeys(keyFrom, keyTo, timeFrom, timeTo, Direction.FORWARD);
    }

    @Override
    public KeyValueIterator<Windowed<Bytes>, byte[]> backwardFetch(
            @Nullable Bytes keyFrom, @Nullable Bytes keyTo, long timeFrom, long timeTo) {
        return ofKeys(keyFrom, keyTo, timeFrom, timeTo, Direction.REVERSE);
    }

    @Override
    public KeyValueIterator<Windowed<Bytes>, byte[]> fetchAll(long timeFrom, long timeTo) {
        return ofTimes(timeFrom, timeTo, Direction.FORWARD);
    }

    @Override
    public KeyValueIterator<Windowed<Bytes>, byte[]> backwardFetchAll(long timeFrom, long timeTo) {
        return ofTimes(timeFrom, timeTo, Direction.REVERSE);
    }

    @Override
    public KeyValueIterator<Windowed<Bytes>, byte[]> all() {
        return ofTimes(0, Long.MAX_VALUE, Direction.FORWARD);
    }

    @Override
    public KeyValueIterator<Windowed<Bytes>, byte[]> backwardAll() {
        return ofTimes(0, Long.MAX_VALUE, Direction.REVERSE);
    }

    @Override
    public <R> QueryResult<R> query(Query<R> query, PositionBound positionBound, QueryConfig config) {
        return StoreQueries.answer(
                query, positionBound, config, this, engine(), asked -> WindowQueries.read(asked, this));
    }

    @Override
    public StoreEngine engine() {
        return entries.engine();
    }

    private EntryBounds ofKey(Bytes key, long timeFrom, long timeTo) {
        Objects.requireNonNull(key, "key cannot be null");
        return entries.readable(key, key, timeFrom, timeTo, Long.MAX_VALUE);
    }

    private KeyValueIterator<Windowed<Bytes>, byte[]> ofKeys(
            @Nullable Bytes keyFrom, @Nullable Bytes keyTo, long timeFrom, long timeTo, Direction direction) {
        if (SegmentedTree.isInverted(keyFrom, keyTo)) {
            return NoEntries.ofInvertedRange(LOG);
        }
        return entries.byKey(entries.readable(keyFrom, keyTo, timeFrom, timeTo, Long.MAX_VALUE), direction, windows);
    }

    private KeyValueIterator<Windowed<Bytes>, byte[]> ofTimes(long timeFrom, long timeTo, Direction direction) {
        return entries.byTime(entries.readable(null, null, timeFrom, timeTo, Long.MAX_VALUE), direction, windows);
    }

    private Windowed<Bytes> window(EntryKey form, Slice key) {
        return KafkaInternals.window(form.key(key), form.time(key), shape.windowSizeMillis());
    }
}
