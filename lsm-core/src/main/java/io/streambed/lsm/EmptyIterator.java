package io.streambed.lsm;

import io.streambed.lsm.bytes.Slice;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The iterator that users get where there is nothing to look at, as of the sessions of a key that has none. It holds nothing.
 */
final class EmptyIterator implements LsmIterator {
    private final LsmTree tree;
    private final AtomicBoolean closed = new AtomicBoolean();

    EmptyIterator(LsmTree tree) {
        this.tree = tree;
    }

    @Override
    public boolean next() {
        requireOpen();
        return false;
    }

    @Override
    public Slice key() {
        throw onNoEntry();
    }

    @Override
    public Slice value() {
        throw onNoEntry();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            tree.released();
        }
    }

    private IllegalStateException onNoEntry() {
        requireOpen();
        return new IllegalStateException("iterator is not on an entry; next() must have returned true");
    }

    private void requireOpen() {
        TreeIterator.requireOpen(tree, closed.get());
    }
}
