package io.streambed.lsm;

/** What a commit survives. Every choice recovers to exactly a commit; they differ in which one. */
public enum Durability {
    /**
     * No write-ahead log, as RocksDB runs in Kafka Streams. A commit lasts once the memtable that it was made in has been
     * flushed; a killed process falls back to that one. Closing the tree flushes.
     */
    NONE,

    /** The log is handed to the operating system at each commit: a commit survives the end of the process, however it ends. */
    PROCESS,

    /** The log is also synced at each commit: a commit survives a loss of power. */
    POWER
}
