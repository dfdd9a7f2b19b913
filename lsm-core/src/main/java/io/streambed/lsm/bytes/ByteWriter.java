package io.streambed.lsm.bytes;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes fields one after another into an array that grows: the counterpart of {@link ByteReader}. */
public final class ByteWriter {
    private byte[] array;
    private int length;

    /** Starts with room for {@code capacity} bytes. */
    public ByteWriter(int capacity) {
        this.array = new byte[Math.max(16, capacity)];
    }

    /** Number of bytes written. */
    public int length() {
        return length;
    }

    /** The array behind; the first {@link #length()} bytes count, until the next write. */
    public byte[] array() {
        return array;
    }

    /** Forgets what was written and keeps the array. */
    public void clear() {
        length = 0;
    }

    /** One byte: the lowest eight bits of {@code value}. */
    public ByteWriter writeByte(int value) {
        reserve(1);
        array[length++] = (byte) value;
        return this;
    }

    /** Four bytes, little-endian. */
    public ByteWriter writeFixedInt(int value) {
        reserve(4);
        for (int i = 0; i < 4; i++) {
            array[length++] = (byte) (value >>> (8 * i));
        }
        return this;
    }

    /** Eight bytes, little-endian. */
    public ByteWriter writeFixedLong(long value) {
        return writeFixedInt((int) value).writeFixedInt((int) (value >>> 32));
    }

    /** A {@link Varint}. */
    public ByteWriter writeVarint(long value) {
        reserve(Varint.MAX_LONG_BYTES);
        length = Varint.put(array, length, value);
        return this;
    }

    /** A length as {@link Varint}, then the bytes. */
    public ByteWriter writeBytes(byte[] bytes) {
        return writeVarint(bytes.length).writeRaw(bytes, 0, bytes.length);
    }

    /** A length as {@link Varint}, then the text as UTF-8. */
    public ByteWriter writeString(String text) {
        return writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The bytes alone, without their length. */
    public ByteWriter writeRaw(byte[] bytes, int offset, int count) {
        reserve(count);
        System.arraycopy(bytes, offset, array, length, count);
        length += count;
        return this;
    }

    /** A copy of what was written. */
    public byte[] toByteArray() {
        return Arrays.copyOf(array, length);
    }

    private void reserve(int bytes) {
        if (array.length - length < bytes) {
            // Grows by half, or to what is needed; overflows only beyond 2 GiB, where arrays end.
            int grown = (int) Math.min(Integer.MAX_VALUE - 8L, array.length + (array.length >> 1) + 16L);
            array = Arrays.copyOf(array, Math.max(grown, Math.addExact(length, bytes)));
        }
    }
}
