package io.streambed.lsm.internal.sstable;

/**
 * Which blocks of a table were found to be as they were written since the table was opened. They are not checked again by reads, so a
 * search may look where it likes in them without reading the rest, which their checksum would need.
 *
 * <p>So a file that changes behind the back of a running process may go unnoticed by reads until the table is opened again, as it would
 * with a cache of blocks in memory. What goes through a whole table, as compactions do, checks each block each time.
 *
 * <p>Any thread. Two that add at the same time may lose one of the two: then that block is checked once more.
 */
final class CheckedBlocks {
    /** Of a table whose blocks are always read as a whole. */
    static final CheckedBlocks NEVER = new CheckedBlocks(0);

    private final long[] bits;

    CheckedBlocks(int blocks) {
        this.bits = new long[(blocks + Long.SIZE - 1) / Long.SIZE];
    }

    boolean contains(int ordinal) {
        return bits.length > 0 && (bits[ordinal / Long.SIZE] & 1L << ordinal) != 0;
    }

    void add(int ordinal) {
        if (bits.length > 0) {
            bits[ordinal / Long.SIZE] |= 1L << ordinal;
        }
    }

    /** Memory held. */
    long bytes() {
        return 32L + (long) Long.BYTES * bits.length;
    }
}
