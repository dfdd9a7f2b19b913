package io.streambed.lsm.bytes;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads fields one after another from bytes that may be wrong: every length is checked against what is left before anything
 * is allocated, and nothing loops on its input. For metadata; blocks have decoders of their own.
 */
public final class ByteReader {
    private final byte[] array;
    private final int end;
    private int position;

    /** Reads {@code length} bytes from {@code offset} on. */
    public ByteReader(byte[] array, int offset, int length) {
        this.array = array;
        this.position = offset;
        this.end = offset + length;
    }

    /** Reads a whole array. */
    public ByteReader(byte[] array) {
        this(array, 0, array.length);
    }

    /** Bytes not read yet. */
    public int remaining() {
        return end - position;
    }

    /** Where the next field begins, as an index into the array. */
    public int position() {
        return position;
    }

    /** One byte, 0 to 255. */
    public int readByte() throws MalformedBytesException {
        require(1, "a byte");
        return array[position++] & 0xff;
    }

    /** Four bytes, little-endian. */
    public int readFixedInt() throws MalformedBytesException {
        require(4, "a 4-byte integer");
        int value = 0;
        for (int i = 3; i >= 0; i--) {
            value = (value << 8) | (array[position + i] & 0xff);
        }
        position += 4;
        return value;
    }

    /** Eight bytes, little-endian. */
    public long readFixedLong() throws MalformedBytesException {
        long low = readFixedInt() & 0xffff_ffffL;
        return (long) readFixedInt() << 32 | low;
    }

    /** A {@link Varint}, as unsigned 64 bits. */
    public long readVarLong() throws MalformedBytesException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int b = readByte();
            value |= (long) (b & 0x7f) << shift;
            if (b < 0x80) {
                return value;
            }
        }
        throw new MalformedBytesException("integer of more than ten bytes before position " + position);
    }

    /** A {@link Varint} that fits into a non-negative {@code int}. */
    public int readVarInt() throws MalformedBytesException {
        long value = readVarLong();
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new MalformedBytesException("integer out of range before position " + position + ": " + value);
        }
        return (int) value;
    }

    /** Passes over {@code length} bytes; returns where in the array they begin. */
    public int skip(int length) throws MalformedBytesException {
        require(length, "a field");
        int begin = position;
        position += length;
        return begin;
    }

    /** A length as {@link Varint}, then so many bytes. */
    public byte[] readBytes() throws MalformedBytesException {
        int length = readVarInt();
        require(length, "a field");
        byte[] bytes = Arrays.copyOfRange(array, position, position + length);
        position += length;
        return bytes;
    }

    /** A length as {@link Varint}, then so many bytes of UTF-8. */
    public String readString() throws MalformedBytesException {
        return new String(readBytes(), StandardCharsets.UTF_8);
    }

    /** Fails if anything is left: whoever wrote the bytes wrote more than this release reads. */
    public void requireEnd() throws MalformedBytesException {
        if (position != end) {
            throw new MalformedBytesException((end - position) + " bytes left over at position " + position);
        }
    }

    private void require(int bytes, String what) throws MalformedBytesException {
        if (end - position < bytes) {
            throw new MalformedBytesException(what + " of " + bytes + " bytes at position " + position + ", only "
                    + (end - position) + " bytes left");
        }
    }
}
