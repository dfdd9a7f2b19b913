package io.streambed.lsm.internal.sstable;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Blocks for one iterator, from the cache or from the file as {@link TableBlocks} has it. Used by one thread. */
final class CachedBlocks implements TableIterator.Blocks {
    private final TableFile file;
    private final Contents table;
    private final BlockScratch.Pool pool;
    private @Nullable BlockScratch scratch;

    CachedBlocks(TableFile file, Contents table, BlockScratch.Pool pool) {
        this.file = file;
        this.table = table;
        this.pool = pool;
        this.scratch = pool.take();
    }

    @Override
    public BlockCursor cursor() {
        return own().cursor();
    }

    @Override
    public void enter(int ordinal, boolean ascending) throws IOException {
        BlockScratch own = own();
        byte[] block = table.blocks().get(ordinal);
        if (block == null) {
            long position = table.index().position(ordinal);
            int length = table.index().storedLength(ordinal);
            if (!table.blocks().wants(ordinal, length)) {
                own.read(file, position, length, table.checked(), ordinal);
                own.cursor().enter(own.block(), 0, own.length());
                return;
            }
            block = file.readBlock(position, length);
            table.blocks().offer(ordinal, block);
        }
        own.cursor().enter(block, 0, block.length - BlockTrailer.BYTES);
    }

    @Override
    public void close() {
        BlockScratch own = scratch;
        scratch = null;
        if (own != null) {
            own.cursor().release();
            pool.giveBack(own);
        }
    }

    private BlockScratch own() {
        BlockScratch own = scratch;
        if (own == null) {
            throw new IllegalStateException("blocks are closed");
        }
        return own;
    }
}
