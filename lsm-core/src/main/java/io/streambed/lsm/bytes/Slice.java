package io.streambed.lsm.bytes;

import java.util.Arrays;

/**
 * A view of some bytes of an array: no copy, no ownership.
 *
 * <p>Iterators hand out one slice again and again and point it elsewhere with each move, so a slice that came from an
 * iterator is good until that iterator's next move; {@link #toByteArray()} keeps the bytes for longer. The viewed bytes
 * must not be changed through {@link #array()}. Not safe for use by several threads while somebody calls {@link #set}.
 *
 * <p>Order is the engine's key order everywhere: byte by byte, unsigned, a prefix before what it is a prefix of.
 */
public final class Slice implements Comparable<Slice> {
    private static final byte[] NO_BYTES = new byte[0];

    private byte[] array;
    private int offset;
    private int length;

    /** An empty view, to be pointed somewhere with {@link #set}. */
    public Slice() {
        this.array = NO_BYTES;
    }

    private Slice(byte[] array, int offset, int length) {
        this.array = array;
        this.offset = offset;
        this.length = length;
    }

    /** A view of the whole array. */
    public static Slice of(byte[] array) {
        return new Slice(array, 0, array.length);
    }

    /** A view of {@code length} bytes from {@code offset} on. */
    public static Slice of(byte[] array, int offset, int length) {
        return new Slice(array, offset, length);
    }

    /** Points this view at other bytes. Returns this view. */
    public Slice set(byte[] newArray, int newOffset, int newLength) {
        assert newOffset >= 0 && newLength >= 0 && newOffset <= newArray.length - newLength;
        this.array = newArray;
        this.offset = newOffset;
        this.length = newLength;
        return this;
    }

    /** The array behind the view; the viewed bytes begin at {@link #offset()}. */
    public byte[] array() {
        return array;
    }

    /** Where in {@link #array()} the view begins. */
    public int offset() {
        return offset;
    }

    /** Number of bytes viewed. */
    public int length() {
        return length;
    }

    /** A fresh copy of the viewed bytes. */
    public byte[] toByteArray() {
        return Arrays.copyOfRange(array, offset, offset + length);
    }

    /** Whether the view holds the same bytes as the whole of {@code other}. */
    public boolean contentEquals(byte[] other) {
        return Arrays.equals(array, offset, offset + length, other, 0, other.length);
    }

    /** Compares with some bytes of an array, in key order. */
    public int compareTo(byte[] other, int otherOffset, int otherLength) {
        return Arrays.compareUnsigned(array, offset, offset + length, other, otherOffset, otherOffset + otherLength);
    }

    @Override
    public int compareTo(Slice other) {
        return compareTo(other.array, other.offset, other.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Slice that
                && Arrays.equals(array, offset, offset + length, that.array, that.offset, that.offset + that.length);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(KeyHash.of(array, offset, length));
    }

    /** Length only: keys and values are the user's, and do not belong in logs or messages. */
    @Override
    public String toString() {
        return "Slice[" + length + " bytes]";
    }
}
