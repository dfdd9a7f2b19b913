package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.Checksum;
import io.streambed.lsm.fs.CorruptFileException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The five bytes behind every block of a table. Little-endian. On disk, never change.
 *
 * <pre>
 *  | block: n bytes | codec 1 | checksum 4 |
 *
 *  codec      how the block is stored: see BlockCodec
 *  checksum   of the block and the codec byte, bound to the file's number and the block's position in it
 * </pre>
 */
final class BlockTrailer {
    static final int BYTES = 5;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private BlockTrailer() {}

    /** Writes the trailer of a block whose bytes {@code crc} has seen already. */
    static void put(byte[] target, int offset, byte codec, CRC32C crc, long fileNumber, long blockPosition) {
        target[offset] = codec;
        crc.update(codec);
        INT.set(target, offset + 1, Checksum.bind((int) crc.getValue(), fileNumber, blockPosition));
    }

    /** Fails unless the block of {@code length} bytes at {@code offset} is the one that was written at {@code position}. */
    static void check(byte[] array, int offset, int length, String file, long fileNumber, long position)
            throws CorruptFileException {
        int stored = (int) INT.get(array, offset + length + 1);
        int computed = Checksum.of(array, offset, length + 1, fileNumber, position);
        if (stored != computed) {
            throw new CorruptFileException(
                    file,
                    position,
                    String.format(
                            "block of %d bytes: its checksum is %08x, its bytes give %08x", length, stored, computed));
        }
    }

    /** How the block of {@code length} bytes at {@code offset} is stored. */
    static byte codec(byte[] array, int offset, int length) {
        return array[offset + length];
    }
}
