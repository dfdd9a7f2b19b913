package io.streambed.lsm.bytes;

/**
 * Integers in one to ten bytes: seven bits a byte, low bits first, the top bit set on all but the last byte (LEB128, as in
 * LevelDB). Values are taken as unsigned.
 */
public final class Varint {
    /** The longest encoding of an {@code int}. */
    public static final int MAX_INT_BYTES = 5;

    /** The longest encoding of a {@code long}. */
    public static final int MAX_LONG_BYTES = 10;

    private Varint() {}

    /** Writes {@code value} at {@code position}, where up to {@link #MAX_LONG_BYTES} must be free; returns the place after it. */
    public static int put(byte[] array, int position, long value) {
        int at = position;
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            array[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        array[at++] = (byte) rest;
        return at;
    }

    /**
     * Reads what {@link #put} wrote at {@code position}. For bytes that were checked before: whatever stands there, at most
     * {@link #MAX_LONG_BYTES} are read.
     */
    public static long get(byte[] array, int position) {
        long value = array[position];
        if (value >= 0) {
            return value;
        }
        value &= 0x7f;
        int at = position + 1;
        for (int shift = 7; shift < 64; shift += 7) {
            byte next = array[at++];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                break;
            }
        }
        return value;
    }

    /** Number of bytes that {@link #put} writes for {@code value}. */
    public static int size(long value) {
        return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
    }
}
