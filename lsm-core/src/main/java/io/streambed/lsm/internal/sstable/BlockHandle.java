package io.streambed.lsm.internal.sstable;

/**
 * Where a block stands in its file.
 *
 * @param position of its first byte
 * @param length in bytes as stored, without the trailer
 */
record BlockHandle(long position, int length) {
    /** Where the next block begins: behind the block and its trailer. */
    long end() {
        return position + length + BlockTrailer.BYTES;
    }
}
