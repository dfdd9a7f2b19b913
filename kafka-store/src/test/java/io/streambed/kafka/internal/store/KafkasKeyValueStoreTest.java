package io.streambed.kafka.internal.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.streambed.kafka.LsmStores;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.HeadersBytesStore;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.TimestampedBytesStore;
import org.apache.kafka.streams.state.TimestampedKeyValueStore;
import org.apache.kafka.streams.state.TimestampedKeyValueStoreWithHeaders;
import org.apache.kafka.streams.state.ValueAndTimestamp;
import org.apache.kafka.streams.state.ValueTimestampHeaders;
import org.apache.kafka.streams.state.internals.AbstractKeyValueStoreTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Kafka's own abstract test of key-value stores, on our stores in all formats, logged as it asks for, with and without a cache above. */
class KafkasKeyValueStoreTest {
    private static final long TIMESTAMP = 10;

    @Nested
    class Plain extends AbstractKeyValueStoreTest {
        @Override
        protected <K, V> KeyValueStore<K, V> createKeyValueStore(StateStoreContext context) {
            return open(KafkasKeyValueStoreTest.<K, V>plain(context), context);
        }
    }

    @Nested
    class PlainCached extends AbstractKeyValueStoreTest {
        @Override
        protected <K, V> KeyValueStore<K, V> createKeyValueStore(StateStoreContext context) {
            return open(KafkasKeyValueStoreTest.<K, V>plain(context).withCachingEnabled(), context);
        }
    }

    @Nested
    class Timestamped extends ConvertedTest {
        @Override
        protected <K, V> KeyValueStore<K, V> createKeyValueStore(StateStoreContext context) {
            return withoutTimestamps(open(KafkasKeyValueStoreTest.<K, V>timestamped(context), context));
        }

        @Override
        byte[] stored(byte[] logged) {
            return TimestampedBytesStore.convertToTimestampedFormat(logged);
        }
    }

    @Nested
    class TimestampedCached extends ConvertedTest {
        @Override
        protected <K, V> KeyValueStore<K, V> createKeyValueStore(StateStoreContext context) {
            return withoutTimestamps(
                    open(KafkasKeyValueStoreTest.<K, V>timestamped(context).withCachingEnabled(), context));
        }

        @Override
        byte[] stored(byte[] logged) {
            return TimestampedBytesStore.convertToTimestampedFormat(logged);
        }
    }

    @Nested
    class WithHeaders extends ConvertedTest {
        @Override
        protected <K, V> KeyValueStore<K, V> createKeyValueStore(StateStoreContext context) {
            return withoutHeaders(open(KafkasKeyValueStoreTest.<K, V>withHeaders(context), context));
        }

        @Override
        byte[] stored(byte[] logged) {
            return HeadersBytesStore.convertFromPlainToHeaderFormat(logged);
        }
    }

    @Nested
    class WithHeadersCached extends ConvertedTest {
        @Override
        protected <K, V> KeyValueStore<K, V> createKeyValueStore(StateStoreContext context) {
            return withoutHeaders(
                    open(KafkasKeyValueStoreTest.<K, V>withHeaders(context).withCachingEnabled(), context));
        }

        @Override
        byte[] stored(byte[] logged) {
            return HeadersBytesStore.convertFromPlainToHeaderFormat(logged);
        }
    }

    /**
     * With values that are stored otherwise than logged. A task converts what it restores before the store gets it; the mock context of
     * Kafka's tests does not, so the two tests that restore do it here.
     */
    abstract static class ConvertedTest extends AbstractKeyValueStoreTest {
        abstract byte[] stored(byte[] logged);

        @Test
        @Override
        public void testRestore() {
            store.close();
            driver.addEntryToRestoreLog(0, "zero");
            driver.addEntryToRestoreLog(1, "one");
            driver.addEntryToRestoreLog(2, "two");
            driver.addEntryToRestoreLog(3, "three");
            store = createKeyValueStore(driver.context());
            List<KeyValue<byte[], byte[]>> entries = new ArrayList<>();
            driver.restoredEntries().forEach(entry -> entries.add(KeyValue.pair(entry.key, stored(entry.value))));
            context.restore(store.name(), entries);
            assertEquals(0, driver.checkForRestoredEntries(store));
            assertEquals(4, driver.sizeOf(store));
        }

        @Test
        @Override
        public void testRestoreWithDefaultSerdes() {
            testRestore();
        }
    }

    private static <S extends KeyValueStore<?, ?>> S open(StoreBuilder<S> builder, StateStoreContext context) {
        S store = builder.build();
        store.init(context, store);
        return store;
    }

    private static <K, V> KeyValueStore<K, V> withoutTimestamps(KeyValueStore<K, ValueAndTimestamp<V>> store) {
        return new ConvertingStore<>(
                store, value -> ValueAndTimestamp.make(value, TIMESTAMP), ValueAndTimestamp::getValueOrNull);
    }

    private static <K, V> KeyValueStore<K, V> withoutHeaders(KeyValueStore<K, ValueTimestampHeaders<V>> store) {
        return new ConvertingStore<>(
                store,
                value -> ValueTimestampHeaders.make(value, TIMESTAMP, new RecordHeaders()),
                ValueTimestampHeaders::getValueOrNull);
    }

    @SuppressWarnings("unchecked")
    private static <K, V> StoreBuilder<KeyValueStore<K, V>> plain(StateStoreContext context) {
        return Stores.keyValueStoreBuilder(
                LsmStores.persistentKeyValueStore("Plain-Store"), (Serde<K>) context.keySerde(), (Serde<V>)
                        context.valueSerde());
    }

    @SuppressWarnings("unchecked")
    private static <K, V> StoreBuilder<TimestampedKeyValueStore<K, V>> timestamped(StateStoreContext context) {
        return Stores.timestampedKeyValueStoreBuilder(
                LsmStores.persistentTimestampedKeyValueStore("Timestamped-Store"),
                (Serde<K>) context.keySerde(),
                (Serde<V>) context.valueSerde());
    }

    @SuppressWarnings("unchecked")
    private static <K, V> StoreBuilder<TimestampedKeyValueStoreWithHeaders<K, V>> withHeaders(
            StateStoreContext context) {
        return Stores.timestampedKeyValueStoreWithHeadersBuilder(
                LsmStores.persistentTimestampedKeyValueStoreWithHeaders("Headers-Store"),
                (Serde<K>) context.keySerde(),
                (Serde<V>) context.valueSerde());
    }
}
