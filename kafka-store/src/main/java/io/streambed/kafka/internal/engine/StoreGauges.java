package io.streambed.kafka.internal.engine;

import io.streambed.lsm.LsmMetrics;
import io.streambed.lsm.LsmTree;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.streams.processor.StateStoreContext;

/**
 * What a store shows of itself in the application's metrics, in the group {@code stream-state-metrics}. Names that RocksDB's
 * stores have too mean the same.
 */
final class StoreGauges {
    private record Gauge(String name, String description, Function<LsmTree, Object> value) {}

    private static final List<Gauge> ALL = List.of(
            new Gauge("estimate-num-keys", "Number of keys, roughly", LsmTree::approximateEntries),
            new Gauge(
                    "total-sst-files-size",
                    "Bytes of all tables",
                    tree -> tree.metrics().tableBytes()),
            new Gauge(
                    "size-all-mem-tables",
                    "Bytes of all memtables",
                    tree -> tree.metrics().memtableBytes()),
            new Gauge("tables-per-level", "Number of tables in each level, from level 0 on", StoreGauges::tables));

    private StoreGauges() {}

    /** Adds the gauges of one opening of a store; the result takes them away and must run before the tree is closed. */
    static Runnable add(StateStoreContext context, String storeName, LsmTree tree) {
        List<Runnable> removals = ALL.stream()
                .map(gauge -> KafkaInternals.addGauge(
                        context,
                        storeName,
                        gauge.name(),
                        gauge.description(),
                        () -> gauge.value().apply(tree)))
                .toList();
        return () -> removals.forEach(Runnable::run);
    }

    private static String tables(LsmTree tree) {
        return tree.metrics().levels().stream()
                .map(LsmMetrics.Level::tables)
                .map(String::valueOf)
                .collect(Collectors.joining(","));
    }
}
