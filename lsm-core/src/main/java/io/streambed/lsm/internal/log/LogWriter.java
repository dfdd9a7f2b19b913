package io.streambed.lsm.internal.log;

import io.streambed.lsm.bytes.Checksum;
import io.streambed.lsm.bytes.Varint;
import io.streambed.lsm.fs.AppendFile;
import io.streambed.lsm.fs.FileSystem;
import java.io.Closeable;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Appends framed records to a log. Behind the {@link LogHeader} a log is a sequence of them; little-endian; on disk, never change:
 *
 * <pre>
 *  0         4         8      9
 *  | crc32c  | length  | type | payload … |     length is the payload's
 * </pre>
 *
 * The checksum covers length, type and payload, and is bound to the file's number and the record's offset. Type 0 is never written,
 * so that zeros are no record.
 *
 * <p>Records gather in a buffer; {@link #flush} hands them to the operating system. After a failed write or sync the writer is
 * done for: every later call fails with the first cause, for nobody knows what has reached the disk. Used by one thread at a
 * time.
 */
public final class LogWriter implements Closeable {
    static final int FRAME_BYTES = 9;
    private static final int BUFFER_BYTES = 64 << 10;
    private static final byte[] NO_BUFFER = new byte[0];
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final AppendFile file;
    private final long fileNumber;
    private final CRC32C crc = new CRC32C();

    // target is the buffer, or an array of its own for a record that does not fit into it. Allocated with the first
    // record,
    // so that a log that only exists costs nothing.
    private byte[] buffer = NO_BUFFER;
    private byte[] target = NO_BUFFER;
    private int recordBegin;
    private int at;

    /** Offset in the file of the first byte of the buffer. */
    private long bufferOffset = LogHeader.BYTES;

    private long syncedLength;
    private @Nullable IOException failure;

    private LogWriter(AppendFile file, long fileNumber) {
        this.file = file;
        this.fileNumber = fileNumber;
    }

    /** Creates a log that continues no other one. Its header is synced; its name is not yet. */
    public static LogWriter create(FileSystem fileSystem, String name, long number, LogKind kind) throws IOException {
        return create(fileSystem, name, kind, new LogHeader(number, 0, 0, 0));
    }

    /** Creates a log with the given header, which is synced; its name is not yet. */
    public static LogWriter create(FileSystem fileSystem, String name, LogKind kind, LogHeader header)
            throws IOException {
        AppendFile file = fileSystem.create(name);
        try {
            byte[] bytes = header.encode(kind);
            file.write(bytes, 0, bytes.length);
            file.sync();
            LogWriter writer = new LogWriter(file, header.number());
            writer.syncedLength = LogHeader.BYTES;
            return writer;
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /** The file's number. */
    public long fileNumber() {
        return fileNumber;
    }

    /** Bytes in the log, those in the buffer included. */
    public long length() {
        return bufferOffset + at;
    }

    /** Bytes that are known to survive a loss of power. */
    public long syncedLength() {
        return syncedLength;
    }

    /** Appends a record. */
    public void append(int type, byte[] payload) throws IOException {
        begin(type, payload.length);
        put(payload, 0, payload.length);
        end();
    }

    /**
     * Begins a record, whose payload is given by the {@code put} methods, exactly as many bytes as said here, and which {@link #end}
     * ends. So a payload of several parts goes into the buffer without being put together first.
     */
    void begin(int type, int payloadLength) throws IOException {
        requireUsable();
        int bytes = FRAME_BYTES + payloadLength;
        if (buffer.length - at < bytes) {
            makeRoom(bytes);
        }
        recordBegin = at;
        INT.set(target, at + 4, payloadLength);
        target[at + 8] = (byte) type;
        at += FRAME_BYTES;
    }

    void put(byte[] bytes, int offset, int length) {
        System.arraycopy(bytes, offset, target, at, length);
        at += length;
    }

    void putVarint(long value) {
        at = Varint.put(target, at, value);
    }

    void putByte(int value) {
        target[at++] = (byte) value;
    }

    void end() throws IOException {
        assert at == recordBegin + FRAME_BYTES + (int) INT.get(target, recordBegin + 4) : "payload of another length";
        crc.reset();
        crc.update(target, recordBegin + 4, at - recordBegin - 4);
        INT.set(target, recordBegin, Checksum.bind((int) crc.getValue(), fileNumber, bufferOffset + recordBegin));
        if (target != buffer) {
            flush();
        }
    }

    private void makeRoom(int bytes) throws IOException {
        flush();
        if (bytes > BUFFER_BYTES) {
            target = new byte[bytes];
        } else if (buffer.length == 0) {
            buffer = new byte[BUFFER_BYTES];
            target = buffer;
        }
    }

    /** Hands everything to the operating system: it then survives the end of the process. */
    public void flush() throws IOException {
        requireUsable();
        if (at > 0) {
            try {
                file.write(target, 0, at);
            } catch (IOException e) {
                failure = e;
                throw e;
            }
            bufferOffset += at;
            at = 0;
            target = buffer;
        }
    }

    /** Makes everything survive a loss of power. */
    public void sync() throws IOException {
        flush();
        if (syncedLength < bufferOffset) {
            try {
                file.sync();
            } catch (IOException e) {
                failure = e;
                throw e;
            }
            syncedLength = bufferOffset;
        }
    }

    /** Flushes, unless an earlier write failed, and closes the file. */
    @Override
    public void close() throws IOException {
        try (file) {
            if (failure == null) {
                flush();
            }
        }
    }

    private void requireUsable() throws IOException {
        IOException cause = failure;
        if (cause != null) {
            throw new IOException("an earlier write to this log failed: " + cause.getMessage(), cause);
        }
    }
}
