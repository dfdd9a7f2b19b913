package io.streambed.lsm;

import io.streambed.lsm.bytes.Slice;

/**
 * Walks the keys of a range and their values, as they were at one moment, whatever is written, flushed or compacted meanwhile.
 *
 * <pre>{@code
 * try (LsmIterator it = tree.iterator(KeyRange.prefix(p), Direction.FORWARD)) {
 *     while (it.next()) {
 *         use(it.key(), it.value());
 *     }
 * }
 * }</pre>
 *
 * <p>An open iterator keeps the tables that it reads on disk, so it must be closed; closing the tree closes it at the latest.
 * Used by one thread at a time; the tree may be closed by another thread meanwhile.
 */
public interface LsmIterator extends AutoCloseable {
    /**
     * Goes to the next key in the iterator's direction, at first to the first one.
     *
     * @return whether there is one; after {@code false} it stays {@code false}
     * @throws LsmException CLOSED after {@link #close()} or after the tree was closed; CORRUPTION or IO if reading fails
     */
    boolean next();

    /** The key that the iterator stands on. Good until the next move; only after {@link #next()} gave {@code true}. */
    Slice key();

    /** The value of that key. Good until the next move. */
    Slice value();

    /** Gives back what the iterator holds. Closing twice is harmless. */
    @Override
    void close();
}
