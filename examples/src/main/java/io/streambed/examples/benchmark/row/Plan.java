package io.streambed.examples.benchmark.row;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * How much is done. The same for all sides of a comparison.
 *
 * @param name what it is called on the command line
 * @param entries entries of 100 bytes that the main stores have
 * @param largeEntries entries of 1,000 bytes in the rows that say so
 * @param warmMillis how long operations run at least before those that are measured, for the compiler of the JVM
 * @param millis how long the rows that have no natural end run
 * @param fillMillis how long the long fill runs
 * @param quietMillis how long a process must be at rest before the background counts as done; longer than the second for which our stores
 *     wait before they give room back, so that what they put off is counted, and than they may wait for the disk before that, which looks like
 *     rest
 * @param heapMegabytes greatest heap of each process
 */
public record Plan(
        String name,
        int entries,
        int largeEntries,
        int warmMillis,
        int millis,
        int fillMillis,
        int quietMillis,
        int heapMegabytes) {
    /** A few minutes for the whole table; small stores, so that half of what matters is in memory. */
    public static final Plan QUICK = new Plan("quick", 300_000, 60_000, 500, 1_000, 3_000, 1_500, 512);

    /** The sizes that the goals were stated for. */
    public static final Plan NORMAL = new Plan("normal", 2_000_000, 400_000, 1_500, 3_000, 60_000, 2_000, 512);

    /** Well past every cache. */
    public static final Plan BIG = new Plan("big", 20_000_000, 2_000_000, 3_000, 8_000, 60_000, 2_000, 1024);

    /** The same with another number of entries, the large ones in proportion. */
    public Plan withEntries(int number) {
        int large = (int) Math.max(1, (long) largeEntries * number / entries);
        return new Plan(name, number, large, warmMillis, millis, fillMillis, quietMillis, heapMegabytes);
    }

    /** The same with another heap. */
    public Plan withHeap(int megabytes) {
        return new Plan(name, entries, largeEntries, warmMillis, millis, fillMillis, quietMillis, megabytes);
    }

    /** Entries that fit into a memtable of any side's default size, and a little to spare. */
    @JsonIgnore
    public int smallEntries() {
        return Math.min(entries, 60_000);
    }

    /**
     * Entries that are written before a fill is measured: as many, or so many that flushes and compactions of all sizes are compiled. With a
     * third of them the compiler worked for a second of the two that a fill takes, and more than that for sessions.
     */
    @JsonIgnore
    public int warmEntries() {
        return Math.min(entries, 2_000_000);
    }

    /** Whether stores are so large that other goals hold. */
    @JsonIgnore
    public boolean pastEveryCache() {
        return entries >= BIG.entries;
    }
}
