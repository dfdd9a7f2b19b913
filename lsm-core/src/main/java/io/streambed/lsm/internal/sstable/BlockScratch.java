package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.MalformedBytesException;
import io.streambed.lsm.fs.CorruptFileException;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Memory for a block that is read once and not kept: most of what a large store reads. Such a block costs no allocation, and
 * lies in the processor's cache from the first byte on. Used by one thread at a time.
 */
final class BlockScratch {
    private byte[] stored = new byte[0];
    private byte[] decompressed = stored;
    private byte[] block = stored;
    private int length;

    /** Reads a block and checks it against its trailer; decompresses it. */
    void read(TableFile file, long position, int storedLength) throws IOException {
        int needed = file.withTrailer(position, storedLength);
        if (stored.length < needed) {
            stored = new byte[needed];
        }
        file.readFully(position, stored, 0, needed);
        BlockTrailer.check(stored, 0, storedLength, file.name(), file.number(), position);
        try {
            unpack(file, stored, 0, storedLength);
        } catch (MalformedBytesException e) {
            throw new CorruptFileException(file.name(), position, e);
        }
    }

    /** Takes a block that was read and whose checksum is right; decompresses it. For blocks at the start of their array. */
    private void unpack(TableFile file, byte[] array, int offset, int storedLength) throws IOException {
        byte tag = BlockTrailer.codec(array, offset, storedLength);
        if (tag == BlockCodec.NONE.tag()) {
            block = array;
            length = storedLength;
        } else {
            decompress(file.codec(tag), array, offset, storedLength);
        }
    }

    /** Decompresses a block from elsewhere. */
    void decompress(BlockCodec codec, byte[] array, int offset, int storedLength) throws MalformedBytesException {
        length = codec.decompressedLength(array, offset, storedLength);
        if (length > Integer.MAX_VALUE - 64) {
            throw new MalformedBytesException("block of " + length + " bytes");
        }
        if (decompressed.length < length + BlockTrailer.BYTES) {
            decompressed = new byte[length + BlockTrailer.BYTES];
        }
        codec.decompress(array, offset, storedLength, decompressed, 0, length);
        block = decompressed;
    }

    /** The block, at the start of an array that has a trailer's bytes behind it. */
    byte[] block() {
        return block;
    }

    int length() {
        return length;
    }

    /** A few of them for many threads: taken and given back without a lock, and made anew if there are not enough. */
    static final class Pool {
        private static final int PLACES = 16;

        /** Larger ones are not kept. */
        private static final int MOST_BYTES = 64 * 1024;

        private final AtomicReferenceArray<@Nullable BlockScratch> places = new AtomicReferenceArray<>(PLACES);

        BlockScratch take() {
            BlockScratch taken = places.getAndSet(place(), null);
            return taken != null ? taken : new BlockScratch();
        }

        void giveBack(BlockScratch scratch) {
            if (scratch.stored.length + scratch.decompressed.length <= MOST_BYTES) {
                places.lazySet(place(), scratch);
            }
        }

        private static int place() {
            return (int) Thread.currentThread().getId() & (PLACES - 1);
        }
    }
}
