package io.streambed.lsm;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.iterator.VisibleIterator;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The iterator that users get.
 *
 * <p>Its own thread opens and closes what it reads from. Closing the tree only sets the tree's flag, since the iterator may
 * be in the middle of a move: that move then ends by itself, or by an error that the flag explains.
 */
final class TreeIterator implements LsmIterator {
    private final LsmTree tree;
    private final VisibleIterator source;
    private final PinnedVersion pinned;
    private final @Nullable Expiry expiry;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Why a move failed; the sources then stand nobody knows where, and to go on could pass over entries. */
    private @Nullable Throwable failure;

    TreeIterator(LsmTree tree, VisibleIterator source, PinnedVersion pinned) {
        this.tree = tree;
        this.source = source;
        this.pinned = pinned;
        this.expiry = tree.options().expiry();
    }

    @Override
    public boolean next() {
        requireOpen();
        Throwable earlier = failure;
        if (earlier != null) {
            throw failed(earlier);
        }
        try {
            boolean on = source.next();
            while (on && expiry != null && expiry.isExpired(source.key(), source.value())) {
                on = source.next();
            }
            return on;
        } catch (IOException e) {
            failure = e;
            requireOpen();
            throw failed(e);
        } catch (RuntimeException | Error e) {
            failure = e;
            requireOpen();
            throw e;
        }
    }

    private LsmException failed(Throwable cause) {
        return new LsmException(
                Errors.kindOf(cause), "iterating over tree " + tree.name() + " failed: " + cause.getMessage(), cause);
    }

    @Override
    public Slice key() {
        requireOpen();
        return source.key();
    }

    @Override
    public Slice value() {
        requireOpen();
        return source.value();
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        tree.released();
        try {
            source.close();
        } catch (IOException e) {
            throw Errors.wrap("closing an iterator over", tree.name(), e);
        } finally {
            pinned.unpin();
        }
    }

    private void requireOpen() {
        requireOpen(tree, closed.get());
    }

    /** Fails unless the tree is open and the iterator over it was not closed. */
    static void requireOpen(LsmTree tree, boolean closed) {
        if (tree.isClosed()) {
            throw new LsmException(LsmException.Kind.CLOSED, "tree " + tree.name() + " is closed");
        }
        if (closed) {
            throw new LsmException(LsmException.Kind.CLOSED, "iterator over tree " + tree.name() + " is closed");
        }
    }
}
