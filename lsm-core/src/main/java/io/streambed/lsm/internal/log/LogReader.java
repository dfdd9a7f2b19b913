package io.streambed.lsm.internal.log;

import io.streambed.lsm.bytes.Checksum;
import io.streambed.lsm.fs.CorruptFileException;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.fs.ReadFile;
import java.io.Closeable;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads the records of a log in order, up to its end or to a torn tail.
 *
 * <p>What cannot be read at the end of a log is what a crash cut short: a torn tail, where reading stops. What cannot be read
 * although it is known to have been synced is damage. That knowledge can only come from what stands behind the bad place, so
 * this is searched for readable records, which {@link Evidence} then judges. The checksum is bound to the place, so nothing but
 * a record that was written there is taken for one.
 *
 * <p>Nothing is believed before its checksum was right, and no array is larger than what is left of the file. Used by one
 * thread at a time.
 */
public final class LogReader implements Closeable {
    private static final int BUFFER_BYTES = 256 << 10;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    /** Judges whether a readable record behind a bad place proves that the bad place had been synced. */
    @FunctionalInterface
    interface Evidence {
        /** Whether {@code record} proves that what could not be read at {@code badPosition} had been synced. */
        boolean proves(LogReader record, long badPosition);
    }

    private final ReadFile file;
    private final String name;
    private final long fileNumber;
    private final LogHeader header;
    private final Evidence evidence;
    private final long fileLength;

    private byte[] buffer = new byte[0];
    private long bufferOffset;
    private int bufferLength;

    private long position = LogHeader.BYTES;
    private long recordPosition;
    private int payloadOffset;
    private int payloadLength;
    private int type;
    private String tornBecause = "";

    private LogReader(ReadFile file, String name, long fileNumber, LogKind kind, Evidence evidence) throws IOException {
        this.file = file;
        this.name = name;
        this.fileNumber = fileNumber;
        this.fileLength = file.length();
        this.evidence = evidence;
        this.header = LogHeader.read(file, name, fileNumber, kind);
    }

    /** Opens a log each of whose records was synced before the next one was written, as a manifest's are. */
    public static LogReader open(FileSystem fileSystem, String name, long fileNumber, LogKind kind) throws IOException {
        return open(fileSystem, name, fileNumber, kind, (record, badPosition) -> true);
    }

    static LogReader open(FileSystem fileSystem, String name, long fileNumber, LogKind kind, Evidence evidence)
            throws IOException {
        ReadFile file = fileSystem.open(name);
        try {
            return new LogReader(file, name, fileNumber, kind, evidence);
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /** What the log's header says. */
    public LogHeader header() {
        return header;
    }

    /**
     * Goes to the next record.
     *
     * @return whether there is one; {@code false} at the end of the log and before a torn tail
     * @throws CorruptFileException if the next bytes cannot be read though they are known to have been synced
     */
    public boolean next() throws IOException {
        if (isTorn() || position == fileLength) {
            return false;
        }
        String problem = readRecord(position);
        if (problem.isEmpty()) {
            position = recordPosition + LogWriter.FRAME_BYTES + payloadLength;
            return true;
        }
        if (isEvidenceBehind(position)) {
            throw new CorruptFileException(name, position, problem + ", though it had been synced");
        }
        tornBecause = problem;
        return false;
    }

    /** Whether reading stopped before the end of the file. */
    public boolean isTorn() {
        return !tornBecause.isEmpty();
    }

    /** What could not be read, if {@link #isTorn()}. */
    public String tornBecause() {
        return tornBecause;
    }

    /** Offset behind the last record read. */
    public long position() {
        return position;
    }

    /** Offset of the record. */
    public long recordPosition() {
        return recordPosition;
    }

    /** Type of the record, 1 to 255. */
    public int type() {
        return type;
    }

    /** Array that holds the payload, until the next move. */
    public byte[] payload() {
        return buffer;
    }

    /** Where in {@link #payload()} the payload begins. */
    public int payloadOffset() {
        return payloadOffset;
    }

    /** Length of the payload. */
    public int payloadLength() {
        return payloadLength;
    }

    /** Name of the file. */
    String name() {
        return name;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** Reads the record at {@code at}; answers what is wrong with it, or an empty string. */
    private String readRecord(long at) throws IOException {
        long left = fileLength - at;
        if (left < LogWriter.FRAME_BYTES) {
            return "record: expected at least " + LogWriter.FRAME_BYTES + " bytes, found " + left;
        }
        int begin = require(at, LogWriter.FRAME_BYTES);
        int length = (int) INT.get(buffer, begin + 4);
        int foundType = buffer[begin + 8] & 0xff;
        if (foundType == 0 || length < 0 || length > left - LogWriter.FRAME_BYTES) {
            return "record: type " + foundType + " and length " + length + " with " + left + " bytes left";
        }
        begin = require(at, LogWriter.FRAME_BYTES + length);
        int found = (int) INT.get(buffer, begin);
        int expected = Checksum.of(buffer, begin + 4, LogWriter.FRAME_BYTES - 4 + length, fileNumber, at);
        if (found != expected) {
            return "record checksum: expected " + LogHeader.hex(expected) + ", found " + LogHeader.hex(found);
        }
        recordPosition = at;
        type = foundType;
        payloadOffset = begin + LogWriter.FRAME_BYTES;
        payloadLength = length;
        return "";
    }

    /** Whether a readable record behind {@code bad} proves that what stood at {@code bad} had been synced. */
    private boolean isEvidenceBehind(long bad) throws IOException {
        // Each place costs a look at nine bytes, and a checksum where these could be a frame. Zeros and most garbage
        // could
        // not; the budget bounds what made-up bytes could cost.
        long budget = 8 * fileLength + (64 << 20);
        long at = bad + 1;
        while (fileLength - at >= LogWriter.FRAME_BYTES && budget > 0) {
            int begin = require(at, LogWriter.FRAME_BYTES);
            int length = (int) INT.get(buffer, begin + 4);
            boolean plausible =
                    buffer[begin + 8] != 0 && length >= 0 && length <= fileLength - at - LogWriter.FRAME_BYTES;
            budget -= plausible ? length : 1;
            if (plausible && readRecord(at).isEmpty()) {
                if (evidence.proves(this, bad)) {
                    return true;
                }
                at = recordPosition + LogWriter.FRAME_BYTES + payloadLength;
            } else {
                at++;
            }
        }
        return false;
    }

    /** Makes {@code count} bytes from {@code at} on available; returns where in the buffer they begin. */
    private int require(long at, int count) throws IOException {
        if (at < bufferOffset || at + count > bufferOffset + bufferLength) {
            int wanted = (int) Math.min(Math.max(BUFFER_BYTES, count), fileLength - at);
            if (buffer.length < wanted || buffer.length > 4 * Math.max(wanted, BUFFER_BYTES)) {
                buffer = new byte[wanted];
            }
            bufferLength = 0;
            file.readFully(at, buffer, 0, wanted);
            bufferOffset = at;
            bufferLength = wanted;
        }
        return (int) (at - bufferOffset);
    }
}
