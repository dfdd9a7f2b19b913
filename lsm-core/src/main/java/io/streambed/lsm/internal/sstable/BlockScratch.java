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

    /** For whoever walks through blocks that it reads one after the other: its key buffer has grown to what keys need. */
    private final BlockCursor cursor = new BlockCursor();

    // While the block is read in pieces: from where, how much of its front is here, and how many bytes were read in
    // all.
    private @Nullable TableFile file;
    private long position;
    private int front;
    private int read;

    // Of the pool, while it is there: the next one in the same place, and the bytes of all from this one on.
    private @Nullable BlockScratch next;
    private int chainBytes;

    /** Reads a block and checks it against its trailer, unless it was checked before; decompresses it. */
    void read(TableFile file, long position, int storedLength, CheckedBlocks checked, int ordinal) throws IOException {
        int needed = file.withTrailer(position, storedLength);
        if (stored.length < needed) {
            stored = new byte[needed];
        }
        file.readFully(position, stored, 0, needed);
        if (!checked.contains(ordinal)) {
            BlockTrailer.check(stored, 0, storedLength, file.name(), file.number(), position);
            checked.add(ordinal);
        }
        try {
            unpack(file, stored, 0, storedLength);
        } catch (MalformedBytesException e) {
            throw new CorruptFileException(file.name(), position, e);
        }
    }

    /**
     * Gets ready for a block that was checked before and is not compressed, and reads none of it: 4 KiB are 64 cache lines, which come from
     * memory one after the other, where a search for a key looks at four or five. What it looks at must be asked for first, by {@link
     * #readFront} and {@link #readPiece}.
     */
    void beginPieces(TableFile from, long at, int storedLength) throws IOException {
        int needed = from.withTrailer(at, storedLength);
        if (stored.length < needed) {
            stored = new byte[needed];
        }
        file = from;
        position = at;
        front = 0;
        read = 0;
        block = stored;
        length = storedLength;
    }

    /** Sees to it that the first bytes of the block are there, up to {@code end}. */
    void readFront(int end) throws IOException {
        if (end > front) {
            readPiece(front, end);
            front = end;
        }
    }

    /** Sees to it that some bytes of the block are there. */
    void readPiece(int begin, int end) throws IOException {
        TableFile from = file;
        if (from != null && end > front) {
            // Files take a roundabout way for less than a word. There are words before and behind: blocks have
            // trailers.
            int least = Math.max(0, Math.min(begin, end - Long.BYTES));
            from.readFully(position + least, stored, least, end - least);
            read += end - least;
        }
    }

    /** The bytes that were read since {@link #beginPieces}, after which nothing more can be. */
    int endPieces() {
        file = null;
        return read;
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

    /** Stands nowhere when the scratch is taken from the pool, and when it is given back. */
    BlockCursor cursor() {
        return cursor;
    }

    /** Some of them for many threads: taken and given back without a lock, and made anew if there are not enough. */
    static final class Pool {
        private static final int PLACES = 16;

        /** Of one place: enough for a block from each source of a scan. What does not fit is not kept. */
        private static final int MOST_BYTES = 64 * 1024;

        // Invariant: a place holds the first of a chain that belongs to the place alone. Who takes it, takes all of
        // it, and puts back the rest; so what a chain links to never changes while it is in its place.
        private final AtomicReferenceArray<@Nullable BlockScratch> places = new AtomicReferenceArray<>(PLACES);

        BlockScratch take() {
            int place = place();
            BlockScratch taken = places.getAndSet(place, null);
            if (taken == null) {
                return new BlockScratch();
            }
            BlockScratch rest = taken.next;
            if (rest != null) {
                taken.next = null;
                // If somebody else has put one there meanwhile, the rest is lost, and made anew when it is needed.
                places.compareAndSet(place, null, rest);
            }
            return taken;
        }

        void giveBack(BlockScratch scratch) {
            int place = place();
            BlockScratch first = places.get(place);
            int bytes = scratch.stored.length + scratch.decompressed.length + scratch.cursor.bufferBytes();
            bytes += first == null ? 0 : first.chainBytes;
            if (bytes <= MOST_BYTES) {
                scratch.next = first;
                scratch.chainBytes = bytes;
                if (!places.compareAndSet(place, first, scratch)) {
                    scratch.next = null;
                }
            }
        }

        private static int place() {
            return (int) Thread.currentThread().getId() & (PLACES - 1);
        }
    }
}
