package io.streambed.lsm.fs;

import java.io.FileOutputStream;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A file on disk being written, through a stream, which no interrupt can close. */
final class DiskAppendFile implements AppendFile {
    /** The JDK copies what it is given to native memory, which this bounds. */
    private static final int CHUNK = 256 << 10;

    private final String name;
    private final FileOutputStream stream;
    private long length;
    private @Nullable Throwable failure;

    DiskAppendFile(String name, FileOutputStream stream) {
        this.name = name;
        this.stream = stream;
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, bytes.length);
        requireIntact();
        try {
            for (int done = 0; done < count; done += CHUNK) {
                stream.write(bytes, offset + done, Math.min(CHUNK, count - done));
            }
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
            throw e;
        }
        length += count;
    }

    @Override
    public void sync() throws IOException {
        requireIntact();
        try {
            stream.getFD().sync();
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
            throw e;
        }
    }

    /** What was to be written is lost: from here on nothing is written. The first failure counts. */
    void fail(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
    }

    boolean isIntact() {
        return failure == null;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }

    /**
     * After a failed sync the operating system may have dropped the bytes and forgotten that it did: a second sync would
     * succeed and mean nothing. So this refuses instead of asking again.
     */
    void requireIntact() throws IOException {
        if (failure != null) {
            throw new IOException(
                    "file " + name + " is not written to any more after: " + failure.getMessage(), failure);
        }
    }
}
