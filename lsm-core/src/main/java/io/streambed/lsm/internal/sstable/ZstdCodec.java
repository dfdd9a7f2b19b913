package io.streambed.lsm.internal.sstable;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.streambed.lsm.bytes.ByteReader;
import io.streambed.lsm.bytes.MalformedBytesException;
import io.streambed.lsm.bytes.Varint;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Zstandard by zstd-jni, at level 3. Native code, which the library unpacks into a temporary directory when it is first used.
 *
 * <p>To make a context costs more than to compress a block of 4 KiB, so a few are kept, and taken and given back without a lock.
 *
 * <p>The one class that names the library, which is optional: it is not loaded before somebody chooses or meets Zstandard.
 */
final class ZstdCodec implements BlockCodec {
    /** On disk, never change. */
    static final byte TAG = 2;

    private static final int LEVEL = 3;

    /** Three bytes of a block's head and one that is repeated make 128 KiB at most. */
    private static final long MAX_EXPANSION = 128 << 10;

    private static final ZstdCodec INSTANCE = new ZstdCodec();

    private final Contexts<ZstdCompressCtx> compressors =
            new Contexts<>(() -> new ZstdCompressCtx().setLevel(LEVEL).setChecksum(false));
    private final Contexts<ZstdDecompressCtx> decompressors = new Contexts<>(ZstdDecompressCtx::new);

    /** Loads the native library, so that whoever chooses the codec is told at once if that fails. */
    private ZstdCodec() {
        compressors.giveBack(compressors.take());
    }

    static ZstdCodec instance() {
        return INSTANCE;
    }

    @Override
    public byte tag() {
        return TAG;
    }

    @Override
    public int maxCompressedLength(int length) {
        return Varint.MAX_INT_BYTES + Math.toIntExact(Zstd.compressBound(length));
    }

    @Override
    public int compress(byte[] source, int offset, int length, byte[] target, int targetOffset) {
        int at = Varint.put(target, targetOffset, length);
        ZstdCompressCtx context = compressors.take();
        try {
            return at
                    - targetOffset
                    + context.compressByteArray(target, at, target.length - at, source, offset, length);
        } finally {
            compressors.giveBack(context);
        }
    }

    @Override
    public int decompressedLength(byte[] source, int offset, int length) throws MalformedBytesException {
        ByteReader reader = new ByteReader(source, offset, length);
        int decompressed = reader.readVarInt();
        int prefix = length - reader.remaining();
        if (decompressed > reader.remaining() * MAX_EXPANSION
                || decompressed != Zstd.getFrameContentSize(source, offset + prefix, reader.remaining())) {
            throw new MalformedBytesException(
                    reader.remaining() + " bytes are no Zstandard frame of a block of " + decompressed + " bytes");
        }
        return decompressed;
    }

    @Override
    public void decompress(byte[] source, int offset, int length, byte[] target, int targetOffset, int targetLength)
            throws MalformedBytesException {
        int prefix = Varint.size(targetLength);
        ZstdDecompressCtx context = decompressors.take();
        int written;
        try {
            written = context.decompressByteArray(
                    target, targetOffset, targetLength, source, offset + prefix, length - prefix);
        } catch (ZstdException e) {
            throw new MalformedBytesException("not Zstandard: " + e.getMessage());
        } finally {
            decompressors.giveBack(context);
        }
        if (written != targetLength) {
            throw new MalformedBytesException("Zstandard of " + written + " bytes instead of " + targetLength);
        }
    }

    /** A few contexts for many threads. One that finds its place taken is closed, for its memory is not the collector's. */
    private static final class Contexts<T extends AutoCloseable> {
        private static final int PLACES = 16;

        private final AtomicReferenceArray<@Nullable T> places = new AtomicReferenceArray<>(PLACES);
        private final Supplier<T> source;

        Contexts(Supplier<T> source) {
            this.source = source;
        }

        T take() {
            T taken = places.getAndSet(place(), null);
            return taken != null ? taken : source.get();
        }

        void giveBack(T context) {
            T displaced = places.getAndSet(place(), context);
            if (displaced != null) {
                try {
                    displaced.close();
                } catch (Exception e) {
                    throw new IllegalStateException("closing a context of Zstandard failed", e);
                }
            }
        }

        private static int place() {
            return (int) Thread.currentThread().getId() & (PLACES - 1);
        }
    }
}
