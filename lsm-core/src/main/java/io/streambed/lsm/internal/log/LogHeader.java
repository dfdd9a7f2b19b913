package io.streambed.lsm.internal.log;

import io.streambed.lsm.bytes.ByteReader;
import io.streambed.lsm.bytes.ByteWriter;
import io.streambed.lsm.bytes.Checksum;
import io.streambed.lsm.bytes.MalformedBytesException;
import io.streambed.lsm.fs.CorruptFileException;
import io.streambed.lsm.fs.ReadFile;
import io.streambed.lsm.fs.UnsupportedFormatException;
import java.io.IOException;

/**
 * The beginning of every log. Little-endian; on disk, never change.
 *
 * <pre>
 *  0       8        12     16       24         32         40         48       60    64
 *  | magic | format | kind | number | previous | previous | previous | zeros  | crc |
 *  |       |        |      |        | log      | length   | synced   |        |     |
 * </pre>
 *
 * The checksum covers the first 60 bytes and is bound to the file's number and offset 0. The header is synced before the log is
 * named anywhere, so one that cannot be read is damage.
 *
 * @param number the file's number
 * @param previousLog number of the log that this one continues; 0 if none
 * @param previousLength how many bytes of that one count; the rest is void
 * @param previousSynced how many bytes of that one were known to be synced when this one began
 */
public record LogHeader(long number, long previousLog, long previousLength, long previousSynced) {
    static final int BYTES = 64;
    static final int FORMAT = 1;
    private static final long MAGIC = 0x474f_4c44_4542_5453L; // "STBEDLOG"
    private static final int CHECKED_BYTES = BYTES - Integer.BYTES;

    byte[] encode(LogKind kind) {
        ByteWriter out = new ByteWriter(BYTES);
        out.writeFixedLong(MAGIC).writeFixedInt(FORMAT).writeFixedInt(kind.code());
        out.writeFixedLong(number).writeFixedLong(previousLog).writeFixedLong(previousLength);
        out.writeFixedLong(previousSynced).writeFixedLong(0).writeFixedInt(0);
        out.writeFixedInt(Checksum.of(out.array(), 0, CHECKED_BYTES, number, 0));
        return out.toByteArray();
    }

    static LogHeader read(ReadFile file, String name, long number, LogKind kind) throws IOException {
        if (file.length() < BYTES) {
            throw new CorruptFileException(
                    name, 0, "it has " + file.length() + " bytes; its header alone has " + BYTES);
        }
        byte[] bytes = new byte[BYTES];
        file.readFully(0, bytes, 0, BYTES);
        ByteReader in = new ByteReader(bytes);
        try {
            return decode(in, bytes, name, number, kind);
        } catch (MalformedBytesException e) {
            throw new CorruptFileException(name, in.position(), e);
        }
    }

    private static LogHeader decode(ByteReader in, byte[] bytes, String name, long number, LogKind kind)
            throws IOException {
        if (in.readFixedLong() != MAGIC) {
            throw new CorruptFileException(name, 0, "it does not begin as a log does");
        }
        int format = in.readFixedInt();
        int foundKind = in.readFixedInt();
        LogHeader header =
                new LogHeader(in.readFixedLong(), in.readFixedLong(), in.readFixedLong(), in.readFixedLong());
        int expected = Checksum.of(bytes, 0, CHECKED_BYTES, number, 0);
        int found = new ByteReader(bytes, CHECKED_BYTES, Integer.BYTES).readFixedInt();
        // The checksum first: a wrong format number is a later release's only if it was really written.
        if (expected != found) {
            throw new CorruptFileException(
                    name, CHECKED_BYTES, "header checksum: expected " + hex(expected) + ", found " + hex(found));
        }
        if (format > FORMAT) {
            throw new UnsupportedFormatException(name, format, FORMAT);
        }
        if (foundKind != kind.code()) {
            throw new CorruptFileException(name, 12, "kind of log: expected " + kind.code() + ", found " + foundKind);
        }
        return header;
    }

    static String hex(int checksum) {
        return String.format("%08x", checksum);
    }
}
