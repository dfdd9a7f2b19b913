package io.streambed.examples.benchmark.store;

import io.streambed.kafka.LsmDslStoreSuppliers;
import io.streambed.kafka.LsmStores;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers;
import org.apache.kafka.streams.state.DslStoreSuppliers;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.SessionBytesStoreSupplier;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowBytesStoreSupplier;

/** Whose stores are measured, and how they are configured. All are made by what users call: suppliers. */
public enum Side implements Suppliers {
    /** Ours, with nothing configured. */
    STREAMBED("streambed"),
    /** Kafka's default, with exactly the options that Kafka Streams gives it. */
    ROCKSDB("rocksdb"),
    /** RocksDB with as much memory as ours may use. */
    ROCKSDB_TUNED("rocksdb-tuned"),
    /** Kafka's stores in memory. */
    IN_MEMORY("in-memory"),
    /** No store at all: what is left is the cost of making keys and values, of checking and of measuring. */
    DRIVER("driver");

    private final String label;

    Side(String label) {
        this.label = label;
    }

    /** The name on the command line and in tables. */
    public String label() {
        return label;
    }

    @Override
    public boolean persistent() {
        return this == STREAMBED || this == ROCKSDB || this == ROCKSDB_TUNED;
    }

    @Override
    public Map<String, Object> configs() {
        return this == ROCKSDB_TUNED
                ? Map.of(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, TunedRocksDb.class)
                : Map.of();
    }

    @Override
    public Side side() {
        return this;
    }

    @Override
    public KeyValueBytesStoreSupplier keyValue(String name) {
        return switch (this) {
            case STREAMBED -> LsmStores.persistentKeyValueStore(name);
            case ROCKSDB, ROCKSDB_TUNED -> Stores.persistentKeyValueStore(name);
            case IN_MEMORY -> Stores.inMemoryKeyValueStore(name);
            case DRIVER -> NoStore.supplier(name);
        };
    }

    @Override
    public WindowBytesStoreSupplier window(String name, Duration retention, Duration size) {
        return switch (this) {
            case STREAMBED -> there(() -> LsmStores.persistentWindowStore(name, retention, size, false));
            case ROCKSDB, ROCKSDB_TUNED -> Stores.persistentWindowStore(name, retention, size, false);
            case IN_MEMORY -> Stores.inMemoryWindowStore(name, retention, size, false);
            case DRIVER -> throw new UnsupportedOperationException("no windows without a store");
        };
    }

    @Override
    public SessionBytesStoreSupplier session(String name, Duration retention) {
        return switch (this) {
            case STREAMBED -> there(() -> LsmStores.persistentSessionStore(name, retention));
            case ROCKSDB, ROCKSDB_TUNED -> Stores.persistentSessionStore(name, retention);
            case IN_MEMORY -> Stores.inMemorySessionStore(name, retention);
            case DRIVER -> throw new UnsupportedOperationException("no sessions without a store");
        };
    }

    @Override
    public DslStoreSuppliers dsl() {
        return switch (this) {
            case STREAMBED -> new LsmDslStoreSuppliers();
            case ROCKSDB, ROCKSDB_TUNED -> new BuiltInDslStoreSuppliers.RocksDBDslStoreSuppliers();
            case IN_MEMORY -> new BuiltInDslStoreSuppliers.InMemoryDslStoreSuppliers();
            case DRIVER -> throw new UnsupportedOperationException("no topologies without a store");
        };
    }

    /** Through a supplier, as a method that only throws cannot be called by mistake. */
    private static <T> T there(Supplier<T> made) {
        return made.get();
    }
}
