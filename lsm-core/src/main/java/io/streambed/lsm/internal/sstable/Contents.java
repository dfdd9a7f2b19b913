package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.MalformedBytesException;
import io.streambed.lsm.fs.CorruptFileException;
import java.io.IOException;

/**
 * What an open table has in memory. Immutable but for the blocks that come and go. Who has hold of it may go on using it,
 * whatever happens to the table: it lies on the heap, and its blocks are refused by the cache once it is given up.
 */
record Contents(TableSummary summary, IndexBlock index, BloomFilter filter, TableBlocks blocks, CheckedBlocks checked) {
    /** Read from the end of a file at first: enough for everything but the data blocks of a table of some thousand keys. */
    private static final int TAIL_BYTES = 16 * 1024;

    /** Reads footer, filter, index and properties. */
    static Contents read(TableFile file, BlockCache cache, ReadCounters counters) throws IOException {
        long footerPosition = Footer.position(file);
        long length = footerPosition + Footer.BYTES;
        byte[] tail = new byte[(int) Math.min(length, TAIL_BYTES)];
        long tailPosition = length - tail.length;
        file.readFully(tailPosition, tail, 0, tail.length);
        Footer footer = Footer.decode(tail, tail.length - Footer.BYTES, file.name(), file.number(), footerPosition);
        long metaPosition = footer.filter().position();
        if (metaPosition < tailPosition) {
            tail = new byte[arrayLength(file, metaPosition, footerPosition - metaPosition)];
            tailPosition = metaPosition;
            file.readFully(metaPosition, tail, 0, tail.length);
        }
        for (BlockHandle handle : new BlockHandle[] {footer.filter(), footer.index(), footer.properties()}) {
            int offset = (int) (handle.position() - tailPosition);
            BlockTrailer.check(tail, offset, handle.length(), file.name(), file.number(), handle.position());
        }
        BlockHandle at = footer.properties();
        try {
            TableSummary summary =
                    TableSummary.decode(tail, (int) (at.position() - tailPosition), at.length(), file.number(), length);
            at = footer.filter();
            BloomFilter filter = BloomFilter.parse(tail, (int) (at.position() - tailPosition), at.length());
            at = footer.index();
            IndexBlock index = IndexBlock.parse(tail, (int) (at.position() - tailPosition), at.length());
            if (index.end() != metaPosition) {
                throw new MalformedBytesException("index ends its last block at " + index.end()
                        + ", the next part of the file begins at " + metaPosition);
            }
            boolean readyAsTheyLie = summary.codec() == BlockCodec.NONE.tag() && file.isMapped();
            return new Contents(
                    summary,
                    index,
                    filter,
                    cache.register(readyAsTheyLie ? 0 : index.count(), counters),
                    readyAsTheyLie ? new CheckedBlocks(index.count()) : CheckedBlocks.NEVER);
        } catch (MalformedBytesException e) {
            throw new CorruptFileException(file.name(), at.position(), e);
        }
    }

    /** Memory held, without the data blocks. */
    long bytes() {
        return index.bytes()
                + filter.bytes()
                + blocks.bytes()
                + checked.bytes()
                + summary.smallest().length
                + summary.largest().length
                + 256;
    }

    private static int arrayLength(TableFile file, long position, long bytes) throws CorruptFileException {
        if (bytes > Integer.MAX_VALUE - 64) {
            throw new CorruptFileException(
                    file.name(), position, "filter, index and properties of " + bytes + " bytes");
        }
        return (int) bytes;
    }
}
