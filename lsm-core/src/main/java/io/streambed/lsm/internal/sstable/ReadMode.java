package io.streambed.lsm.internal.sstable;

/** How an iterator gets its blocks. */
public enum ReadMode {
    /** From the block cache, which keeps what it did not have: for users' reads. */
    CACHED,

    /** From the file, a good piece at a time, past the cache: for compaction, which reads everything once. */
    SEQUENTIAL
}
