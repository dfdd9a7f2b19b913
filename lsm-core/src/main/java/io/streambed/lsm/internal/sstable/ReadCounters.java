package io.streambed.lsm.internal.sstable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counts what the reads of one tree do, which happens too often for {@link java.util.concurrent.atomic.LongAdder}, whose
 * compare-and-set costs as much as finding a key's block. A thread has a stripe of its own unless two of them happen to share
 * one; those two may then lose a count. For statistics only. Any thread.
 *
 * <pre>
 *  longs  | unused 16 | stripe 0: a slot for each of nine counts, 7 unused | stripe 1 … | stripe 15 |
 * </pre>
 */
public final class ReadCounters {
    private static final int MEMTABLE_HITS = 0;
    private static final int TABLE_HITS = 1;
    private static final int NOT_FOUND = 2;
    private static final int FILTER_SKIPS = 3;
    private static final int TABLES_IN_VAIN = 4;
    private static final int BLOCK_HITS = 5;
    private static final int BLOCK_MISSES = 6;
    private static final int BYTES_FROM_FILES = 7;
    private static final int VALUE_BYTES = 8;

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int STRIPES = 16;

    /** Longs from one stripe to the next: two cache lines, since processors fetch them in pairs. */
    private static final int STRIDE = 16;

    private final long[] counts = new long[(STRIPES + 1) * STRIDE];

    /**
     * A point read that ended in a memtable.
     *
     * @param valueBytes size of the value, 0 for a tombstone
     */
    public void foundInMemtable(int valueBytes) {
        int stripe = stripe();
        add(stripe + MEMTABLE_HITS, 1);
        add(stripe + VALUE_BYTES, valueBytes);
    }

    /**
     * A point read that had to ask tables.
     *
     * @param valueBytes size of the value, 0 for a tombstone, or -1 if none of them knew the key
     * @param filterSkips tables that the filter spared it
     * @param inVain tables that it searched without finding the key
     */
    public void askedTables(int valueBytes, int filterSkips, int inVain) {
        int stripe = stripe();
        if (valueBytes >= 0) {
            add(stripe + TABLE_HITS, 1);
            add(stripe + VALUE_BYTES, valueBytes);
        } else {
            add(stripe + NOT_FOUND, 1);
        }
        if (filterSkips > 0) {
            add(stripe + FILTER_SKIPS, filterSkips);
        }
        if (inVain > 0) {
            add(stripe + TABLES_IN_VAIN, inVain);
        }
    }

    void blockHit() {
        add(stripe() + BLOCK_HITS, 1);
    }

    void blockMiss(int bytes) {
        int stripe = stripe();
        add(stripe + BLOCK_MISSES, 1);
        add(stripe + BYTES_FROM_FILES, bytes);
    }

    /** Point reads that ended in a memtable. */
    public long memtableHits() {
        return sum(MEMTABLE_HITS);
    }

    /** Point reads that ended in a table. */
    public long tableHits() {
        return sum(TABLE_HITS);
    }

    /** Point reads that found the key nowhere. */
    public long notFound() {
        return sum(NOT_FOUND);
    }

    /** Tables that filters spared a point read. */
    public long filterSkips() {
        return sum(FILTER_SKIPS);
    }

    /** Tables that were searched for a key they did not hold. */
    public long tablesInVain() {
        return sum(TABLES_IN_VAIN);
    }

    /** Blocks that readers found in memory. */
    public long blockHits() {
        return sum(BLOCK_HITS);
    }

    /** Blocks that readers had to read from files. */
    public long blockMisses() {
        return sum(BLOCK_MISSES);
    }

    /** Their bytes, as stored. */
    public long bytesFromFiles() {
        return sum(BYTES_FROM_FILES);
    }

    /** Bytes of the values that point reads found. */
    public long valueBytes() {
        return sum(VALUE_BYTES);
    }

    private static int stripe() {
        return (((int) Thread.currentThread().getId() & (STRIPES - 1)) + 1) * STRIDE;
    }

    private void add(int at, long amount) {
        LONGS.setOpaque(counts, at, (long) LONGS.getOpaque(counts, at) + amount);
    }

    private long sum(int slot) {
        long sum = 0;
        for (int at = STRIDE + slot; at < counts.length; at += STRIDE) {
            sum += (long) LONGS.getOpaque(counts, at);
        }
        return sum;
    }
}
