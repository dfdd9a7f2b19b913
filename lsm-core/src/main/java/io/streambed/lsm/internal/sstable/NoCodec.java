package io.streambed.lsm.internal.sstable;

/** Stores blocks as they are. */
final class NoCodec implements BlockCodec {
    /** On disk, never change. */
    static final byte TAG = 0;

    @Override
    public byte tag() {
        return TAG;
    }

    @Override
    public int maxCompressedLength(int length) {
        return length;
    }

    @Override
    public int compress(byte[] source, int offset, int length, byte[] target, int targetOffset) {
        System.arraycopy(source, offset, target, targetOffset, length);
        return length;
    }

    @Override
    public int decompressedLength(byte[] source, int offset, int length) {
        return length;
    }

    @Override
    public void decompress(byte[] source, int offset, int length, byte[] target, int targetOffset, int targetLength) {
        System.arraycopy(source, offset, target, targetOffset, targetLength);
    }
}
