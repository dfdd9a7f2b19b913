package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.EntryKind;
import io.streambed.lsm.internal.entry.InternalIterator;
import java.io.IOException;

/** Walks the entries of a table: a cursor in one block, and the index that leads to the next. */
final class TableIterator implements InternalIterator {
    /** Where the blocks come from. */
    @FunctionalInterface
    interface Blocks {
        /**
         * Puts the cursor into a block, checked.
         *
         * @param ascending whether the blocks behind this one are likely to be wanted next, or those in front of it
         */
        void enter(int ordinal, boolean ascending, BlockCursor cursor) throws IOException;
    }

    private static final int NONE = -1;

    private final IndexBlock index;
    private final Blocks blocks;
    private final BlockCursor cursor = new BlockCursor();
    private int ordinal = NONE;
    private boolean closed;

    TableIterator(IndexBlock index, Blocks blocks) {
        this.index = index;
        this.blocks = blocks;
    }

    @Override
    public boolean first() throws IOException {
        enter(0, true);
        return cursor.first();
    }

    @Override
    public boolean last() throws IOException {
        enter(index.count() - 1, false);
        return cursor.last();
    }

    @Override
    public boolean seek(Slice userKey) throws IOException {
        int target = index.find(userKey.array(), userKey.offset(), userKey.length());
        if (target == index.count()) {
            return false;
        }
        enter(target, true);
        // A separator may be greater than the last key of its block, and the wanted key in between.
        return cursor.seek(userKey) || nextBlock();
    }

    @Override
    public boolean seekBefore(Slice userKey) throws IOException {
        int target = index.find(userKey.array(), userKey.offset(), userKey.length());
        enter(Math.min(target, index.count() - 1), false);
        return cursor.seekBefore(userKey) || prevBlock();
    }

    @Override
    public boolean next() throws IOException {
        return cursor.next() || nextBlock();
    }

    @Override
    public boolean prev() throws IOException {
        return cursor.prev() || prevBlock();
    }

    @Override
    public Slice userKey() {
        return cursor.key();
    }

    @Override
    public long seqNo() {
        return cursor.seqNo();
    }

    @Override
    public EntryKind kind() {
        return cursor.kind();
    }

    @Override
    public Slice value() {
        return cursor.value();
    }

    @Override
    public void close() {
        closed = true;
        ordinal = NONE;
        cursor.leave();
    }

    private boolean nextBlock() throws IOException {
        if (ordinal + 1 == index.count()) {
            return false;
        }
        enter(ordinal + 1, true);
        return cursor.first();
    }

    private boolean prevBlock() throws IOException {
        if (ordinal == 0) {
            return false;
        }
        enter(ordinal - 1, false);
        return cursor.last();
    }

    private void enter(int target, boolean ascending) throws IOException {
        if (closed) {
            throw new IllegalStateException("iterator is closed");
        }
        if (target != ordinal) {
            // Not standing anywhere if this fails.
            ordinal = NONE;
            blocks.enter(target, ascending, cursor);
            ordinal = target;
        }
    }
}
