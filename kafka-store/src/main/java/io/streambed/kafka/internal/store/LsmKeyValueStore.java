package io.streambed.kafka.internal.store;

import io.streambed.kafka.internal.engine.EntryTimes;
import io.streambed.kafka.internal.engine.OpenTree;
import io.streambed.kafka.internal.engine.StoreEngine;
import io.streambed.kafka.internal.engine.StoreFormat;
import io.streambed.kafka.internal.engine.StoreSettings;
import io.streambed.lsm.Direction;
import io.streambed.lsm.KeyRange;
import io.streambed.lsm.WriteBatch;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.Query;
import org.apache.kafka.streams.query.QueryConfig;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.state.HeadersBytesStore;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.TimestampedBytesStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Key-value store: an entry of the tree is an entry of the store, key and value as Streams hands them over.
 *
 * <p>Streams tells the value formats apart by marker interfaces, and puts a store without the marker that it expects into an adapter
 * that loses timestamps or headers; so each format is a class of its own, with nothing in it.
 *
 * <p>Written by one thread at a time, read by any beside it. What is wrong, and how it is answered, is as in Streams' own persistent
 * store.
 */
class LsmKeyValueStore implements KeyValueStore<Bytes, byte[]>, StoreOnEngine {
    private static final Logger LOG = LoggerFactory.getLogger(LsmKeyValueStore.class);

    /** Values with timestamps, as timestamped key-value stores expect them. */
    static final class Timestamped extends LsmKeyValueStore implements TimestampedBytesStore {
        Timestamped(String name, StoreSettings.Source settings) {
            super(name, StoreFormat.KEY_VALUE_TIMESTAMPED, settings);
        }
    }

    /** Values with timestamps and headers. */
    static final class WithHeaders extends LsmKeyValueStore implements HeadersBytesStore {
        WithHeaders(String name, StoreSettings.Source settings) {
            super(name, StoreFormat.KEY_VALUE_HEADERS, settings);
        }
    }

    private final StoreEngine engine;

    LsmKeyValueStore(String name, StoreSettings.Source settings) {
        this(name, StoreFormat.KEY_VALUE_PLAIN, settings);
    }

    private LsmKeyValueStore(String name, StoreFormat format, StoreSettings.Source settings) {
        this.engine = new StoreEngine(name, format, EntryTimes.NONE, settings);
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        engine.open(context, root, (changelogRecord, batch) -> {
            engine.observe(changelogRecord.value());
            add(batch, changelogRecord.key(), changelogRecord.value());
        });
    }

    @Override
    public void put(Bytes key, byte @Nullable [] value) {
        requireKey(key);
        OpenTree tree = engine.tree();
        engine.observe(value);
        tree.put(key.get(), value);
    }

    @Override
    public byte @Nullable [] putIfAbsent(Bytes key, byte @Nullable [] value) {
        requireKey(key);
        OpenTree tree = engine.tree();
        byte[] present = tree.get(key.get());
        if (present == null && value != null) {
            engine.observe(value);
            tree.put(key.get(), value);
        }
        return present;
    }

    @Override
    public void putAll(List<KeyValue<Bytes, byte[]>> entries) {
        OpenTree tree = engine.tree();
        WriteBatch batch = new WriteBatch();
        for (KeyValue<Bytes, byte[]> entry : entries) {
            requireKey(entry.key);
            add(batch, entry.key.get(), entry.value);
        }
        entries.forEach(entry -> engine.observe(entry.value));
        tree.write(batch);
    }

    @Override
    public byte @Nullable [] delete(Bytes key) {
        requireKey(key);
        OpenTree tree = engine.tree();
        byte[] present = tree.get(key.get());
        tree.put(key.get(), null);
        return present;
    }

    @Override
    public byte @Nullable [] get(Bytes key) {
        return engine.tree().get(key.get());
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> range(@Nullable Bytes from, @Nullable Bytes to) {
        return range(from, to, Direction.FORWARD);
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> reverseRange(@Nullable Bytes from, @Nullable Bytes to) {
        return range(from, to, Direction.REVERSE);
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> all() {
        return iterate(KeyRange.all(), Direction.FORWARD);
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> reverseAll() {
        return iterate(KeyRange.all(), Direction.REVERSE);
    }

    @Override
    public <PS extends Serializer<P>, P> KeyValueIterator<Bytes, byte[]> prefixScan(P prefix, PS prefixKeySerializer) {
        OpenTree tree = engine.tree();
        Objects.requireNonNull(prefix, "prefix cannot be null");
        Objects.requireNonNull(prefixKeySerializer, "prefixKeySerializer cannot be null");
        return new KeyValueEntries(
                tree.iterate(PrefixRange.of(prefixKeySerializer.serialize(null, prefix)), Direction.FORWARD), name());
    }

    @Override
    public long approximateNumEntries() {
        return engine.tree().approximateEntries();
    }

    @Override
    public <R> QueryResult<R> query(Query<R> query, PositionBound positionBound, QueryConfig config) {
        return StoreQueries.answer(
                query, positionBound, config, this, engine, asked -> KeyValueQueries.read(asked, this));
    }

    @Override
    public StoreEngine engine() {
        return engine;
    }

    private KeyValueIterator<Bytes, byte[]> range(@Nullable Bytes from, @Nullable Bytes to, Direction direction) {
        if (from != null && to != null && from.compareTo(to) > 0) {
            return NoEntries.ofInvertedRange(LOG);
        }
        return iterate(KeyRange.closed(from == null ? null : from.get(), to == null ? null : to.get()), direction);
    }

    private KeyValueIterator<Bytes, byte[]> iterate(KeyRange range, Direction direction) {
        return new KeyValueEntries(engine.tree().iterate(range, direction), name());
    }

    private static void add(WriteBatch batch, byte[] key, byte @Nullable [] value) {
        if (value == null) {
            batch.delete(key);
        } else {
            batch.put(key, value);
        }
    }

    private static void requireKey(Bytes key) {
        Objects.requireNonNull(key, "key cannot be null");
    }
}
