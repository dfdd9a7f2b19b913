package io.streambed.kafka.internal.store;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** A store of values of type V on one of type S, so that one test drives stores of several value types. */
final class ConvertingStore<K, V, S> implements KeyValueStore<K, V> {
    private final KeyValueStore<K, S> inner;
    private final Function<V, S> in;
    private final Function<S, V> out;

    ConvertingStore(KeyValueStore<K, S> inner, Function<V, S> in, Function<S, V> out) {
        this.inner = inner;
        this.in = in;
        this.out = out;
    }

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        inner.init(context, root);
    }

    @Override
    public void put(K key, V value) {
        inner.put(key, in.apply(value));
    }

    @Override
    public V putIfAbsent(K key, V value) {
        return out.apply(inner.putIfAbsent(key, in.apply(value)));
    }

    @Override
    public void putAll(List<KeyValue<K, V>> entries) {
        inner.putAll(entries.stream()
                .map(entry -> KeyValue.pair(entry.key, in.apply(entry.value)))
                .toList());
    }

    @Override
    public V delete(K key) {
        return out.apply(inner.delete(key));
    }

    @Override
    public V get(K key) {
        return out.apply(inner.get(key));
    }

    @Override
    public KeyValueIterator<K, V> range(K from, K to) {
        return converted(inner.range(from, to));
    }

    @Override
    public KeyValueIterator<K, V> reverseRange(K from, K to) {
        return converted(inner.reverseRange(from, to));
    }

    @Override
    public KeyValueIterator<K, V> all() {
        return converted(inner.all());
    }

    @Override
    public KeyValueIterator<K, V> reverseAll() {
        return converted(inner.reverseAll());
    }

    @Override
    public <PS extends Serializer<P>, P> KeyValueIterator<K, V> prefixScan(P prefix, PS prefixKeySerializer) {
        return converted(inner.prefixScan(prefix, prefixKeySerializer));
    }

    @Override
    public long approximateNumEntries() {
        return inner.approximateNumEntries();
    }

    @Override
    public void commit(Map<TopicPartition, Long> changelogOffsets) {
        inner.commit(changelogOffsets);
    }

    @Override
    public boolean persistent() {
        return inner.persistent();
    }

    @Override
    public boolean isOpen() {
        return inner.isOpen();
    }

    @Override
    public void close() {
        inner.close();
    }

    private KeyValueIterator<K, V> converted(KeyValueIterator<K, S> entries) {
        return new KeyValueIterator<>() {
            @Override
            public boolean hasNext() {
                return entries.hasNext();
            }

            @Override
            public KeyValue<K, V> next() {
                KeyValue<K, S> entry = entries.next();
                return KeyValue.pair(entry.key, out.apply(entry.value));
            }

            @Override
            public K peekNextKey() {
                return entries.peekNextKey();
            }

            @Override
            public void close() {
                entries.close();
            }
        };
    }
}
