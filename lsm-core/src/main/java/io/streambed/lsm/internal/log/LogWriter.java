package io.streambed.lsm.internal.log;

import io.streambed.lsm.bytes.Checksum;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.bytes.Varint;
import io.streambed.lsm.fs.AppendFile;
import io.streambed.lsm.fs.FileSystem;
import java.io.Closeable;
import java.io.IOException;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends records to a log. The format is drawn at {@link Frame} and {@link LogHeader}.
 *
 * <p>Records gather in a buffer, which is allocated with the first of them and never grows; one that does not fit into it is
 * written past it. {@link #flush()} hands everything to the operating system, after which it survives the end of the process, and gives a
 * buffer from {@link LogBuffers} back there; {@link #sync()} makes it survive a loss of power.
 *
 * <p>After a failed write or sync nobody knows what has reached the disk. The writer is done for then: every later call fails
 * with the first cause, and in particular no sync is tried twice.
 *
 * <p>Used by one thread at a time.
 */
public final class LogWriter implements Closeable {
    /**
     * Size of the buffer unless the creator says otherwise, in bytes: room for a piece, and for the records that are cut by its end. The
     * longer a piece, the less it costs for each byte, and the longer the put that hands it over waits, and a commit, for what is left in
     * the buffer: 64 KiB take some 16 µs.
     */
    public static final int DEFAULT_BUFFER_BYTES = (32 << 10) + (4 << 10);

    private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);

    private static final byte[] NO_BUFFER = new byte[0];

    private final AppendFile file;
    private final String name;
    private final long number;
    private final int bufferBytes;
    private final @Nullable LogBuffers buffers;
    private final CRC32C crc = new CRC32C();

    private byte[] buffer = NO_BUFFER;

    /**
     * Where the buffer ends, for {@link #begin}; 0 while there is something to do before the next record may go in: allocate,
     * state a sync, or refuse. So the fast path asks one question.
     */
    private int limit;

    /** Where the last complete record ends; what {@link #begin} began behind it is none until {@link #end}. */
    private int filled;

    /** Where the record being put together goes on. */
    private int at;

    /** Offset in the file of the buffer's first byte. */
    private long bufferPosition = LogHeader.BYTES;

    private long syncedLength;
    private boolean syncIsUnstated;
    private @Nullable IOException failure;

    private LogWriter(AppendFile file, String name, long number, int bufferBytes, @Nullable LogBuffers buffers) {
        this.file = file;
        this.name = name;
        this.number = number;
        this.bufferBytes = Math.max(bufferBytes, 2 * Frame.SYNCED_BYTES);
        this.buffers = buffers;
    }

    /** Creates a log that continues none. Its header is synced; its name in the directory is not yet. */
    public static LogWriter create(FileSystem fileSystem, String name, long number, LogKind kind) throws IOException {
        return create(fileSystem, name, kind, LogHeader.first(number));
    }

    /** Creates a log with this header, which is synced; its name in the directory is not yet. */
    public static LogWriter create(FileSystem fileSystem, String name, LogKind kind, LogHeader header)
            throws IOException {
        return create(fileSystem, name, kind, header, DEFAULT_BUFFER_BYTES);
    }

    /** As the others, with a buffer of that many bytes. */
    public static LogWriter create(FileSystem fileSystem, String name, LogKind kind, LogHeader header, int bufferBytes)
            throws IOException {
        return create(fileSystem.create(name), name, kind, header, bufferBytes, null);
    }

    /** As the others, for a log that nobody names before its first records are synced: its header is synced with them. */
    public static LogWriter createUnsynced(
            FileSystem fileSystem, String name, LogKind kind, LogHeader header, int bufferBytes) throws IOException {
        AppendFile file = fileSystem.create(name);
        return begin(file, name, kind, header, bufferBytes, null);
    }

    /** As the others, for a file that has just been created, with buffers that are shared. */
    static LogWriter create(AppendFile file, String name, LogKind kind, LogHeader header, LogBuffers buffers)
            throws IOException {
        return create(file, name, kind, header, DEFAULT_BUFFER_BYTES, buffers);
    }

    private static LogWriter create(
            AppendFile file, String name, LogKind kind, LogHeader header, int bufferBytes, @Nullable LogBuffers buffers)
            throws IOException {
        LogWriter writer = begin(file, name, kind, header, bufferBytes, buffers);
        try {
            // Not by sync(), which has the next record say so: that the header is there is said by the record itself.
            writer.file.sync();
            writer.syncedLength = LogHeader.BYTES;
            return writer;
        } catch (IOException | RuntimeException | Error e) {
            closeAfter(e, writer.file);
            throw e;
        }
    }

    private static LogWriter begin(
            AppendFile file, String name, LogKind kind, LogHeader header, int bufferBytes, @Nullable LogBuffers buffers)
            throws IOException {
        try {
            file.write(header.encode(kind), 0, LogHeader.BYTES);
            return new LogWriter(file, name, header.number(), bufferBytes, buffers);
        } catch (IOException | RuntimeException | Error e) {
            closeAfter(e, file);
            throw e;
        }
    }

    /** The file's number. */
    public long fileNumber() {
        return number;
    }

    /** Bytes in the log up to the end of its last record, those in the buffer included. */
    public long length() {
        return bufferPosition + filled;
    }

    /** Bytes that are known to survive a loss of power. */
    public long syncedLength() {
        return syncedLength;
    }

    /**
     * Appends a record.
     *
     * @param type 1 to 255, but not 127
     */
    public void append(int type, byte[] payload) throws IOException {
        if (fits(payload.length)) {
            begin(type, payload.length);
            put(payload, 0, payload.length);
            end();
        } else {
            appendThrough(type, Slice.of(payload));
        }
    }

    /** Memory of the buffer that is held now. */
    public int bufferBytes() {
        return buffer.length;
    }

    /** Hands everything to the operating system. */
    public void flush() throws IOException {
        empty();
        giveBack();
    }

    private void giveBack() {
        if (buffers != null && buffer != NO_BUFFER) {
            buffers.giveBack(buffer);
            buffer = NO_BUFFER;
            limit = 0;
        }
    }

    private void empty() throws IOException {
        requireIntact();
        if (filled > 0) {
            write(buffer, 0, filled);
            bufferPosition += filled;
            filled = 0;
        }
    }

    /**
     * Hands over what ends with a whole piece of the file, so that the page cache takes it as a whole, and keeps the rest; or all, if the
     * buffer holds less than that. The last record may be cut: nobody has been told that it is there.
     */
    private void makeRoom() throws IOException {
        requireIntact();
        long end = bufferPosition + filled;
        int whole = (int) (end - end % Integer.highestOneBit(buffer.length) - bufferPosition);
        int written = whole > 0 ? whole : filled;
        write(buffer, 0, written);
        System.arraycopy(buffer, written, buffer, 0, filled - written);
        bufferPosition += written;
        filled -= written;
    }

    /** Has the file end with the log, from here on, if it was taken again. For its room on disk alone, so no failure of it is one of the log. */
    public void cutOff() {
        if (failure != null) {
            return;
        }
        try {
            file.cutOff();
        } catch (IOException e) {
            LOG.warn("{}: could not cut off what an older log has left behind its end; it goes with this log", file, e);
        }
    }

    /** Makes everything survive a loss of power. */
    public void sync() throws IOException {
        flush();
        if (syncedLength == bufferPosition) {
            return;
        }
        try {
            file.sync();
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
            throw e;
        }
        syncedLength = bufferPosition;
        syncIsUnstated = true;
        limit = 0;
    }

    /** Hands everything over, unless the writer has failed, and closes the file. Closing twice is harmless. */
    @Override
    public void close() throws IOException {
        try (file) {
            if (failure == null) {
                empty();
                if (syncIsUnstated) {
                    // No further record will say that the last ones were synced. Not counted by length(): this
                    // statement itself may be lost, and must not be missed then.
                    stateSync();
                    write(buffer, 0, filled);
                    filled = 0;
                }
                giveBack();
                fail(new IOException("closed"));
            }
        }
    }

    /** Whether a record with such a payload goes into the buffer; if not it is for {@link #appendThrough}. */
    boolean fits(int payloadLength) {
        allocate();
        return payloadLength <= buffer.length - Frame.HEAD_BYTES;
    }

    /**
     * Begins a record that {@link #fits}. Its payload is given by the {@code put} methods, exactly as many bytes as said here, so
     * that parts of it are copied once, to where they go; {@link #end} ends it.
     */
    void begin(int type, int payloadLength) throws IOException {
        assert type > 0 && type <= Frame.MAX_TYPE && type != Frame.SYNCED_TYPE : type;
        if (payloadLength > limit - filled - Frame.HEAD_BYTES) {
            makeReady(payloadLength);
        }
        Frame.begin(buffer, filled, type, payloadLength);
        at = filled + Frame.HEAD_BYTES;
    }

    void put(byte[] bytes, int offset, int length) {
        System.arraycopy(bytes, offset, buffer, at, length);
        at += length;
    }

    void putVarint(long value) {
        at = Varint.put(buffer, at, value);
    }

    void putByte(int value) {
        buffer[at++] = (byte) value;
    }

    /** Ends the record: it is complete now, and the next {@link #flush} may write it. */
    void end() {
        assert at - filled - Frame.HEAD_BYTES == Frame.getInt(buffer, filled + Frame.LENGTH_AT)
                : "payload of another length than was said";
        Frame.end(buffer, filled, at, number, bufferPosition + filled, crc);
        filled = at;
    }

    /** Appends a record that does not go through the buffer: the parts of its payload are written where they are. */
    void appendThrough(int type, Slice... parts) throws IOException {
        long length = 0;
        for (Slice part : parts) {
            length += part.length();
        }
        if (length > Frame.MAX_PAYLOAD_BYTES) {
            throw new IllegalArgumentException(
                    "log record of " + length + " bytes: at most " + Frame.MAX_PAYLOAD_BYTES + " are possible");
        }
        requireIntact();
        if (syncIsUnstated) {
            stateSync();
        }
        empty();
        byte[] head = new byte[Frame.HEAD_BYTES];
        Frame.begin(head, 0, type, (int) length);
        crc.reset();
        crc.update(head, Frame.LENGTH_AT, Frame.HEAD_BYTES - Frame.LENGTH_AT);
        for (Slice part : parts) {
            crc.update(part.array(), part.offset(), part.length());
        }
        Frame.putInt(head, 0, Checksum.bind((int) crc.getValue(), number, bufferPosition));
        write(head, 0, head.length);
        for (Slice part : parts) {
            write(part.array(), part.offset(), part.length());
        }
        bufferPosition += Frame.HEAD_BYTES + length;
    }

    /** Everything that {@link #begin} has to do now and then. */
    private void makeReady(int payloadLength) throws IOException {
        requireIntact();
        if (syncIsUnstated) {
            stateSync();
        }
        allocate();
        limit = buffer.length;
        if (payloadLength > limit - filled - Frame.HEAD_BYTES) {
            makeRoom();
            if (payloadLength > limit - filled - Frame.HEAD_BYTES) {
                empty();
            }
            if (buffers != null && filled == 0) {
                buffer = buffers.exchange(buffer);
                limit = buffer.length;
            }
        }
        assert fits(payloadLength);
    }

    private void stateSync() throws IOException {
        allocate();
        if (buffer.length - filled < Frame.SYNCED_BYTES) {
            empty();
        }
        Frame.begin(buffer, filled, Frame.SYNCED_TYPE, Frame.SYNCED_PAYLOAD_BYTES);
        Frame.putLong(buffer, filled + Frame.HEAD_BYTES, syncedLength);
        Frame.end(buffer, filled, filled + Frame.SYNCED_BYTES, number, bufferPosition + filled, crc);
        filled += Frame.SYNCED_BYTES;
        syncIsUnstated = false;
    }

    private void allocate() {
        if (buffer == NO_BUFFER) {
            buffer = buffers == null ? new byte[bufferBytes] : buffers.take();
        }
    }

    private void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            file.write(bytes, offset, length);
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
            throw e;
        }
    }

    /** Whatever it was, running out of memory included: a part may have been written, and must not be written again. */
    private void fail(Throwable cause) {
        failure = cause instanceof IOException io ? io : new IOException(cause.toString(), cause);
        limit = 0;
    }

    private void requireIntact() throws IOException {
        IOException first = failure;
        if (first != null) {
            throw new IOException("log " + name + " takes no more records after: " + first.getMessage(), first);
        }
    }

    private static void closeAfter(Throwable failure, AppendFile file) {
        try {
            file.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }
}
