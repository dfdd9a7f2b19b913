package io.streambed.lsm.internal.log;

import io.streambed.lsm.bytes.Checksum;
import io.streambed.lsm.fs.CorruptFileException;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.fs.ReadFile;
import java.io.Closeable;
import java.io.IOException;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of a log in order, up to its end or to a torn tail. The format is drawn at {@link Frame}.
 *
 * <pre>{@code
 * while (reader.next()) {
 *     use(reader.type(), reader.payload(), reader.payloadOffset(), reader.payloadLength());
 * }
 * LogEnd end = reader.end();
 * }</pre>
 *
 * <p>What cannot be read is a torn tail unless it is known to have been synced: because the opener knows so from elsewhere
 * ({@link LogExtent#synced}), or because the log says so itself, further on. Then it is damage, and an error.
 *
 * <p>The bytes may be anything. Nothing is believed before its checksum was right, no array is longer than what is left of the
 * file, and a log is gone through once, or twice if there is a bad place in it. Used by one thread at a time.
 */
public final class LogReader implements Closeable {
    private static final int BUFFER_BYTES = 64 << 10;

    private final ReadFile file;
    private final String name;
    private final long number;
    private final LogExtent extent;
    private final LogHeader header;

    /** Offset where reading ends at the latest. */
    private final long limit;

    private final CRC32C crc = new CRC32C();

    // A window on the file. Records that do not fit into it get an array of their own.
    private final byte[] window;
    private long windowPosition;
    private int windowLength;

    private long position = LogHeader.BYTES;
    private long recordPosition;
    private int type;
    private byte[] payload = new byte[0];
    private int payloadOffset;
    private int payloadLength;
    private @Nullable LogEnd end;

    private LogReader(ReadFile file, String name, long number, LogKind kind, LogExtent extent) throws IOException {
        this.file = file;
        this.name = name;
        this.number = number;
        this.extent = extent;
        this.header = LogHeader.read(file, name, number, kind);
        this.limit = Math.min(file.length(), extent.end());
        this.window = new byte[(int) Math.min(BUFFER_BYTES, file.length())];
    }

    /**
     * Opens a log of which nothing is known but what it says itself.
     *
     * @throws CorruptFileException if its header cannot be read, or is that of another log
     * @throws io.streambed.lsm.fs.UnsupportedFormatException if a later release wrote it
     */
    public static LogReader open(FileSystem fileSystem, String name, long number, LogKind kind) throws IOException {
        return open(fileSystem, name, number, kind, LogExtent.UNKNOWN);
    }

    /** Opens a log of which more is known. */
    public static LogReader open(FileSystem fileSystem, String name, long number, LogKind kind, LogExtent extent)
            throws IOException {
        ReadFile file = fileSystem.open(name);
        LogReader reader = null;
        try {
            reader = new LogReader(file, name, number, kind, extent);
            return reader;
        } finally {
            if (reader == null) {
                file.close();
            }
        }
    }

    /** What the log's header says. */
    public LogHeader header() {
        return header;
    }

    /**
     * Goes to the next record.
     *
     * @return whether there is one; if not, {@link #end} tells why
     * @throws CorruptFileException if the next bytes cannot be read although they had been synced
     */
    public boolean next() throws IOException {
        if (end != null) {
            return false;
        }
        do {
            String problem = position == limit ? missingAtEnd() : read(position);
            if (problem != null) {
                end = ended(problem);
                return false;
            }
            if (position == limit) {
                end = new LogEnd.Clean(position);
                return false;
            }
            position = recordPosition + Frame.HEAD_BYTES + payloadLength;
        } while (type == Frame.SYNCED_TYPE);
        return true;
    }

    /**
     * Goes to where a record begins, or a reader of other parts of the log has seen one begin: the next one is the one there. What is
     * before it is not looked at.
     *
     * @return whether the log is that long
     */
    boolean goTo(long place) {
        if (place < position || place > limit) {
            return false;
        }
        position = place;
        return true;
    }

    /**
     * How the log ended.
     *
     * @throws IllegalStateException as long as {@link #next} has not said that it did
     */
    public LogEnd end() {
        if (end == null) {
            throw new IllegalStateException("log " + name + " has not been read to its end");
        }
        return end;
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

    /** The array that holds the payload, until the next move. */
    public byte[] payload() {
        return payload;
    }

    /** Where in {@link #payload()} the payload begins. */
    public int payloadOffset() {
        return payloadOffset;
    }

    /** Length of the payload, in bytes. */
    public int payloadLength() {
        return payloadLength;
    }

    /** Name of the file, for messages. */
    public String name() {
        return name;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** What is missing where the bytes that are there have all been read, or null. */
    private @Nullable String missingAtEnd() {
        long expected = extent.end() == Long.MAX_VALUE ? extent.synced() : extent.end();
        return limit < expected ? "log: expected " + expected + " bytes, found " + limit : null;
    }

    /** Reads the frame at {@code at}. Answers what is wrong with it, or null. */
    private @Nullable String read(long at) throws IOException {
        long left = limit - at;
        if (left < Frame.HEAD_BYTES) {
            return "record: expected " + Frame.HEAD_BYTES + " bytes at least, found " + left;
        }
        int begin = see(at, Frame.HEAD_BYTES);
        int length = Frame.getInt(window, begin + Frame.LENGTH_AT);
        int foundType = window[begin + Frame.TYPE_AT] & 0xff;
        if (foundType == 0 || length < 0 || length > left - Frame.HEAD_BYTES) {
            return "record: expected a type and at most " + (left - Frame.HEAD_BYTES) + " bytes, found type "
                    + foundType + " and " + Integer.toUnsignedLong(length) + " bytes";
        }
        int found = Frame.getInt(window, begin);
        boolean fits = length <= window.length - Frame.HEAD_BYTES;
        int expected;
        if (fits) {
            begin = see(at, Frame.HEAD_BYTES + length);
            expected = Checksum.of(
                    window, begin + Frame.LENGTH_AT, Frame.HEAD_BYTES - Frame.LENGTH_AT + length, number, at);
        } else {
            expected = checksumThroughWindow(at, length);
        }
        if (found != expected) {
            return "record checksum: expected " + Frame.hex(expected) + ", found " + Frame.hex(found);
        }
        recordPosition = at;
        type = foundType;
        payloadLength = length;
        if (fits) {
            payload = window;
            payloadOffset = begin + Frame.HEAD_BYTES;
        } else {
            // Only now that the checksum was right: a length that lies allocates nothing.
            payload = new byte[length];
            payloadOffset = 0;
            file.readFully(at + Frame.HEAD_BYTES, payload, 0, length);
        }
        return null;
    }

    private int checksumThroughWindow(long at, int payloadBytes) throws IOException {
        crc.reset();
        long from = at + Frame.LENGTH_AT;
        long to = at + Frame.HEAD_BYTES + payloadBytes;
        while (from < to) {
            int bytes = (int) Math.min(window.length, to - from);
            crc.update(window, see(from, bytes), bytes);
            from += bytes;
        }
        return Checksum.bind((int) crc.getValue(), number, at);
    }

    /** Decides between a torn tail and damage for what could not be read at the current position. */
    private LogEnd ended(String problem) throws IOException {
        long synced = extent.synced();
        if (synced <= position && header.isRecycled()) {
            // Megabytes of an older log, none of which says anything about this one.
            return extent.end() == Long.MAX_VALUE ? new LogEnd.Clean(position) : new LogEnd.Torn(position, problem);
        }
        if (synced <= position) {
            synced = syncedAccordingToLater();
        }
        if (synced > position) {
            throw new CorruptFileException(
                    name, position, problem + ", although the file had been synced up to " + synced);
        }
        return new LogEnd.Torn(position, problem);
    }

    /**
     * The first statement behind the current position that it had been synced, or 0. Looks at every place once: only what
     * already looks like a statement has its checksum taken, and that is over a dozen bytes.
     */
    private long syncedAccordingToLater() throws IOException {
        long last = file.length() - Frame.SYNCED_BYTES;
        for (long at = position + 1; at <= last; ) {
            int bytes = (int) Math.min(window.length, file.length() - at);
            int begin = see(at, bytes);
            int places = bytes - Frame.SYNCED_BYTES + 1;
            for (int i = begin; i < begin + places; i++) {
                if (window[i + Frame.TYPE_AT] == Frame.SYNCED_TYPE
                        && Frame.getInt(window, i + Frame.LENGTH_AT) == Frame.SYNCED_PAYLOAD_BYTES) {
                    long synced = syncedAt(i, at + (i - begin));
                    if (synced > position) {
                        return synced;
                    }
                }
            }
            at += places;
        }
        return 0;
    }

    /** What the statement at that place says, or 0 if it is none. */
    private long syncedAt(int i, long at) {
        int expected = Checksum.of(window, i + Frame.LENGTH_AT, Frame.SYNCED_BYTES - Frame.LENGTH_AT, number, at);
        long synced = Frame.getLong(window, i + Frame.HEAD_BYTES);
        // Nobody can have known that more had been synced than stood there.
        return Frame.getInt(window, i) == expected && synced <= at ? synced : 0;
    }

    /** Brings {@code bytes} bytes from {@code at} on into the window; answers where they begin there. */
    private int see(long at, int bytes) throws IOException {
        if (at < windowPosition || at + bytes > windowPosition + windowLength) {
            windowLength = 0; // a read that fails leaves nothing to be taken for the file's bytes
            int length = (int) Math.min(window.length, file.length() - at);
            file.readFully(at, window, 0, length);
            windowPosition = at;
            windowLength = length;
        }
        return (int) (at - windowPosition);
    }
}
