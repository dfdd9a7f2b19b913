package io.streambed.lsm.bytes;

import java.util.zip.CRC32C;

/**
 * The checksum of every block and record on disk: CRC-32C, bound to the file and the place that the bytes were written to.
 *
 * <p>A plain CRC tells that bytes changed, not that they are the wrong bytes: a block written to the wrong offset, or a file
 * that took another's name, passes. So the CRC is XORed with a mix of file number and offset; right bytes in a wrong place
 * then differ as surely as wrong bytes in the right one (RocksDB's format version 6 has the same purpose).
 *
 * <p>On disk, never change.
 */
public final class Checksum {
    private Checksum() {}

    /** Checksum of {@code length} bytes of {@code array}, which stand, or are to stand, at {@code position} of the file. */
    public static int of(byte[] array, int offset, int length, long fileNumber, long position) {
        CRC32C crc = new CRC32C();
        crc.update(array, offset, length);
        return bind((int) crc.getValue(), fileNumber, position);
    }

    /** Binds the CRC of some bytes, taken piece by piece, to file and place. */
    public static int bind(int crc, long fileNumber, long position) {
        long place = (fileNumber * 0x9e6f_1d35_c8a7_4b69L + position) * 0xb5d1_6a4c_39e8_27f3L;
        return crc ^ (int) (place >>> 32);
    }
}
