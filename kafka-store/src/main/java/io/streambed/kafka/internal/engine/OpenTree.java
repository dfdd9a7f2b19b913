package io.streambed.kafka.internal.engine;

import io.streambed.lsm.Direction;
import io.streambed.lsm.KeyRange;
import io.streambed.lsm.LsmException;
import io.streambed.lsm.LsmIterator;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.WriteBatch;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.Position;
import org.jspecify.annotations.Nullable;

/**
 * The tree of a store from one opening to its closing: reads and writes of entries, with the tree's failures as Streams' exceptions.
 *
 * <p>Written by one thread at a time (Streams sees to that); read by any number of threads beside it, without a lock. Every call
 * after closing throws {@link InvalidStateStoreException}, be it made by a thread that still holds this object.
 *
 * <p>Invariant: the position moves only after the entries that it stands for can be read. A reader that looks at the position first and
 * at the entries afterwards finds entries at least as new as that position.
 *
 * <p>Who asks? Streams has its processors and the queries of an application call the same methods of the same object; only the thread tells
 * them apart. So under {@link QueryIsolation#READ_COMMITTED} a thread that works on the store sees everything, and every other one sees the
 * last commit.
 */
public final class OpenTree {
    private final String storeName;
    private final LsmTree tree;
    private final StateStoreContext context;
    private final InputPosition position;
    private final OpenIterators iterators;
    private final Runnable beforeFirstWrite;
    private volatile boolean open = true;

    /** What queries see; {@code null} if they see what everybody does. */
    private final @Nullable CommittedView committed;

    /** The thread that opens a store of a task is the one that processes the task. */
    private final Thread opener = Thread.currentThread();

    /** The thread that restored or wrote last: Streams restores in a thread of its own. Kept only where it is asked for. */
    private volatile Thread writer = opener;

    /**
     * The most that was done to the tree since its last commit. Raised after the write and cleared before the commit, so that a write
     * beside a commit leads to one commit too many at worst, never to one too few.
     */
    private volatile Uncommitted uncommitted = Uncommitted.NOTHING;

    /** Below it nothing is wanted once what was written so far is committed. Of the writing thread. */
    private byte @Nullable [] expired;

    /** @param beforeFirstWrite to be run before the first write of a task after each commit, by the thread that writes */
    OpenTree(
            String storeName,
            LsmTree tree,
            StateStoreContext context,
            InputPosition position,
            QueryIsolation isolation,
            OpenIterators iterators,
            Runnable beforeFirstWrite) {
        this.storeName = storeName;
        this.tree = tree;
        this.context = context;
        this.position = position;
        this.committed = isolation == QueryIsolation.READ_COMMITTED ? new CommittedView(tree, position.now()) : null;
        this.iterators = iterators;
        this.beforeFirstWrite = beforeFirstWrite;
    }

    /** The value of {@code key}, or {@code null}. */
    public byte @Nullable [] get(byte[] key) {
        CommittedView view = viewOfCaller();
        try {
            return view == null ? tree.get(key) : view.get(key);
        } catch (LsmException e) {
            throw failure("read a value", e);
        }
    }

    /** Gives {@code key} a value, or takes it away if {@code value} is {@code null}; the position moves to the record in process. */
    public void put(byte[] key, byte @Nullable [] value) {
        prepareToWrite();
        try {
            if (value == null) {
                tree.delete(key);
            } else {
                tree.put(key, value);
            }
        } catch (LsmException e) {
            throw failure("write a value", e);
        }
        written(Uncommitted.WRITTEN);
        movePosition();
    }

    /** Applies a batch, perhaps an empty one; the position moves to the record in process. */
    public void write(WriteBatch batch) {
        if (batch.isEmpty()) {
            skip();
            return;
        }
        prepareToWrite();
        apply(batch, Uncommitted.WRITTEN, "write a batch");
        movePosition();
    }

    /**
     * Takes in the record in process without writing an entry, as when it came too late: the position moves to it. That is to be committed
     * as a write is, and so is the stream time that the record may have moved.
     */
    public void skip() {
        prepareToWrite();
        movePosition();
        written(Uncommitted.WRITTEN);
    }

    /** From here on the calling thread restores, and may have to read what it has restored. */
    void restoring() {
        workedOnByCaller();
    }

    /** Applies a batch of records from the changelog, which carried {@code carried} with them. */
    void restore(WriteBatch batch, Position carried) {
        apply(batch, Uncommitted.RESTORED, "restore a batch");
        position.merge(carried);
    }

    /** Walks a range. To be closed. */
    public EntryIterator iterate(KeyRange range, Direction direction) {
        return new EntryIterator(this, entries(range, direction), iterators.opened());
    }

    /** Entries of a range, for an iterator that counts as open. Throws as {@link #iterate} does. */
    LsmIterator entries(KeyRange range, Direction direction) {
        CommittedView view = viewOfCaller();
        try {
            return view == null ? tree.iterator(range, direction) : view.iterator(range, direction);
        } catch (LsmException e) {
            throw failure("open a range", e);
        }
    }

    /**
     * Says that nothing below {@code key} is wanted any more, now or ever. It goes with the next commit and not before: what makes it
     * expire may still be rolled back, by a crash or with its transaction, and what was committed last must then be there. Nothing
     * may be written below meanwhile.
     */
    public void expireBelow(byte[] key) {
        expired = key;
    }

    /** The key below which everything has left the disk; empty if nothing has. What is written below is lost. */
    public byte[] droppedBelow() {
        try {
            return tree.droppedBelow();
        } catch (LsmException e) {
            throw failure("look for what was dropped", e);
        }
    }

    /** Number of keys, roughly. */
    public long approximateEntries() {
        try {
            return tree.approximateEntries();
        } catch (LsmException e) {
            throw failure("count its keys", e);
        }
    }

    /** How far what the caller sees has got in the store's input. Not to be changed. */
    Position position() {
        CommittedView view = viewOfCaller();
        return view == null ? position.now() : view.position();
    }

    /** Whether the store was not closed since. */
    public boolean isOpen() {
        return open;
    }

    /** What a commit would make recoverable. */
    Uncommitted uncommitted() {
        return uncommitted;
    }

    /** Declares what was written since the last commit void: the transaction that it belonged to will not be committed. */
    void abort() {
        uncommitted = Uncommitted.ABORTED;
    }

    void commit(byte[] metadata) {
        Uncommitted before = uncommitted;
        uncommitted = Uncommitted.NOTHING;
        try {
            tree.commit(metadata);
            if (committed != null) {
                committed.moveOn(position.now());
            }
        } catch (LsmException e) {
            uncommitted = before;
            throw failure("commit", e);
        }
        if (expired != null) {
            dropBelow(expired);
            expired = null;
        }
    }

    private void dropBelow(byte[] key) {
        try {
            tree.dropBelow(key);
        } catch (LsmException e) {
            throw failure("drop what has expired", e);
        }
    }

    /** Tells of iterators that have been open for long. */
    void lookForForgottenIterators() {
        iterators.lookForForgotten();
    }

    void closed(OpenIterators.Opened iterator) {
        iterators.closed(iterator);
    }

    void close() {
        open = false;
        iterators.storeCloses(tree.metrics().openIterators());
        try {
            tree.close();
        } catch (LsmException e) {
            throw failure("close", e);
        }
    }

    RuntimeException failure(String toDoWhat, LsmException cause) {
        return cause.kind() == LsmException.Kind.CLOSED
                ? new InvalidStateStoreException("Store " + storeName + " is currently closed", cause)
                : new ProcessorStateException(
                        "Store " + storeName + " failed to " + toDoWhat + ": " + cause.getMessage(), cause);
    }

    private void apply(WriteBatch batch, Uncommitted kind, String toDoWhat) {
        if (batch.isEmpty()) {
            return;
        }
        try {
            tree.write(batch);
        } catch (LsmException e) {
            throw failure(toDoWhat, e);
        }
        written(kind);
    }

    private void prepareToWrite() {
        if (uncommitted == Uncommitted.NOTHING) {
            beforeFirstWrite.run();
        }
    }

    private void written(Uncommitted kind) {
        workedOnByCaller();
        // Reading first: a volatile write costs more, and it is needed once a commit.
        if (uncommitted.compareTo(kind) < 0) {
            uncommitted = kind;
        }
    }

    private void workedOnByCaller() {
        // Reading first, as with `uncommitted`.
        if (committed != null && writer != Thread.currentThread()) {
            writer = Thread.currentThread();
        }
    }

    /** What the calling thread is to read from, or {@code null} for the tree itself. */
    private @Nullable CommittedView viewOfCaller() {
        CommittedView view = committed;
        if (view == null) {
            return null;
        }
        Thread caller = Thread.currentThread();
        return caller == opener || caller == writer ? null : view;
    }

    private void movePosition() {
        context.recordMetadata().ifPresent(position::moveTo);
    }
}
