package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.ByteReader;
import io.streambed.lsm.bytes.ByteWriter;
import io.streambed.lsm.bytes.Checksum;
import io.streambed.lsm.bytes.MalformedBytesException;
import io.streambed.lsm.fs.CorruptFileException;
import io.streambed.lsm.fs.UnsupportedFormatException;
import java.io.IOException;

/**
 * The table file, and its fixed tail. Little-endian. On disk, never change.
 *
 * <pre>
 *  | data block 0 | data block 1 | … | filter | index | properties | footer |
 *
 *  footer, 64 bytes
 *  0                 12               24                    36       48         52       56      64
 *  | filter handle   | index handle   | properties handle   | zeros  | checksum | format | magic |
 *
 *  handle     position 8 | length 4, without the trailer
 *  checksum   of bytes 0 to 48, format and magic, bound to the file's number and the footer's position
 * </pre>
 *
 * Every block has a {@link BlockTrailer}. No byte is left between the parts. Data blocks: {@link DataBlock}; filter: {@link
 * BloomFilter}; index: {@link IndexBlock}; properties: {@link TableSummary}.
 *
 * <p>Length, checksum, format and magic keep their places in every later format, so that this release can tell a newer file
 * from a damaged one. A table is synced before anything names it, so a torn tail is damage like any other.
 */
record Footer(BlockHandle filter, BlockHandle index, BlockHandle properties) {
    /** The format that is written, and the latest that is read. */
    static final int FORMAT = 1;

    static final int BYTES = 64;

    private static final int CHECKED_BYTES = 48;
    private static final int ZEROS = CHECKED_BYTES - 36;

    /** "strmtabl", read as bytes. */
    private static final long MAGIC = 0x6c62_6174_6d72_7473L;

    byte[] encode(long fileNumber, long position) {
        ByteWriter out = new ByteWriter(BYTES);
        put(out, filter);
        put(out, index);
        put(out, properties);
        out.writeRaw(new byte[ZEROS], 0, ZEROS);
        out.writeFixedInt(checksum(out.toByteArray(), 0, FORMAT, fileNumber, position));
        return out.writeFixedInt(FORMAT).writeFixedLong(MAGIC).toByteArray();
    }

    /** Reads the footer of a table, and nothing else of it. */
    static Footer read(TableFile file) throws IOException {
        long position = position(file);
        byte[] bytes = new byte[BYTES];
        file.readFully(position, bytes, 0, BYTES);
        return decode(bytes, 0, file.name(), file.number(), position);
    }

    /** Where the footer of a table begins. */
    static long position(TableFile file) throws IOException {
        long length = file.length();
        if (length < BYTES) {
            throw new CorruptFileException(file.name(), 0, "file of " + length + " bytes is too short for a table");
        }
        return length - BYTES;
    }

    /**
     * Reads the footer that stands at {@code position} of a file, which is {@link #BYTES} before its end.
     *
     * @throws CorruptFileException if it is none, or was written elsewhere
     * @throws UnsupportedFormatException if a later release wrote it
     */
    static Footer decode(byte[] array, int offset, String file, long fileNumber, long position) throws IOException {
        ByteReader in = new ByteReader(array, offset, BYTES);
        try {
            BlockHandle filter = handle(in);
            BlockHandle index = handle(in);
            BlockHandle properties = handle(in);
            in = new ByteReader(array, offset + CHECKED_BYTES, BYTES - CHECKED_BYTES);
            int stored = in.readFixedInt();
            int format = in.readFixedInt();
            long magic = in.readFixedLong();
            if (magic != MAGIC) {
                throw new CorruptFileException(
                        file, position, String.format("no table ends here: magic is %016x, not %016x", magic, MAGIC));
            }
            int computed = checksum(array, offset, format, fileNumber, position);
            if (stored != computed) {
                throw new CorruptFileException(
                        file,
                        position,
                        String.format("footer: its checksum is %08x, its bytes give %08x", stored, computed));
            }
            if (format > FORMAT || format < 1) {
                throw new UnsupportedFormatException(file, format & 0xffff_ffffL, FORMAT);
            }
            Footer footer = new Footer(filter, index, properties);
            footer.check(position);
            return footer;
        } catch (MalformedBytesException e) {
            throw new CorruptFileException(file, position, e);
        }
    }

    private void check(long position) throws MalformedBytesException {
        boolean inOrder = filter.position() >= 0
                && filter.length() >= 0
                && index.length() >= 0
                && properties.length() >= 0
                && filter.end() == index.position()
                && index.end() == properties.position()
                && properties.end() == position;
        if (!inOrder) {
            throw new MalformedBytesException(
                    "footer at " + position + " names " + this + ", which do not follow one" + " another up to it");
        }
    }

    private static void put(ByteWriter out, BlockHandle handle) {
        out.writeFixedLong(handle.position()).writeFixedInt(handle.length());
    }

    private static BlockHandle handle(ByteReader in) throws MalformedBytesException {
        return new BlockHandle(in.readFixedLong(), in.readFixedInt());
    }

    private static int checksum(byte[] array, int offset, int format, long fileNumber, long position) {
        byte[] checked = new ByteWriter(BYTES)
                .writeRaw(array, offset, CHECKED_BYTES)
                .writeFixedInt(format)
                .writeFixedLong(MAGIC)
                .toByteArray();
        return Checksum.of(checked, 0, checked.length, fileNumber, position);
    }
}
