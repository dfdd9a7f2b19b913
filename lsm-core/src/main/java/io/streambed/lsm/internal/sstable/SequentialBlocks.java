package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.fs.CorruptFileException;
import io.streambed.lsm.fs.ReadFile;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Blocks for one iterator that reads a whole table: a good piece of the file at a time, into memory of its own that it uses
 * again and again. Used by one thread.
 */
final class SequentialBlocks implements TableIterator.Blocks {
    /** Read at once, unless one block is larger. */
    private static final int CHUNK_BYTES = 256 * 1024;

    private final TableFile file;
    private final IndexBlock index;

    /** Opened by the first read. */
    private @Nullable ReadFile own;

    // The blocks from first to before end are in the chunk.
    private byte[] chunk = new byte[0];
    private int first;
    private int end;

    private final BlockScratch scratch = new BlockScratch();
    private final BlockCursor cursor = scratch.cursor();

    SequentialBlocks(TableFile file, IndexBlock index) {
        this.file = file;
        this.index = index;
    }

    @Override
    public BlockCursor cursor() {
        return cursor;
    }

    @Override
    public void enter(int ordinal, boolean ascending) throws IOException {
        if (ordinal < first || ordinal >= end) {
            fill(ordinal, ascending);
        }
        long position = index.position(ordinal);
        int offset = (int) (position - index.position(first));
        int length = index.storedLength(ordinal);
        BlockTrailer.check(chunk, offset, length, file.name(), file.number(), position);
        byte tag = BlockTrailer.codec(chunk, offset, length);
        if (tag == BlockCodec.NONE.tag()) {
            cursor.enter(chunk, offset, offset + length);
        } else {
            scratch.decompress(file.codec(tag), chunk, offset, length);
            cursor.enter(scratch.block(), 0, scratch.length());
        }
    }

    @Override
    public void close() throws IOException {
        ReadFile closing = own;
        own = null;
        if (closing != null) {
            closing.close();
        }
    }

    private void fill(int ordinal, boolean ascending) throws IOException {
        int from = ordinal;
        int to = ordinal + 1;
        if (ascending) {
            while (to < index.count() && index.position(to + 1) - index.position(from) <= CHUNK_BYTES) {
                to++;
            }
        } else {
            while (from > 0 && index.position(to) - index.position(from - 1) <= CHUNK_BYTES) {
                from--;
            }
        }
        long bytes = index.position(to) - index.position(from);
        if (bytes > Integer.MAX_VALUE - 64) {
            throw new CorruptFileException(file.name(), index.position(from), "block of " + bytes + " bytes");
        }
        // Nothing is in the chunk if the read fails half-way.
        end = first;
        boolean outsized = chunk.length > CHUNK_BYTES && bytes <= CHUNK_BYTES;
        if (chunk.length < bytes || outsized) {
            chunk = new byte[(int) Math.max(bytes, Math.min(CHUNK_BYTES, index.end()))];
        }
        ReadFile handle = own;
        if (handle == null) {
            handle = file.openToGoThrough();
            own = handle;
        }
        file.readFully(handle, index.position(from), chunk, 0, (int) bytes);
        first = from;
        end = to;
    }
}
