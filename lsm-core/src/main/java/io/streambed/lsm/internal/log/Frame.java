package io.streambed.lsm.internal.log;

import io.streambed.lsm.bytes.Checksum;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * One framed record of a log. Behind its {@link LogHeader} a log is a sequence of these. Little-endian; on disk, never change.
 *
 * <pre>
 *  0         4         8      9
 *  | crc32c  | length  | type | payload … |     length is the payload's alone
 * </pre>
 *
 * The checksum covers length, type and payload, and is bound to the file's number and to the frame's offset in the file: a
 * frame is one only where it was written. Type 0 is no type, so that zeros are no frame.
 *
 * <p>Type 127 belongs to the log itself. The first frame after each sync is of this type, and says how far the file had been
 * synced:
 *
 * <pre>
 *  0         4         8      9               17
 *  | crc32c  | 8       | 127  | synced length |
 * </pre>
 *
 * This is what tells damage from a torn tail. A crash may cut short, scramble or zero whatever was not synced, so a reader that
 * meets something unreadable looks for such frames behind it. One that says that the bad place had been synced proves damage;
 * without one the log ends there.
 */
final class Frame {
    static final int LENGTH_AT = 4;
    static final int TYPE_AT = 8;
    static final int HEAD_BYTES = 9;

    static final int SYNCED_TYPE = 127;
    static final int SYNCED_PAYLOAD_BYTES = 8;
    static final int SYNCED_BYTES = HEAD_BYTES + SYNCED_PAYLOAD_BYTES;
    static final int MAX_TYPE = 255;

    /** The longest payload: arrays end a little before 2 GiB. */
    static final int MAX_PAYLOAD_BYTES = Integer.MAX_VALUE - 64;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Frame() {}

    static int getInt(byte[] array, int at) {
        return (int) INT.get(array, at);
    }

    static void putInt(byte[] array, int at, int value) {
        INT.set(array, at, value);
    }

    static long getLong(byte[] array, int at) {
        return (long) LONG.get(array, at);
    }

    static void putLong(byte[] array, int at, long value) {
        LONG.set(array, at, value);
    }

    /** Writes length and type of a frame that begins at {@code at}; the checksum is still to come. */
    static void begin(byte[] array, int at, int type, int payloadLength) {
        INT.set(array, at + LENGTH_AT, payloadLength);
        array[at + TYPE_AT] = (byte) type;
    }

    /** Writes the checksum of the frame from {@code begin} to {@code end}, which is to stand at {@code position} of the file. */
    static void end(byte[] array, int begin, int end, long fileNumber, long position, CRC32C crc) {
        crc.reset();
        crc.update(array, begin + LENGTH_AT, end - begin - LENGTH_AT);
        INT.set(array, begin, Checksum.bind((int) crc.getValue(), fileNumber, position));
    }

    /** For messages. */
    static String hex(int checksum) {
        return String.format("%08x", checksum);
    }
}
