package io.streambed.lsm;

import java.util.List;

/**
 * What a tree counted since it was opened, and how it looks now; an immutable value, consistent as far as one look can be. Sizes
 * are in bytes, times in nanoseconds. Counts of reads lose one now and then when many threads read.
 *
 * @param writes what was written, and how long writes had to wait
 * @param reads where point reads ended, and what blocks cost them
 * @param flushes memtables that became tables
 * @param compactions tables that became other tables, moves included
 * @param memtableBytes memory of all memtables
 * @param immutableMemtables memtables that wait for their flush
 * @param logFileBytes size of the write-ahead logs that are there
 * @param openSnapshots snapshots that are open
 * @param openIterators iterators that are open
 * @param lastSeqNo number of the last write
 * @param committedSeqNo number of the last write that was committed
 * @param nanosSinceCommit time since the last {@link LsmTree#commit}, or since opening if there was none
 * @param levels the levels, from 0 on
 */
public record LsmMetrics(
        Writes writes,
        Reads reads,
        Work flushes,
        Work compactions,
        long memtableBytes,
        int immutableMemtables,
        long logFileBytes,
        int openSnapshots,
        int openIterators,
        long lastSeqNo,
        long committedSeqNo,
        long nanosSinceCommit,
        List<Level> levels) {

    /**
     * Writing.
     *
     * @param userBytes keys and values that the user wrote
     * @param logBytes bytes written to write-ahead logs
     * @param stalls writes that had to wait for flush, compaction or memory
     * @param stallNanos time that they waited
     */
    public record Writes(long userBytes, long logBytes, long stalls, long stallNanos) {}

    /**
     * Reading. Point reads, of which a range of one key is one as well, end in a memtable, in a table, or nowhere; blocks are read by point
     * reads and iterators.
     *
     * @param memtableHits point reads that a memtable answered
     * @param tableHits point reads that a table answered
     * @param notFound point reads that found nothing anywhere
     * @param filterSkips tables that filters spared point reads
     * @param tablesInVain tables that point reads searched for a key that is not in them, since the filter let it pass
     * @param blockHits blocks found in the block cache, which takes those of compressed tables only, unless files cannot be mapped
     * @param blockMisses blocks read from files, mapped ones included
     * @param bytesFromFiles what was read of those, as stored: of a block that was checked before, a point read reads parts
     * @param valueBytes size of the values that point reads found
     */
    public record Reads(
            long memtableHits,
            long tableHits,
            long notFound,
            long filterSkips,
            long tablesInVain,
            long blockHits,
            long blockMisses,
            long bytesFromFiles,
            long valueBytes) {
        /** Point reads. */
        public long gets() {
            return memtableHits + tableHits + notFound;
        }

        /** Point reads that a memtable answered, of all; 0 to 1. */
        public double memtableHitRatio() {
            return ratio(memtableHits, gets());
        }

        /** Blocks found in the block cache, of all that were needed; 0 to 1. */
        public double blockHitRatio() {
            return ratio(blockHits, blockHits + blockMisses);
        }

        /** Of the tables that did not hold the key, those that the filter spared a point read; 0 to 1, best 1. */
        public double filterUsefulness() {
            return ratio(filterSkips, filterSkips + tablesInVain);
        }
    }

    /**
     * Work in the background.
     *
     * @param count jobs that have ended
     * @param readBytes bytes that they read from files
     * @param writtenBytes bytes that they wrote
     * @param nanos time that they took
     */
    public record Work(long count, long readBytes, long writtenBytes, long nanos) {}

    /**
     * One level.
     *
     * @param runs sorted runs in it
     * @param tables tables in it
     * @param bytes size of the tables
     * @param entries entries in the tables: puts and tombstones
     * @param garbage how many entries, here and further down, are tombstones here or hidden by entries from here, estimated
     */
    public record Level(int runs, int tables, long bytes, long entries, long garbage) {}

    /** Copies the list. */
    public LsmMetrics {
        levels = List.copyOf(levels);
    }

    /** Size of all tables. */
    public long tableBytes() {
        return levels.stream().mapToLong(Level::bytes).sum();
    }

    /** Number of all tables. */
    public int tables() {
        return levels.stream().mapToInt(Level::tables).sum();
    }

    /** Sorted runs of all levels: what a range has to merge, and a point read to ask at the worst. */
    public int runs() {
        return levels.stream().mapToInt(Level::runs).sum();
    }

    /** Bytes written to disk for each byte that the user wrote, log included; 0 before the first write. */
    public double writeAmplification() {
        return ratio(writes.logBytes + flushes.writtenBytes + compactions.writtenBytes, writes.userBytes);
    }

    /** Tables that were searched for each point read, those in memtables included; 1 is what a read on disk needs. */
    public double readAmplification() {
        return ratio(reads.tableHits + reads.tablesInVain, reads.gets());
    }

    /** Entries of all tables by those that are alive, estimated: 1 if none is deleted or hidden by a newer one. 0 without tables. */
    public double spaceAmplification() {
        long entries = levels.stream().mapToLong(Level::entries).sum();
        long garbage = levels.stream().mapToLong(Level::garbage).sum();
        return entries == 0 ? 0 : (double) entries / Math.max(1, entries - garbage);
    }

    private static double ratio(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }
}
