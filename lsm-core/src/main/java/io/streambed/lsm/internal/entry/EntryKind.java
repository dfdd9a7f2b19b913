package io.streambed.lsm.internal.entry;

/** What an entry does to its key. */
public enum EntryKind {
    /** The key has this value from here on. */
    PUT,

    /** A tombstone: the key has no value from here on. Its value is empty. */
    DELETE
}
