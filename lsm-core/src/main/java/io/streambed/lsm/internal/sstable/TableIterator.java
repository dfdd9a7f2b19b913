package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.MalformedBytesException;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.fs.CorruptFileException;
import io.streambed.lsm.internal.entry.EntryView;
import io.streambed.lsm.internal.entry.InternalIterator;
import java.io.IOException;

/** Walks the entries of a table: a cursor in one block, and the index that leads to the next. */
final class TableIterator implements InternalIterator {
    /** Where the blocks come from. */
    interface Blocks {
        /** What goes through the blocks, always the same; its user's until {@link #close}, and somebody else's after that. */
        BlockCursor cursor();

        /**
         * Puts the cursor into a block whose checksum is right.
         *
         * @param ascending whether the blocks behind this one are likely to be wanted next, or those in front of it
         */
        void enter(int ordinal, boolean ascending) throws IOException;

        /** The cursor has left the last block. */
        default void close() throws IOException {}
    }

    private static final int NONE = -1;

    private final TableFile file;
    private final IndexBlock index;
    private final Blocks blocks;
    private final BlockCursor cursor;
    private int ordinal = NONE;
    private boolean closed;

    TableIterator(TableFile file, IndexBlock index, Blocks blocks) {
        this.file = file;
        this.index = index;
        this.blocks = blocks;
        this.cursor = blocks.cursor();
    }

    @Override
    public boolean first() throws IOException {
        try {
            enter(0, true);
            return cursor.first();
        } catch (MalformedBytesException e) {
            throw corrupt(e);
        }
    }

    @Override
    public boolean last() throws IOException {
        try {
            enter(index.count() - 1, false);
            return cursor.last();
        } catch (MalformedBytesException e) {
            throw corrupt(e);
        }
    }

    @Override
    public boolean seek(Slice userKey) throws IOException {
        int target = index.find(userKey.array(), userKey.offset(), userKey.length());
        if (target == index.count()) {
            return false;
        }
        try {
            enter(target, true);
            // A separator may be greater than the last key of its block, and the wanted key in between.
            return cursor.seek(userKey) || nextBlock();
        } catch (MalformedBytesException e) {
            throw corrupt(e);
        }
    }

    @Override
    public boolean seekBefore(Slice userKey) throws IOException {
        int target = index.find(userKey.array(), userKey.offset(), userKey.length());
        try {
            enter(Math.min(target, index.count() - 1), false);
            return cursor.seekBefore(userKey) || prevBlock();
        } catch (MalformedBytesException e) {
            throw corrupt(e);
        }
    }

    @Override
    public boolean next() throws IOException {
        requireStanding();
        try {
            return cursor.next() || nextBlock();
        } catch (MalformedBytesException e) {
            throw corrupt(e);
        }
    }

    @Override
    public boolean nextKey() throws IOException {
        requireStanding();
        try {
            if (cursor.nextKey()) {
                return true;
            }
            cursor.keepKey();
            boolean on = nextBlock();
            // Versions of a key may go on in the next block.
            while (on && cursor.isOnKeptKey()) {
                on = cursor.nextKey() || nextBlock();
            }
            return on;
        } catch (MalformedBytesException e) {
            throw corrupt(e);
        }
    }

    @Override
    public boolean prev() throws IOException {
        requireStanding();
        try {
            return cursor.prev() || prevBlock();
        } catch (MalformedBytesException e) {
            throw corrupt(e);
        }
    }

    @Override
    public EntryView entry() {
        return cursor.entry();
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        ordinal = NONE;
        cursor.leave();
        blocks.close();
    }

    private boolean nextBlock() throws IOException {
        int following = standing() + 1;
        if (following == index.count()) {
            return false;
        }
        enter(following, true);
        return cursor.first();
    }

    private boolean prevBlock() throws IOException {
        int before = standing() - 1;
        if (before < 0) {
            return false;
        }
        enter(before, false);
        return cursor.last();
    }

    private int standing() {
        requireStanding();
        return ordinal;
    }

    /** Nothing may touch the cursor once the iterator is closed. */
    private void requireStanding() {
        if (ordinal == NONE) {
            throw new IllegalStateException(closed ? "iterator is closed" : "iterator is not positioned");
        }
    }

    private void enter(int target, boolean ascending) throws IOException {
        if (closed) {
            throw new IllegalStateException("iterator is closed");
        }
        if (target == ordinal) {
            return;
        }
        // The memory of the block before may be used for this one; so if this fails, the cursor stands nowhere.
        cursor.leave();
        ordinal = NONE;
        try {
            blocks.enter(target, ascending);
        } catch (MalformedBytesException e) {
            throw new CorruptFileException(file.name(), index.position(target), e);
        }
        ordinal = target;
    }

    /** What stands in the current block makes no sense. The iterator stands nowhere then. */
    private CorruptFileException corrupt(MalformedBytesException e) {
        int where = standing();
        ordinal = NONE;
        cursor.leave();
        return new CorruptFileException(file.name(), index.position(where), e);
    }
}
