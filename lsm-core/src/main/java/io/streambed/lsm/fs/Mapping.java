package io.streambed.lsm.fs;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * A whole file mapped into memory, and the way to unmap it at a moment of our choosing.
 *
 * <p>The JDK has had a public way for that since release 22 ({@code java.lang.foreign.Arena}); this code is compiled for 17, so it is
 * called by method handles. Before 22 there is {@code sun.misc.Unsafe.invokeCleaner}, which later releases warn of.
 */
final class Mapping {
    private static final @Nullable Mapper MAPPER = findMapper();

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    /** Nothing that a file is likely to hold; if it does, the read only takes longer. */
    private static final long MARK = 0x7b1e_93c4_5ad8_26f1L;

    /** 1, though the compiler does not know that. */
    private static volatile int one = 1;

    private final ByteBuffer bytes;
    private final Unmapper unmapper;

    private Mapping(ByteBuffer bytes, Unmapper unmapper) {
        this.bytes = bytes;
        this.unmapper = unmapper;
    }

    /** Whether a file of this length can be mapped, and unmapped again. */
    static boolean isSupported(long length) {
        return MAPPER != null && length > 0 && length <= Integer.MAX_VALUE;
    }

    /** Maps the first {@code length} bytes of a file for reading; it may be closed afterwards. */
    static Mapping of(FileChannel channel, long length) throws IOException {
        return of(channel, FileChannel.MapMode.READ_ONLY, length);
    }

    /** The same for reading and writing; the file has that length already. */
    static Mapping forWriting(FileChannel channel, long length) throws IOException {
        return of(channel, FileChannel.MapMode.READ_WRITE, length);
    }

    private static Mapping of(FileChannel channel, FileChannel.MapMode mode, long length) throws IOException {
        Mapper mapper = MAPPER;
        if (mapper == null) {
            throw new IOException("this JVM offers no way to unmap a file");
        }
        return mapper.map(channel, mode, length);
    }

    /** The file's bytes; not to be touched after {@link #unmap}. */
    ByteBuffer bytes() {
        return bytes;
    }

    /**
     * Copies bytes out. A copy from where nothing can be read ends early, and JDK 17 throws the error at some later moment only, anywhere in
     * the thread. So a mark is put where the copy's last bytes go; if it is still there afterwards, the error is waited for here.
     *
     * @throws InternalError if the file was truncated, or its disk failed
     */
    void read(int at, byte[] target, int offset, int count) {
        int last = offset + count - Long.BYTES;
        boolean marked = count >= Long.BYTES;
        if (marked) {
            LONG.set(target, last, MARK);
        }
        bytes.get(at, target, offset, count);
        if (!marked || (long) LONG.get(target, last) == MARK) {
            awaitFault();
        }
    }

    /** Gives the address space back, and a deleted file's room on disk. Nobody may be reading. */
    void unmap() {
        try {
            unmapper.unmap();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("could not unmap a file", e);
        }
    }

    /**
     * Gives the JVM the occasion to throw an error that waits for this thread; returns if there is none. Errors that wait are thrown when
     * the thread comes back from the JVM's own code. A throw and a catch lead there only as long as they are not compiled to a jump; an
     * array of arrays, of lengths that the compiler cannot know, is always made by the JVM itself.
     */
    static void awaitFault() {
        int some = one;
        for (int i = 0; i < 3; i++) {
            if (new byte[some][some].length != some) {
                throw new AssertionError();
            }
        }
    }

    @FunctionalInterface
    private interface Mapper {
        Mapping map(FileChannel channel, FileChannel.MapMode mode, long length) throws IOException;
    }

    @FunctionalInterface
    private interface Unmapper {
        @SuppressWarnings("IllegalThrows") // What method handles throw.
        void unmap() throws Throwable;
    }

    private static @Nullable Mapper findMapper() {
        try {
            return Runtime.version().feature() >= 22 ? byArena() : byCleaner();
        } catch (ReflectiveOperationException | RuntimeException e) {
            return null;
        }
    }

    private static Mapper byArena() throws ReflectiveOperationException {
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        Class<?> arenaType = Class.forName("java.lang.foreign.Arena");
        Class<?> segmentType = Class.forName("java.lang.foreign.MemorySegment");
        MethodHandle ofShared = lookup.findStatic(arenaType, "ofShared", MethodType.methodType(arenaType));
        MethodHandle close = lookup.findVirtual(arenaType, "close", MethodType.methodType(void.class));
        MethodHandle asByteBuffer =
                lookup.findVirtual(segmentType, "asByteBuffer", MethodType.methodType(ByteBuffer.class));
        MethodHandle map = lookup.findVirtual(
                FileChannel.class,
                "map",
                MethodType.methodType(segmentType, FileChannel.MapMode.class, long.class, long.class, arenaType));
        return (channel, mode, length) -> {
            try {
                Object arena = ofShared.invoke();
                try {
                    Object segment = map.invoke(channel, mode, 0L, length, arena);
                    return new Mapping((ByteBuffer) asByteBuffer.invoke(segment), () -> close.invoke(arena));
                } catch (Throwable e) {
                    close.invoke(arena);
                    throw e;
                }
            } catch (IOException | RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IOException("could not map a file", e);
            }
        };
    }

    private static Mapper byCleaner() throws ReflectiveOperationException {
        Class<?> type = Class.forName("sun.misc.Unsafe");
        Field field = type.getDeclaredField("theUnsafe");
        field.setAccessible(true);
        Object unsafe = field.get(null);
        // Not by a method handle, whose making costs a process that has just started some milliseconds.
        Method invokeCleaner = type.getMethod("invokeCleaner", ByteBuffer.class);
        return (channel, mode, length) -> {
            ByteBuffer bytes = channel.map(mode, 0, length);
            return new Mapping(bytes, () -> invokeCleaner.invoke(unsafe, bytes));
        };
    }
}
