package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.ByteReader;
import io.streambed.lsm.bytes.MalformedBytesException;
import io.streambed.lsm.bytes.Varint;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/**
 * LZ4 by lz4-java's pure Java instance: no native code is unpacked into a temporary directory, and {@code Unsafe} is not
 * touched. Only the decompressor that knows the length of its input is used; the other kind trusts what it reads.
 *
 * <p>The one class that names the library, which is optional: it is not loaded before somebody chooses or meets LZ4.
 */
final class Lz4Codec implements BlockCodec {
    /** On disk, never change. */
    static final byte TAG = 1;

    /** A byte of LZ4 makes 255 bytes at most. */
    private static final long MAX_EXPANSION = 255;

    private static final Lz4Codec INSTANCE = new Lz4Codec();

    private final LZ4Compressor compressor = LZ4Factory.safeInstance().fastCompressor();
    private final LZ4SafeDecompressor decompressor = LZ4Factory.safeInstance().safeDecompressor();

    private Lz4Codec() {}

    static Lz4Codec instance() {
        return INSTANCE;
    }

    @Override
    public byte tag() {
        return TAG;
    }

    @Override
    public int maxCompressedLength(int length) {
        return Varint.MAX_INT_BYTES + compressor.maxCompressedLength(length);
    }

    @Override
    public int compress(byte[] source, int offset, int length, byte[] target, int targetOffset) {
        int at = Varint.put(target, targetOffset, length);
        return at - targetOffset + compressor.compress(source, offset, length, target, at, target.length - at);
    }

    @Override
    public int decompressedLength(byte[] source, int offset, int length) throws MalformedBytesException {
        ByteReader reader = new ByteReader(source, offset, length);
        int decompressed = reader.readVarInt();
        if (decompressed > reader.remaining() * MAX_EXPANSION) {
            throw new MalformedBytesException(
                    reader.remaining() + " bytes of LZ4 cannot hold a block of " + decompressed + " bytes");
        }
        return decompressed;
    }

    @Override
    public void decompress(byte[] source, int offset, int length, byte[] target, int targetOffset, int targetLength)
            throws MalformedBytesException {
        int prefix = Varint.size(targetLength);
        int written;
        try {
            written = decompressor.decompress(
                    source, offset + prefix, length - prefix, target, targetOffset, targetLength);
        } catch (LZ4Exception e) {
            throw new MalformedBytesException("not LZ4: " + e.getMessage());
        }
        if (written != targetLength) {
            throw new MalformedBytesException("LZ4 of " + written + " bytes instead of " + targetLength);
        }
    }
}
