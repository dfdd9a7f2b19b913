package io.streambed.kafka.internal.engine;

import io.streambed.lsm.LsmException;
import io.streambed.lsm.LsmMetrics;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.RuntimeMetrics;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.streams.processor.StateStoreContext;

/**
 * What a store shows of itself in the application's metrics, in the group {@code stream-state-metrics}. Names that RocksDB's
 * stores have too mean the same. Nothing is computed before somebody looks.
 */
final class StoreGauges {
    /**
     * One metric.
     *
     * @param name its name
     * @param description what it is, with its unit
     * @param value reads it
     */
    record Gauge(String name, String description, Function<Source, Object> value) {}

    /** Where values come from. */
    record Source(LsmTree tree, SharedRuntime.Share share, OpenIterators iterators) {
        LsmMetrics store() {
            return tree.metrics();
        }

        RuntimeMetrics process() {
            return share.metrics();
        }
    }

    static final List<Gauge> ALL = List.of(
            new Gauge(
                    "estimate-num-keys",
                    "Number of keys, roughly",
                    source -> source.tree().approximateEntries()),
            // Writing
            of(
                    "bytes-written-total",
                    "Bytes of keys and values written",
                    store -> store.writes().userBytes()),
            of(
                    "log-bytes-written-total",
                    "Bytes written to write-ahead logs",
                    store -> store.writes().logBytes()),
            of(
                    "memtable-bytes-flushed-total",
                    "Bytes that flushes wrote",
                    store -> store.flushes().writtenBytes()),
            of(
                    "memtable-flush-total",
                    "Flushes that have ended",
                    store -> store.flushes().count()),
            of(
                    "memtable-flush-time-total",
                    "Time that flushes took, in ms",
                    store -> millis(store.flushes().nanos())),
            of(
                    "bytes-read-compaction-total",
                    "Bytes that compactions read",
                    store -> store.compactions().readBytes()),
            of(
                    "bytes-written-compaction-total",
                    "Bytes that compactions wrote",
                    store -> store.compactions().writtenBytes()),
            of(
                    "compaction-total",
                    "Compactions that have ended",
                    store -> store.compactions().count()),
            of(
                    "compaction-time-total",
                    "Time that compactions took, in ms",
                    store -> millis(store.compactions().nanos())),
            of(
                    "write-stall-total",
                    "Writes that had to wait for flush, compaction or memory",
                    store -> store.writes().stalls()),
            of(
                    "write-stall-duration-total",
                    "Time that writes had to wait, in ms",
                    store -> millis(store.writes().stallNanos())),
            of(
                    "write-amplification",
                    "Bytes written to disk for each byte written, log included",
                    LsmMetrics::writeAmplification),
            // Reading
            of(
                    "bytes-read-total",
                    "Bytes of the values that point reads found",
                    store -> store.reads().valueBytes()),
            of(
                    "bytes-read-files-total",
                    "Bytes that reads took from files: of whole blocks, or of what they looked at",
                    store -> store.reads().bytesFromFiles()),
            of(
                    "memtable-hit-ratio",
                    "Point reads that a memtable answered, of all, 0 to 1",
                    store -> store.reads().memtableHitRatio()),
            of(
                    "block-cache-data-hit-ratio",
                    "Blocks found in the block cache, of all that reads needed, 0 to 1; only compressed tables use it",
                    store -> store.reads().blockHitRatio()),
            of(
                    "filter-useful-ratio",
                    "Tables that filters spared point reads, of those that did not hold the key, 0 to 1",
                    store -> store.reads().filterUsefulness()),
            of(
                    "read-amplification",
                    "Tables searched for each point read, those in memtables included",
                    LsmMetrics::readAmplification),
            of("open-iterators", "Iterators that are open", LsmMetrics::openIterators),
            new Gauge(
                    "oldest-iterator-age",
                    "Time that the oldest open iterator has been open, in ms, or 0",
                    source -> source.iterators().oldestMillis()),
            // Sizes
            of("size-all-mem-tables", "Bytes of all memtables", LsmMetrics::memtableBytes),
            of("num-immutable-mem-table", "Memtables that wait for their flush", LsmMetrics::immutableMemtables),
            of("total-sst-files-size", "Bytes of all tables", LsmMetrics::tableBytes),
            of("log-files-size", "Bytes of the write-ahead logs that are there", LsmMetrics::logFileBytes),
            of(
                    "space-amplification",
                    "Entries of all tables by those that are alive, estimated",
                    LsmMetrics::spaceAmplification),
            of("num-levels", "Levels that have tables", StoreGauges::levels),
            of("num-runs", "Sorted runs of all levels", LsmMetrics::runs),
            of("num-tables", "Tables of all levels", LsmMetrics::tables),
            of(
                    "tables-per-level",
                    "Number of tables in each level, from level 0 on, with commas between",
                    StoreGauges::tablesPerLevel),
            of(
                    "last-commit-age",
                    "Time since the last commit, or since opening if there was none, in ms",
                    store -> millis(store.nanosSinceCommit())),
            // The process
            ofProcess("memory-limit", "Of the process: lsm.memory.bytes", RuntimeMetrics::memoryBytes),
            ofProcess(
                    "write-buffer-usage",
                    "Of the process: bytes of memtables and log buffers of all stores",
                    RuntimeMetrics::writeBufferBytes),
            ofProcess(
                    "block-cache-usage", "Of the process: bytes of blocks in memory", RuntimeMetrics::blockCacheBytes),
            ofProcess(
                    "estimate-table-readers-mem",
                    "Of the process: bytes of indexes and filters in memory",
                    RuntimeMetrics::tableMemoryBytes),
            ofProcess("number-open-files", "Of the process: table files that are open", RuntimeMetrics::openTables));

    private StoreGauges() {}

    /** Adds the gauges of one opening of a store; the result takes them away and must run before the tree is closed. */
    static Runnable add(StateStoreContext context, String storeName, Source source) {
        List<Runnable> removals = ALL.stream()
                .map(gauge -> KafkaInternals.addGauge(
                        context, storeName, gauge.name(), gauge.description(), () -> read(gauge, source)))
                .toList();
        return () -> removals.forEach(Runnable::run);
    }

    private static Object read(Gauge gauge, Source source) {
        try {
            return gauge.value().apply(source);
        } catch (LsmException e) {
            if (e.kind() != LsmException.Kind.CLOSED) {
                throw e;
            }
            // Whoever looks at all metrics may have picked this one up just before it was taken away.
            return 0;
        }
    }

    private static Gauge of(String name, String description, Function<LsmMetrics, Object> value) {
        return new Gauge(name, description, source -> value.apply(source.store()));
    }

    private static Gauge ofProcess(String name, String description, Function<RuntimeMetrics, Object> value) {
        return new Gauge(name, description, source -> value.apply(source.process()));
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    private static int levels(LsmMetrics store) {
        return (int) store.levels().stream().filter(level -> level.tables() > 0).count();
    }

    private static String tablesPerLevel(LsmMetrics store) {
        return store.levels().stream()
                .map(LsmMetrics.Level::tables)
                .map(String::valueOf)
                .collect(Collectors.joining(","));
    }
}
