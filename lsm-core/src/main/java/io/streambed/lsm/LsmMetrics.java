package io.streambed.lsm;

import java.util.List;

/**
 * What a tree counted since it was opened, and how it looks now; an immutable value, consistent as far as one look can be. Sizes
 * are in bytes, times in nanoseconds.
 *
 * @param userBytes keys and values that the user wrote
 * @param logBytes bytes written to write-ahead logs
 * @param flushes memtables that became tables
 * @param flushBytes bytes that flushes wrote
 * @param flushNanos time that flushes took
 * @param compactions compactions ended
 * @param compactionReadBytes bytes that compactions read
 * @param compactionWrittenBytes bytes that compactions wrote
 * @param compactionNanos time that compactions took
 * @param stalls writes that had to wait for flush or compaction
 * @param stallNanos time that they waited
 * @param memtableBytes memory of all memtables
 * @param immutableMemtables memtables that wait for their flush
 * @param openSnapshots snapshots that are open
 * @param openIterators iterators that are open
 * @param lastSeqNo number of the last write
 * @param committedSeqNo number of the last write that was committed
 * @param levels the levels, from 0 on
 */
public record LsmMetrics(
        long userBytes,
        long logBytes,
        long flushes,
        long flushBytes,
        long flushNanos,
        long compactions,
        long compactionReadBytes,
        long compactionWrittenBytes,
        long compactionNanos,
        long stalls,
        long stallNanos,
        long memtableBytes,
        int immutableMemtables,
        int openSnapshots,
        int openIterators,
        long lastSeqNo,
        long committedSeqNo,
        List<Level> levels) {

    /**
     * One level.
     *
     * @param runs sorted runs in it
     * @param tables tables in it
     * @param bytes size of the tables
     * @param entries entries in the tables: puts and tombstones
     */
    public record Level(int runs, int tables, long bytes, long entries) {}

    /** Copies the list. */
    public LsmMetrics {
        levels = List.copyOf(levels);
    }

    /** Size of all tables. */
    public long tableBytes() {
        return levels.stream().mapToLong(Level::bytes).sum();
    }

    /** Bytes written to disk for each byte that the user wrote, log included; 0 before the first write. */
    public double writeAmplification() {
        return userBytes == 0 ? 0 : (double) (logBytes + flushBytes + compactionWrittenBytes) / userBytes;
    }
}
