package io.streambed.lsm;

/**
 * How the memory of an {@link LsmRuntime} is divided now, and what else its trees share; an immutable value. Sizes are in bytes.
 *
 * @param memoryBytes the budget
 * @param writeBufferBytes memtables and log buffers of all trees
 * @param tableMemoryBytes indexes and filters in memory
 * @param blockCacheBytes blocks in memory
 * @param blockCacheEvictions blocks that had to leave since the runtime was made
 * @param openTables table files that are open
 * @param openTrees trees that are open
 */
public record RuntimeMetrics(
        long memoryBytes,
        long writeBufferBytes,
        long tableMemoryBytes,
        long blockCacheBytes,
        long blockCacheEvictions,
        long openTables,
        int openTrees) {}
