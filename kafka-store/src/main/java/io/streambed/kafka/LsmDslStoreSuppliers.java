package io.streambed.kafka;

import io.streambed.kafka.internal.layout.KeyOrder;
import java.util.Map;
import org.apache.kafka.streams.DslStoreFormat;
import org.apache.kafka.streams.kstream.EmitStrategy.StrategyType;
import org.apache.kafka.streams.state.DslKeyValueParams;
import org.apache.kafka.streams.state.DslSessionParams;
import org.apache.kafka.streams.state.DslStoreSuppliers;
import org.apache.kafka.streams.state.DslWindowParams;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.SessionBytesStoreSupplier;
import org.apache.kafka.streams.state.WindowBytesStoreSupplier;

/**
 * The stores of a whole topology in one line of configuration:
 *
 * <pre>{@code
 * dsl.store.suppliers.class=io.streambed.kafka.LsmDslStoreSuppliers
 * }</pre>
 *
 * <p>Or those of one operator, by {@code Materialized.as(new LsmDslStoreSuppliers())}.
 *
 * <p>Every store comes in the format that Streams asks for.
 */
public final class LsmDslStoreSuppliers implements DslStoreSuppliers {
    /**
     * Checks the keys of {@link LsmStoreConfig}, so that a wrong one stops the application before it starts. The stores read them
     * when they are opened.
     *
     * @throws org.apache.kafka.common.config.ConfigException naming key, value and what it may be
     */
    @Override
    public void configure(Map<String, ?> configs) {
        new LsmStoreConfig(configs);
    }

    @Override
    public KeyValueBytesStoreSupplier keyValueStore(DslKeyValueParams params) {
        return LsmStores.keyValueStore(params.name(), params.dslStoreFormat());
    }

    /**
     * Windows are sorted by key. Sliding ones that are emitted when they close are sorted by time, as those that are due are then read, with an
     * index by key beside it. Tumbling and hopping ones should be, too, but Streams puts its record cache in front of those, and knows by the
     * class of RocksDB's store alone that a store is sorted by time: in front of ours it would merge by key what comes by time, and show
     * windows twice.
     */
    @Override
    public WindowBytesStoreSupplier windowStore(DslWindowParams params) {
        boolean onClose = params.emitStrategy().type() == StrategyType.ON_WINDOW_CLOSE;
        KeyOrder order = onClose && params.isSlidingWindow() ? KeyOrder.TIME_FIRST_INDEXED : KeyOrder.KEY_FIRST;
        // What asks may leave the format open; Kafka's own suppliers take this one then.
        DslStoreFormat format = params.dslStoreFormat() == null ? DslStoreFormat.TIMESTAMPED : params.dslStoreFormat();
        return LsmStores.windowStore(
                params.name(),
                format,
                order,
                onClose,
                params.retentionPeriod(),
                params.windowSize(),
                params.retainDuplicates());
    }

    /** Sessions that are emitted when they close are sorted by time, with an index by key to merge them by. */
    @Override
    public SessionBytesStoreSupplier sessionStore(DslSessionParams params) {
        boolean onClose = params.emitStrategy().type() == StrategyType.ON_WINDOW_CLOSE;
        return LsmStores.sessionStore(
                params.name(),
                params.storeFormat() == null ? DslStoreFormat.PLAIN : params.storeFormat(),
                onClose ? KeyOrder.TIME_FIRST_INDEXED : KeyOrder.KEY_FIRST,
                params.retentionPeriod());
    }
}
