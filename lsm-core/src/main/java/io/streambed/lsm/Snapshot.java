package io.streambed.lsm;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A moment of a tree, to be read from again and again. While it is open, compaction keeps the versions that it sees, so close
 * it. Safe for use by several threads.
 */
public final class Snapshot implements AutoCloseable {
    private final SnapshotList owner;
    private final long seqNo;
    private final AtomicBoolean closed = new AtomicBoolean();

    Snapshot(SnapshotList owner, long seqNo) {
        this.owner = owner;
        this.seqNo = seqNo;
    }

    /** The last write that the snapshot sees, as its position in the order of all writes of the tree. */
    public long seqNo() {
        return seqNo;
    }

    SnapshotList owner() {
        return owner;
    }

    boolean isClosed() {
        return closed.get();
    }

    /** Lets compaction drop what only this snapshot sees. Closing twice is harmless. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            owner.release(this);
        }
    }
}
