package org.apache.kafka.streams.state.internals;

import io.streambed.kafka.LsmDslStoreSuppliers;
import io.streambed.kafka.LsmStores;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.DslStoreFormat;
import org.apache.kafka.streams.kstream.EmitStrategy;
import org.apache.kafka.streams.state.DslWindowParams;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowBytesStoreSupplier;
import org.apache.kafka.streams.state.WindowStore;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * Kafka's own abstract test of window stores, on our stores in all formats and orders. In this package as the hooks of that test can be
 * reached from nowhere else. To the stores, values are bytes, so the plain builder does for every format.
 */
class KafkasWindowStoreTest {
    /** Two tests open a second store in the directory of the first, which a store with the same name would refuse. */
    private static final AtomicInteger BUILT = new AtomicInteger();

    private static String name() {
        return "Windows-" + BUILT.incrementAndGet();
    }

    /** What Streams' DSL asks for. */
    private static WindowBytesStoreSupplier onClose(
            Duration retention, Duration size, boolean duplicates, boolean sliding, DslStoreFormat format) {
        return new LsmDslStoreSuppliers()
                .windowStore(new DslWindowParams(
                        name(), retention, size, duplicates, EmitStrategy.onWindowClose(), sliding, format));
    }

    abstract static class OurWindowStoreTest extends AbstractWindowBytesStoreTest {
        abstract WindowBytesStoreSupplier supplier(Duration retention, Duration size, boolean duplicates);

        <K, V> StoreBuilder<WindowStore<K, V>> layers(StoreBuilder<WindowStore<K, V>> builder) {
            return builder;
        }

        @Override
        <K, V> WindowStore<K, V> buildWindowStore(
                long retentionPeriod,
                long windowSize,
                boolean retainDuplicates,
                Serde<K> keySerde,
                Serde<V> valueSerde) {
            return layers(Stores.windowStoreBuilder(
                            supplier(
                                    Duration.ofMillis(retentionPeriod),
                                    Duration.ofMillis(windowSize),
                                    retainDuplicates),
                            keySerde,
                            valueSerde))
                    .build();
        }
    }

    @Nested
    class Plain extends OurWindowStoreTest {
        @Override
        WindowBytesStoreSupplier supplier(Duration retention, Duration size, boolean duplicates) {
            return LsmStores.persistentWindowStore(name(), retention, size, duplicates);
        }
    }

    @Nested
    class PlainCached extends Plain {
        private boolean cached = true;

        @Override
        <K, V> StoreBuilder<WindowStore<K, V>> layers(StoreBuilder<WindowStore<K, V>> builder) {
            return cached ? builder.withCachingEnabled() : builder;
        }

        /** Opens a store in a context of its own that has no cache. */
        @Test
        @Override
        public void shouldMeasureExpiredRecords() {
            cached = false;
            super.shouldMeasureExpiredRecords();
        }
    }

    @Nested
    class Timestamped extends OurWindowStoreTest {
        @Override
        WindowBytesStoreSupplier supplier(Duration retention, Duration size, boolean duplicates) {
            return LsmStores.persistentTimestampedWindowStore(name(), retention, size, duplicates);
        }
    }

    @Nested
    class WithHeaders extends OurWindowStoreTest {
        @Override
        WindowBytesStoreSupplier supplier(Duration retention, Duration size, boolean duplicates) {
            return LsmStores.persistentTimestampedWindowStoreWithHeaders(name(), retention, size, duplicates);
        }
    }

    @Nested
    class ByTime extends OurWindowStoreTest {
        @Override
        WindowBytesStoreSupplier supplier(Duration retention, Duration size, boolean duplicates) {
            return onClose(retention, size, duplicates, false, DslStoreFormat.TIMESTAMPED);
        }
    }

    @Nested
    class ByTimeWithHeaders extends OurWindowStoreTest {
        @Override
        WindowBytesStoreSupplier supplier(Duration retention, Duration size, boolean duplicates) {
            return onClose(retention, size, duplicates, false, DslStoreFormat.HEADERS);
        }
    }

    @Nested
    class ByTimeIndexed extends OurWindowStoreTest {
        @Override
        WindowBytesStoreSupplier supplier(Duration retention, Duration size, boolean duplicates) {
            return onClose(retention, size, duplicates, true, DslStoreFormat.PLAIN);
        }
    }

    @Nested
    class ByTimeIndexedWithHeaders extends OurWindowStoreTest {
        @Override
        WindowBytesStoreSupplier supplier(Duration retention, Duration size, boolean duplicates) {
            return onClose(retention, size, duplicates, true, DslStoreFormat.HEADERS);
        }
    }
}
