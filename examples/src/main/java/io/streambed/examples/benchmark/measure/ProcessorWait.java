package io.streambed.examples.benchmark.measure;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How long the thread that made it could have run but had no processor to run on. Linux says it; elsewhere it counts as nothing. Used by
 * that thread alone.
 *
 * <pre>
 *  /proc/thread-self/schedstat:   nanoseconds on a processor | nanoseconds waiting for one | times it got one
 * </pre>
 */
public final class ProcessorWait implements AutoCloseable {
    private static final Path FILE = Path.of("/proc/thread-self/schedstat");

    private final @Nullable RandomAccessFile file;
    private final byte[] buffer = new byte[128];
    private long before;

    /** Of the thread that calls this. */
    public ProcessorWait() {
        try {
            file = Files.isReadable(FILE) ? new RandomAccessFile(FILE.toFile(), "r") : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        before = waited();
    }

    /** How long since it was made or last asked. */
    public long nextNanos() {
        long now = waited();
        long since = now - before;
        before = now;
        return since;
    }

    @Override
    public void close() {
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private long waited() {
        if (file == null) {
            return 0;
        }
        try {
            file.seek(0);
            int length = file.read(buffer);
            String[] fields = new String(buffer, 0, Math.max(0, length), StandardCharsets.US_ASCII).split(" ", 3);
            return fields.length < 3 ? 0 : Long.parseLong(fields[1]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
