package io.streambed.kafka.internal.engine;

import io.streambed.lsm.LsmException;
import io.streambed.lsm.LsmMetrics;
import io.streambed.lsm.LsmTree;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.streams.processor.StateStoreContext;

/**
 * What a store shows of itself in the application's metrics, in the group {@code stream-state-metrics}. Names that RocksDB's
 * stores have too mean the same, but for those of the process, of which each store says the same figure. Nothing is computed before somebody looks.
 */
final class StoreGauges {
    /** One metric. The values are read by one switch: a lambda for each would be forty classes that every process makes at its start. */
    enum Gauge {
        ESTIMATE_NUM_KEYS("estimate-num-keys", "Number of keys, roughly"),
        // Writing
        BYTES_WRITTEN_TOTAL("bytes-written-total", "Bytes of keys and values written"),
        LOG_BYTES_WRITTEN_TOTAL("log-bytes-written-total", "Bytes written to write-ahead logs"),
        MEMTABLE_BYTES_FLUSHED_TOTAL("memtable-bytes-flushed-total", "Bytes that flushes wrote"),
        MEMTABLE_FLUSH_TOTAL("memtable-flush-total", "Flushes that have ended"),
        MEMTABLE_FLUSH_TIME_TOTAL("memtable-flush-time-total", "Time that flushes took, in ms"),
        BYTES_READ_COMPACTION_TOTAL("bytes-read-compaction-total", "Bytes that compactions read"),
        BYTES_WRITTEN_COMPACTION_TOTAL("bytes-written-compaction-total", "Bytes that compactions wrote"),
        COMPACTION_TOTAL("compaction-total", "Compactions that have ended"),
        COMPACTION_TIME_TOTAL("compaction-time-total", "Time that compactions took, in ms"),
        WRITE_STALL_TOTAL("write-stall-total", "Writes that had to wait for flush, compaction or memory"),
        WRITE_STALL_DURATION_TOTAL("write-stall-duration-total", "Time that writes had to wait, in ms"),
        WRITE_AMPLIFICATION("write-amplification", "Bytes written to disk for each byte written, log included"),
        // Reading
        BYTES_READ_TOTAL("bytes-read-total", "Bytes of the values that point reads found"),
        BYTES_READ_FILES_TOTAL(
                "bytes-read-files-total",
                "Bytes that reads took from files: of whole blocks, or of what they looked at"),
        MEMTABLE_HIT_RATIO("memtable-hit-ratio", "Point reads that a memtable answered, of all, 0 to 1"),
        BLOCK_CACHE_DATA_HIT_RATIO(
                "block-cache-data-hit-ratio",
                "Blocks found in the block cache, of all that reads needed, 0 to 1; only compressed tables use it"),
        FILTER_USEFUL_RATIO(
                "filter-useful-ratio",
                "Tables that filters spared point reads, of those that did not hold the key, 0 to 1"),
        READ_AMPLIFICATION("read-amplification", "Tables searched for each point read, those in memtables included"),
        OPEN_ITERATORS("open-iterators", "Iterators that are open"),
        OLDEST_ITERATOR_AGE("oldest-iterator-age", "Time that the oldest open iterator has been open, in ms, or 0"),
        // Sizes
        SIZE_ALL_MEM_TABLES("size-all-mem-tables", "Bytes of all memtables"),
        NUM_IMMUTABLE_MEM_TABLE("num-immutable-mem-table", "Memtables that wait for their flush"),
        TOTAL_SST_FILES_SIZE("total-sst-files-size", "Bytes of all tables"),
        LOG_FILES_SIZE("log-files-size", "Bytes of the write-ahead logs that are there"),
        SPACE_AMPLIFICATION("space-amplification", "Entries of all tables by those that are alive, estimated"),
        NUM_LEVELS("num-levels", "Levels that have tables"),
        NUM_RUNS("num-runs", "Sorted runs of all levels"),
        NUM_TABLES("num-tables", "Tables of all levels"),
        TABLES_PER_LEVEL("tables-per-level", "Number of tables in each level, from level 0 on, with commas between"),
        LAST_COMMIT_AGE("last-commit-age", "Time since the last commit, or since opening if there was none, in ms"),
        // The process
        MEMORY_LIMIT("memory-limit", "Of the process: lsm.memory.bytes"),
        WRITE_BUFFER_USAGE("write-buffer-usage", "Of the process: bytes of memtables and log buffers of all stores"),
        BLOCK_CACHE_USAGE("block-cache-usage", "Of the process: bytes of blocks in memory"),
        ESTIMATE_TABLE_READERS_MEM(
                "estimate-table-readers-mem", "Of the process: bytes of indexes and filters in memory"),
        NUMBER_OPEN_FILES("number-open-files", "Of the process: table files that are open");

        private final String title;
        private final String description;

        Gauge(String title, String description) {
            this.title = title;
            this.description = description;
        }

        /** Its name. */
        String title() {
            return title;
        }

        /** What it is, with its unit. */
        String description() {
            return description;
        }

        private Object value(Source source) {
            return switch (this) {
                case ESTIMATE_NUM_KEYS -> source.tree().approximateEntries();
                case BYTES_WRITTEN_TOTAL -> source.tree().metrics().writes().userBytes();
                case LOG_BYTES_WRITTEN_TOTAL -> source.tree().metrics().writes().logBytes();
                case MEMTABLE_BYTES_FLUSHED_TOTAL ->
                    source.tree().metrics().flushes().writtenBytes();
                case MEMTABLE_FLUSH_TOTAL -> source.tree().metrics().flushes().count();
                case MEMTABLE_FLUSH_TIME_TOTAL ->
                    millis(source.tree().metrics().flushes().nanos());
                case BYTES_READ_COMPACTION_TOTAL ->
                    source.tree().metrics().compactions().readBytes();
                case BYTES_WRITTEN_COMPACTION_TOTAL ->
                    source.tree().metrics().compactions().writtenBytes();
                case COMPACTION_TOTAL -> source.tree().metrics().compactions().count();
                case COMPACTION_TIME_TOTAL ->
                    millis(source.tree().metrics().compactions().nanos());
                case WRITE_STALL_TOTAL -> source.tree().metrics().writes().stalls();
                case WRITE_STALL_DURATION_TOTAL ->
                    millis(source.tree().metrics().writes().stallNanos());
                case WRITE_AMPLIFICATION -> source.tree().metrics().writeAmplification();
                case BYTES_READ_TOTAL -> source.tree().metrics().reads().valueBytes();
                case BYTES_READ_FILES_TOTAL -> source.tree().metrics().reads().bytesFromFiles();
                case MEMTABLE_HIT_RATIO -> source.tree().metrics().reads().memtableHitRatio();
                case BLOCK_CACHE_DATA_HIT_RATIO ->
                    source.tree().metrics().reads().blockHitRatio();
                case FILTER_USEFUL_RATIO -> source.tree().metrics().reads().filterUsefulness();
                case READ_AMPLIFICATION -> source.tree().metrics().readAmplification();
                case OPEN_ITERATORS -> source.tree().metrics().openIterators();
                case OLDEST_ITERATOR_AGE -> source.iterators().oldestMillis();
                case SIZE_ALL_MEM_TABLES -> source.tree().metrics().memtableBytes();
                case NUM_IMMUTABLE_MEM_TABLE -> source.tree().metrics().immutableMemtables();
                case TOTAL_SST_FILES_SIZE -> source.tree().metrics().tableBytes();
                case LOG_FILES_SIZE -> source.tree().metrics().logFileBytes();
                case SPACE_AMPLIFICATION -> source.tree().metrics().spaceAmplification();
                case NUM_LEVELS -> levels(source.tree().metrics());
                case NUM_RUNS -> source.tree().metrics().runs();
                case NUM_TABLES -> source.tree().metrics().tables();
                case TABLES_PER_LEVEL -> tablesPerLevel(source.tree().metrics());
                case LAST_COMMIT_AGE -> millis(source.tree().metrics().nanosSinceCommit());
                case MEMORY_LIMIT -> source.share().metrics().memoryBytes();
                case WRITE_BUFFER_USAGE -> source.share().metrics().writeBufferBytes();
                case BLOCK_CACHE_USAGE -> source.share().metrics().blockCacheBytes();
                case ESTIMATE_TABLE_READERS_MEM -> source.share().metrics().tableMemoryBytes();
                case NUMBER_OPEN_FILES -> source.share().metrics().openTables();
            };
        }
    }

    /** Where values come from. */
    record Source(LsmTree tree, SharedRuntime.Share share, OpenIterators iterators) {}

    static final List<Gauge> ALL = List.of(Gauge.values());

    private StoreGauges() {}

    /** Adds the gauges of one opening of a store; the result takes them away and must run before the tree is closed. */
    static Runnable add(StateStoreContext context, String storeName, Source source) {
        List<Runnable> removals = new ArrayList<>();
        for (Gauge gauge : ALL) {
            removals.add(KafkaInternals.addGauge(
                    context, storeName, gauge.title(), gauge.description(), () -> read(gauge, source)));
        }
        return () -> removals.forEach(Runnable::run);
    }

    private static Object read(Gauge gauge, Source source) {
        try {
            return gauge.value(source);
        } catch (LsmException e) {
            if (e.kind() != LsmException.Kind.CLOSED) {
                throw e;
            }
            // Whoever looks at all metrics may have picked this one up just before it was taken away.
            return 0;
        }
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
