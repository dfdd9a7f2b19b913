package io.streambed.lsm.internal.entry;

import io.streambed.lsm.bytes.Slice;

/**
 * What an iterator stands on: one object for its whole life that it fills with each move, read in place by whoever walks. So each
 * part of an entry costs one read of a field, through however many iterators it came; asked for part by part it would cost a virtual
 * call for each of them, which is most of what a merge does.
 *
 * <p>Good until the next move. Used by one thread.
 */
public final class EntryView {
    private final Slice key = new Slice();
    private final Slice value = new Slice();
    private long stamp;

    /** Stands on an entry with this stamp now; key and value are pointed to it by who calls this. */
    public void set(long newStamp) {
        stamp = newStamp;
    }

    /** The key that the user gave. */
    public Slice key() {
        return key;
    }

    /** The value; empty for a tombstone. */
    public Slice value() {
        return value;
    }

    /** Sequence number and kind in one: the number, then a bit that is set for a tombstone. Ascends as sequence numbers do. */
    public long stamp() {
        return stamp;
    }

    /** Position of the write in the order of all writes; greater than 0. */
    public long seqNo() {
        return stamp >>> 1;
    }

    /** Whether the key has no value from here on. */
    public boolean isTombstone() {
        return (stamp & 1) != 0;
    }

    /** What the entry does. */
    public EntryKind kind() {
        return isTombstone() ? EntryKind.DELETE : EntryKind.PUT;
    }
}
