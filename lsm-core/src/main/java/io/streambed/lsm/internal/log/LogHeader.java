package io.streambed.lsm.internal.log;

import io.streambed.lsm.bytes.Checksum;
import io.streambed.lsm.fs.CorruptFileException;
import io.streambed.lsm.fs.ReadFile;
import io.streambed.lsm.fs.UnsupportedFormatException;
import java.io.IOException;

/**
 * The beginning of every log. Little-endian; on disk, never change.
 *
 * <pre>
 *  0       8        12       16     20      24       32         40         48         56      64
 *  | magic | crc32c | format | kind | zeros | number | previous | previous | previous | zeros |
 *  |       |        |        |      |       |        | log      | length   | synced   |       |
 * </pre>
 *
 * The checksum covers everything behind it, and is bound to the number and to offset 0. The header is synced before anything
 * names the log, so one that cannot be read is damage and never a torn tail. Every later format keeps the 64 bytes, their
 * checksum, and the place of format and number: that is how a newer log can be told from a damaged one.
 *
 * A log that is created while the one before it is still written to ({@link #ahead}) cannot say how long that became. Its format is 2,
 * its previous length -1, and its first record says it ({@link WalFormat#FOLLOW}). That record is not synced, and need not be: as long
 * as it cannot be read, nothing behind it can, and the log before is the last one.
 *
 * Format 3 is the same in the file of an older log, which was taken again ({@link #recycled}). Behind the last record there may be bytes of
 * that one, which are no records here, as checksums are bound to the number. Such a log is never synced, so no record of it says how far it
 * was: what is no record ends it.
 *
 * @param number the file's number
 * @param previousLog number of the log that this one continues; 0 if none
 * @param previousLength so many bytes of that one count; whatever it may hold behind them is void. If it is found to end before
 *     that, its end was lost, and this log continues something that is no longer there
 * @param previousSynced so many bytes of that one were known to be synced when this one began; if they cannot be read, it is
 *     damaged
 * @param isRecycled whether the file was an older log's before
 */
public record LogHeader(long number, long previousLog, long previousLength, long previousSynced, boolean isRecycled) {
    static final int BYTES = 64;
    static final int FORMAT = 1;
    static final int FORMAT_AHEAD = 2;
    static final int FORMAT_RECYCLED = 3;

    private static final long NOT_KNOWN_YET = -1;

    private static final long MAGIC = 0x474f_4c44_4542_5453L; // STBEDLOG
    private static final int CRC_AT = 8;
    private static final int FORMAT_AT = 12;
    private static final int KIND_AT = 16;
    private static final int NUMBER_AT = 24;
    private static final int PREVIOUS_AT = 32;
    private static final int ZEROS_AT = 56;

    /** Checks what must hold of every log. */
    public LogHeader {
        boolean isKnown = previousLength != NOT_KNOWN_YET;
        if (number < 0
                || previousLog < 0
                || previousSynced < 0
                || (isKnown ? previousSynced > previousLength : previousSynced != 0)) {
            throw new IllegalArgumentException("log " + number + " after log " + previousLog + " of " + previousLength
                    + " bytes, " + previousSynced + " synced");
        }
    }

    /** Header of a log in a file of its own. */
    public LogHeader(long number, long previousLog, long previousLength, long previousSynced) {
        this(number, previousLog, previousLength, previousSynced, false);
    }

    /** Header of a log that continues none. */
    public static LogHeader first(long number) {
        return new LogHeader(number, 0, 0, 0);
    }

    /** Header of a log that will continue another one, which is still being written to. */
    static LogHeader ahead(long number, long previousLog) {
        return new LogHeader(number, previousLog, NOT_KNOWN_YET, 0);
    }

    /** The same, in the file of an older log. */
    static LogHeader recycled(long number, long previousLog) {
        return new LogHeader(number, previousLog, NOT_KNOWN_YET, 0, true);
    }

    /** Whether only the first record can tell how long the log before became. */
    boolean isAhead() {
        return previousLength == NOT_KNOWN_YET;
    }

    /** This header, with what the first record says. */
    LogHeader following(long length, long synced) {
        return new LogHeader(number, previousLog, length, synced, isRecycled);
    }

    /** What this header tells about the log that it continues. */
    public LogExtent previousExtent() {
        return new LogExtent(previousSynced, previousLength);
    }

    byte[] encode(LogKind kind) {
        byte[] bytes = new byte[BYTES];
        Frame.putLong(bytes, 0, MAGIC);
        Frame.putInt(bytes, FORMAT_AT, isRecycled ? FORMAT_RECYCLED : isAhead() ? FORMAT_AHEAD : FORMAT);
        Frame.putInt(bytes, KIND_AT, kind.code());
        Frame.putLong(bytes, NUMBER_AT, number);
        Frame.putLong(bytes, PREVIOUS_AT, previousLog);
        Frame.putLong(bytes, PREVIOUS_AT + 8, previousLength);
        Frame.putLong(bytes, PREVIOUS_AT + 16, previousSynced);
        Frame.putInt(bytes, CRC_AT, checksum(bytes, number));
        return bytes;
    }

    /** Reads and checks the header of log {@code number}. */
    static LogHeader read(ReadFile file, String name, long number, LogKind kind) throws IOException {
        if (file.length() < BYTES) {
            throw new CorruptFileException(
                    name, file.length(), "log header: expected " + BYTES + " bytes, found " + file.length());
        }
        byte[] bytes = new byte[BYTES];
        file.readFully(0, bytes, 0, BYTES);
        return decode(bytes, name, number, kind);
    }

    private static LogHeader decode(byte[] bytes, String name, long number, LogKind kind) throws IOException {
        long magic = Frame.getLong(bytes, 0);
        if (magic != MAGIC) {
            throw new CorruptFileException(
                    name, 0, String.format("log magic: expected %016x, found %016x", MAGIC, magic));
        }
        // Bound to the number that stands there, not to the one that was asked for: right bytes in the wrong file get
        // an error of their own, below.
        long foundNumber = Frame.getLong(bytes, NUMBER_AT);
        int expected = checksum(bytes, foundNumber);
        int found = Frame.getInt(bytes, CRC_AT);
        if (expected != found) {
            throw new CorruptFileException(
                    name,
                    CRC_AT,
                    "log header checksum: expected " + Frame.hex(expected) + ", found " + Frame.hex(found));
        }
        int format = Frame.getInt(bytes, FORMAT_AT);
        if (format < FORMAT || format > FORMAT_RECYCLED) {
            throw new UnsupportedFormatException(name, Integer.toUnsignedLong(format), FORMAT_RECYCLED);
        }
        if (foundNumber != number) {
            throw new CorruptFileException(
                    name, NUMBER_AT, "file number: expected " + number + ", found " + foundNumber);
        }
        int foundKind = Frame.getInt(bytes, KIND_AT);
        if (foundKind != kind.code()) {
            throw new CorruptFileException(
                    name, KIND_AT, "kind of log: expected " + kind.code() + ", found " + foundKind);
        }
        if (Frame.getInt(bytes, KIND_AT + 4) != 0 || Frame.getLong(bytes, ZEROS_AT) != 0) {
            throw new UnsupportedFormatException(name, "its header has fields that this release does not know");
        }
        try {
            LogHeader header = new LogHeader(
                    number,
                    Frame.getLong(bytes, PREVIOUS_AT),
                    Frame.getLong(bytes, PREVIOUS_AT + 8),
                    Frame.getLong(bytes, PREVIOUS_AT + 16),
                    format == FORMAT_RECYCLED);
            if (header.isAhead() != (format != FORMAT)) {
                throw new CorruptFileException(
                        name, PREVIOUS_AT, "previous length: found " + header.previousLength + " in format " + format);
            }
            return header;
        } catch (IllegalArgumentException e) {
            throw new CorruptFileException(name, PREVIOUS_AT, new IOException(e.getMessage(), e));
        }
    }

    private static int checksum(byte[] bytes, long number) {
        return Checksum.of(bytes, FORMAT_AT, BYTES - FORMAT_AT, number, 0);
    }
}
