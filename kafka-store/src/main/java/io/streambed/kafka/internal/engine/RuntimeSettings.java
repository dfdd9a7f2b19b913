package io.streambed.kafka.internal.engine;

/**
 * Settings of the engine's runtime, which is one for the process.
 *
 * @param blockCacheBytes memory for blocks of tables, for all stores together
 * @param openTables table files that are kept open, for all stores together
 * @param tableMemoryBytes memory for indexes and filters of tables, for all stores together
 * @param backgroundThreads how many compactions run at once, for all stores together
 */
public record RuntimeSettings(long blockCacheBytes, int openTables, long tableMemoryBytes, int backgroundThreads) {
    /** In the words of the configuration, for the warning that says whose settings hold. */
    @Override
    public String toString() {
        return "[lsm.block.cache.bytes=" + blockCacheBytes + ", lsm.open.tables=" + openTables
                + ", lsm.table.memory.bytes=" + tableMemoryBytes + ", lsm.background.threads=" + backgroundThreads
                + "]";
    }
}
