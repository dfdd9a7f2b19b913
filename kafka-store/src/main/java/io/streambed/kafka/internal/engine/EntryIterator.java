package io.streambed.kafka.internal.engine;

import io.streambed.lsm.Direction;
import io.streambed.lsm.KeyRange;
import io.streambed.lsm.LsmException;
import io.streambed.lsm.LsmIterator;
import io.streambed.lsm.bytes.Slice;

/**
 * Walks entries of a store's tree, as they were when it was made; the tree's failures come as Streams' exceptions.
 *
 * <p>Closed by its store at the latest. Used by one thread at a time; the store may be closed by another one meanwhile.
 */
public final class EntryIterator implements AutoCloseable {
    private final OpenTree owner;
    private LsmIterator entries;
    private final OpenIterators.Opened opened;
    private boolean closed;

    EntryIterator(OpenTree owner, LsmIterator entries, OpenIterators.Opened opened) {
        this.owner = owner;
        this.entries = entries;
        this.opened = opened;
    }

    /** Whether neither the iterator nor its store was closed. */
    public boolean isOpen() {
        return !closed && owner.isOpen();
    }

    /**
     * Goes to the next entry, at first to the first one.
     *
     * @return whether there is one
     * @throws org.apache.kafka.streams.errors.InvalidStateStoreException if iterator or store was closed
     * @throws org.apache.kafka.streams.errors.ProcessorStateException if reading fails
     */
    public boolean next() {
        try {
            return entries.next();
        } catch (LsmException e) {
            throw owner.failure("read on in a range", e);
        }
    }

    /**
     * Leaves what it walks, and goes on before the first entry of another range, as that is now. It is still the iterator that was opened, since
     * then and there: whoever walks through several ranges has one iterator, however many there are.
     *
     * @throws org.apache.kafka.streams.errors.InvalidStateStoreException if the store was closed
     * @throws org.apache.kafka.streams.errors.ProcessorStateException if reading fails
     */
    public void goOn(KeyRange range, Direction direction) {
        // First, so that it holds no more than the tables of one moment.
        entries.close();
        entries = owner.entries(range, direction);
    }

    /** The key of the entry that the iterator stands on; good until the next move. Throws as {@link #next()} does. */
    public Slice key() {
        try {
            return entries.key();
        } catch (LsmException e) {
            throw owner.failure("read a key in a range", e);
        }
    }

    /** The value of that entry; good until the next move. Throws as {@link #next()} does. */
    public Slice value() {
        try {
            return entries.value();
        } catch (LsmException e) {
            throw owner.failure("read a value in a range", e);
        }
    }

    /** Gives back what the iterator holds. Closing twice is harmless. */
    @Override
    public void close() {
        closed = true;
        owner.closed(opened);
        entries.close();
    }
}
