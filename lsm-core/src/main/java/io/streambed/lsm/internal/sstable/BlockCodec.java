package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.MalformedBytesException;

/**
 * How the bytes of a block are stored. A codec has no state and is used by any number of threads. The tag stands in the
 * trailer of each block, so one table may hold blocks of several codecs.
 *
 * <pre>
 *  tag 0   none   the block as it is
 *  tag 1   LZ4    varint length of the block, then one LZ4 block (not a frame)
 *  tag 2   Zstd   varint length of the block, then one Zstandard frame that says the same length, without a checksum
 * </pre>
 *
 * On disk, never change.
 */
public interface BlockCodec {
    /** Blocks as they are. */
    BlockCodec NONE = new NoCodec();

    /**
     * LZ4, in pure Java.
     *
     * @throws IllegalStateException if {@code at.yawk.lz4:lz4-java} is not on the class path; the message says so
     */
    static BlockCodec lz4() {
        try {
            return Lz4Codec.instance();
        } catch (NoClassDefFoundError absent) {
            throw new IllegalStateException(
                    "LZ4 compression needs at.yawk.lz4:lz4-java on the class path, which it is not: add it, or choose no"
                            + " compression for new tables",
                    absent);
        }
    }

    /**
     * Zstandard, by native code.
     *
     * @throws IllegalStateException if {@code com.github.luben:zstd-jni} is not on the class path, or its native library cannot be
     *     loaded; the message says so
     */
    static BlockCodec zstd() {
        try {
            return ZstdCodec.instance();
        } catch (NoClassDefFoundError absent) {
            throw new IllegalStateException(
                    "Zstandard compression needs com.github.luben:zstd-jni on the class path, and a platform that its native"
                            + " library runs on; one of them is missing ("
                            + absent.getMessage()
                            + "): add it, or choose another compression for new tables",
                    absent);
        } catch (UnsatisfiedLinkError | ExceptionInInitializerError notLoaded) {
            throw new IllegalStateException(
                    "the native library of com.github.luben:zstd-jni, which Zstandard compression needs, cannot be loaded here ("
                            + notLoaded
                            + "): choose another compression for new tables",
                    notLoaded);
        }
    }

    /**
     * The codec of a tag.
     *
     * @throws MalformedBytesException if no codec has this tag
     * @throws IllegalStateException if the codec's library is absent
     */
    static BlockCodec of(byte tag) throws MalformedBytesException {
        return switch (tag) {
            case NoCodec.TAG -> NONE;
            case Lz4Codec.TAG -> lz4();
            case ZstdCodec.TAG -> zstd();
            default -> throw new MalformedBytesException("unknown block codec " + (tag & 0xff));
        };
    }

    /** What stands in the trailer. */
    byte tag();

    /** The most bytes that {@link #compress} writes for {@code length} bytes. */
    int maxCompressedLength(int length);

    /** Compresses; returns the number of bytes written to {@code target}, which has room for the most there can be. */
    int compress(byte[] source, int offset, int length, byte[] target, int targetOffset);

    /**
     * Length of the block that is stored in some bytes, checked to be one that they can hold: nobody allocates on the word of
     * a wrong length.
     */
    int decompressedLength(byte[] source, int offset, int length) throws MalformedBytesException;

    /** Decompresses to exactly {@code targetLength} bytes, which {@link #decompressedLength} said; fails otherwise. */
    void decompress(byte[] source, int offset, int length, byte[] target, int targetOffset, int targetLength)
            throws MalformedBytesException;
}
