package io.streambed.kafka.internal.engine;

/** What was done to a store since its last commit; a later one of these covers the earlier ones. */
enum Uncommitted {
    /** Nothing: a commit has nothing to do. */
    NOTHING,

    /** Records of the changelog were restored: all of them are of transactions that were committed. */
    RESTORED,

    /** A task wrote entries or took in a record that led to none: under exactly-once part of a transaction, whose end decides. */
    WRITTEN,

    /** A task wrote, and its transaction was aborted: what was written is never to be committed. For good, until the store is opened again. */
    ABORTED
}
