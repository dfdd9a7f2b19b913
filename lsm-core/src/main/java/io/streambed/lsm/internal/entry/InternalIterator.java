package io.streambed.lsm.internal.entry;

import io.streambed.lsm.bytes.Slice;
import java.io.Closeable;
import java.io.IOException;

/**
 * Walks the entries of one sorted source, or of several merged: by user key ascending, and for one key by sequence number
 * descending, so that the newest version comes first.
 *
 * <p>Every move answers whether it stands on an entry. After {@code false}, or before the first move, only a positioning
 * move ({@link #first}, {@link #last}, {@link #seek}, {@link #seekBefore}) may follow. Slices are good until the next move.
 * Used by one thread at a time.
 */
public interface InternalIterator extends Closeable {
    /** Goes to the first entry of all. */
    boolean first() throws IOException;

    /** Goes to the last entry of all. */
    boolean last() throws IOException;

    /** Goes to the first entry whose user key is {@code userKey} or greater: the newest version of that key. */
    boolean seek(Slice userKey) throws IOException;

    /** Goes to the last entry whose user key is less than {@code userKey}: the oldest version of that key. */
    boolean seekBefore(Slice userKey) throws IOException;

    /** Goes to the next entry. */
    boolean next() throws IOException;

    /**
     * Goes to the newest version of the next key, past the older ones of this key. Sources know by themselves what is of one key, mostly
     * without comparing keys, and nobody has to keep the key for that.
     */
    boolean nextKey() throws IOException;

    /** Goes to the previous entry. */
    boolean prev() throws IOException;

    /**
     * The entry that the last move, which answered true, went to. The same object after each move of {@link #next} or {@link #prev} as long
     * as one source gives the entries; ask again after each move.
     */
    EntryView entry();

    /** The key that the user gave. */
    default Slice userKey() {
        return entry().key();
    }

    /** Position of the write in the order of all writes; greater than 0. */
    default long seqNo() {
        return entry().seqNo();
    }

    /** What the entry does. */
    default EntryKind kind() {
        return entry().kind();
    }

    /** The value; empty for a tombstone. */
    default Slice value() {
        return entry().value();
    }

    /** Gives back what the iterator holds. Closing twice is harmless. */
    @Override
    void close() throws IOException;
}
