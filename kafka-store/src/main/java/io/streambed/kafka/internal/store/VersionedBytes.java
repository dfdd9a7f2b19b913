package io.streambed.kafka.internal.store;

import io.streambed.kafka.internal.engine.StoreEngine;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.Query;
import org.apache.kafka.streams.query.QueryConfig;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.VersionedBytesStore;
import org.apache.kafka.streams.state.VersionedRecord;
import org.jspecify.annotations.Nullable;

/**
 * A versioned store in the dress of a key-value store, in which suppliers have to hand it to Streams: a version is Streams' {@code [8-byte
 * timestamp][value]}. What a versioned store cannot do, such as a range of keys, is refused.
 */
final class VersionedBytes implements VersionedBytesStore, StoreOnEngine {
    private final LsmVersionedStore store;

    VersionedBytes(LsmVersionedStore store) {
        this.store = store;
    }

    @Override
    public long put(Bytes key, byte @Nullable [] value, long timestamp) {
        return store.put(key, value, timestamp);
    }

    @Override
    public byte @Nullable [] get(Bytes key) {
        return bytesOf(store.get(key));
    }

    @Override
    public byte @Nullable [] get(Bytes key, long asOf) {
        return bytesOf(store.get(key, asOf));
    }

    @Override
    public byte @Nullable [] delete(Bytes key, long timestamp) {
        return bytesOf(store.delete(key, timestamp));
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        store.init(context, root);
    }

    @Override
    public <R> QueryResult<R> query(Query<R> query, PositionBound positionBound, QueryConfig config) {
        return store.query(query, positionBound, config);
    }

    @Override
    public StoreEngine engine() {
        return store.engine();
    }

    @Override
    public void put(Bytes key, byte @Nullable [] value) {
        throw cannot("put(key, value)", "put(key, value, timestamp)");
    }

    @Override
    public byte[] delete(Bytes key) {
        throw cannot("delete(key)", "delete(key, timestamp)");
    }

    @Override
    public byte[] putIfAbsent(Bytes key, byte @Nullable [] value) {
        throw cannot("putIfAbsent", "get(key) and put(key, value, timestamp)");
    }

    @Override
    public void putAll(List<KeyValue<Bytes, byte[]>> entries) {
        throw cannot("putAll", "put(key, value, timestamp)");
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> range(@Nullable Bytes from, @Nullable Bytes to) {
        throw cannot("range", "get(key)");
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> reverseRange(@Nullable Bytes from, @Nullable Bytes to) {
        throw cannot("reverseRange", "get(key)");
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> all() {
        throw cannot("all", "get(key)");
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> reverseAll() {
        throw cannot("reverseAll", "get(key)");
    }

    @Override
    public <PS extends Serializer<P>, P> KeyValueIterator<Bytes, byte[]> prefixScan(P prefix, PS prefixKeySerializer) {
        throw cannot("prefixScan", "get(key)");
    }

    @Override
    public long approximateNumEntries() {
        throw cannot("approximateNumEntries", "the metric estimate-num-keys, which counts versions");
    }

    private UnsupportedOperationException cannot(String method, String instead) {
        return new UnsupportedOperationException(
                "Store " + name() + " is versioned, and versioned stores have no " + method + "; use " + instead);
    }

    private static byte @Nullable [] bytesOf(@Nullable VersionedRecord<byte[]> version) {
        return version == null
                ? null
                : ByteBuffer.allocate(Long.BYTES + version.value().length)
                        .putLong(version.timestamp())
                        .put(version.value())
                        .array();
    }
}
