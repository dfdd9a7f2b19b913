package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.ByteWriter;
import io.streambed.lsm.fs.AppendFile;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Writes blocks with their trailers. The file gets them in pieces of {@value #CHUNK_BYTES} bytes, each at a multiple of that: the page
 * cache takes large pieces at less cost for each byte, and those that begin anywhere at more ({@code WriteTime}). Used by one thread.
 */
final class TableOutput {
    private static final int CHUNK_BYTES = 256 * 1024;

    /** What a table begins with: most tables of small stores never need more. */
    private static final int FIRST_BYTES = 16 * 1024;

    /** Room for a block of the usual size behind a whole piece. */
    private static final int USUAL_ROOM_BYTES = 8 * 1024;

    private final AppendFile file;
    private final long fileNumber;
    private final CRC32C crc = new CRC32C();
    private final byte[] trailer = new byte[BlockTrailer.BYTES];

    // Invariant: less than CHUNK_BYTES are buffered. What lies behind them is room for a block to be put together in.
    private byte[] chunk = new byte[FIRST_BYTES];
    private int buffered;
    private long position;
    private long blockPosition;

    TableOutput(AppendFile file, long fileNumber) {
        this.file = file;
        this.fileNumber = fileNumber;
    }

    /** Number of bytes handed in so far. */
    long position() {
        return position;
    }

    void beginBlock() {
        blockPosition = position;
        crc.reset();
    }

    /** Appends bytes of the block begun. */
    void append(byte[] array, int offset, int length) throws IOException {
        crc.update(array, offset, length);
        appendRaw(array, offset, length);
    }

    /** Whether {@link #room} can be had for so many bytes. */
    boolean hasRoom(int length) {
        return length <= CHUNK_BYTES;
    }

    /** An array with room for {@code length} bytes from {@link #roomAt} on, where bytes of the block begun may be put. */
    byte[] room(int length) {
        int needed = buffered + length;
        if (needed > chunk.length) {
            chunk = Arrays.copyOf(chunk, Math.max(needed, Math.min(2 * chunk.length, CHUNK_BYTES + USUAL_ROOM_BYTES)));
        }
        return chunk;
    }

    /** Where in the array the room begins. */
    int roomAt() {
        return buffered;
    }

    /** Appends the {@code length} bytes that were put into the room. */
    void fillRoom(int length) throws IOException {
        crc.update(chunk, buffered, length);
        position += length;
        buffered += length;
        if (buffered >= CHUNK_BYTES) {
            file.write(chunk, 0, CHUNK_BYTES);
            buffered -= CHUNK_BYTES;
            System.arraycopy(chunk, CHUNK_BYTES, chunk, 0, buffered);
        }
    }

    /** Appends the trailer; returns the block's length without it. */
    int endBlock(byte codec) throws IOException {
        int length = Math.toIntExact(position - blockPosition);
        BlockTrailer.put(trailer, 0, codec, crc, fileNumber, blockPosition);
        appendRaw(trailer, 0, BlockTrailer.BYTES);
        return length;
    }

    /** Appends a whole block that is stored as it is. */
    BlockHandle block(ByteWriter bytes) throws IOException {
        beginBlock();
        append(bytes.array(), 0, bytes.length());
        return new BlockHandle(blockPosition, endBlock(BlockCodec.NONE.tag()));
    }

    /** Appends bytes that belong to no block. */
    void appendRaw(byte[] array, int offset, int length) throws IOException {
        position += length;
        int from = offset;
        for (int left = length; left > 0; ) {
            if (buffered == chunk.length) {
                chunk = Arrays.copyOf(chunk, Math.min(CHUNK_BYTES, 2 * buffered));
            }
            int part = Math.min(left, Math.min(chunk.length, CHUNK_BYTES) - buffered);
            System.arraycopy(array, from, chunk, buffered, part);
            buffered += part;
            from += part;
            left -= part;
            if (buffered == CHUNK_BYTES) {
                flush();
            }
        }
    }

    /** Hands everything to the file. */
    void flush() throws IOException {
        if (buffered > 0) {
            file.write(chunk, 0, buffered);
            buffered = 0;
        }
    }
}
