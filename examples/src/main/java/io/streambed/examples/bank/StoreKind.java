package io.streambed.examples.bank;

import io.streambed.kafka.LsmClientSupplier;
import io.streambed.kafka.LsmDslStoreSuppliers;
import java.util.Properties;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers;

/** Where the accounts are kept. */
enum StoreKind {
    /** Ours, told of transactions. */
    LSM("lsm"),
    /** Ours, told of nothing. */
    LSM_WITHOUT_SUPPLIER("lsm-without-supplier"),
    /** Kafka's own. */
    ROCKSDB("rocksdb");

    private final String label;

    StoreKind(String label) {
        this.label = label;
    }

    /** The name on the command line and in tables. */
    String label() {
        return label;
    }

    /** Adds what makes the stores of an application these. */
    void addTo(Properties settings) {
        settings.put(
                StreamsConfig.DSL_STORE_SUPPLIERS_CLASS_CONFIG,
                this == ROCKSDB
                        ? BuiltInDslStoreSuppliers.RocksDBDslStoreSuppliers.class.getName()
                        : LsmDslStoreSuppliers.class.getName());
        if (this == LSM) {
            settings.put(StreamsConfig.DEFAULT_CLIENT_SUPPLIER_CONFIG, LsmClientSupplier.class.getName());
        }
    }
}
