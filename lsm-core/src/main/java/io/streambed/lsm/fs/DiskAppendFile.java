package io.streambed.lsm.fs;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A file on disk being written from its beginning on, by calls that no interrupt can close. */
final class DiskAppendFile implements AppendFile {
    /** The JDK copies what it is given to native memory, which this bounds. */
    private static final int CHUNK = 256 << 10;

    /** What is written within it can be synced without the rest of the file. */
    private static final int PAGE = 4 << 10;

    private final Path path;
    private final RandomAccessFile file;
    private long length;

    /** Whether the file may hold more than what was written. */
    private boolean hasRest;

    private @Nullable Throwable failure;

    /** A file that has just been created. */
    static DiskAppendFile empty(Path path) throws IOException {
        return new DiskAppendFile(path, false);
    }

    /** A file that holds something, to be written over. */
    static DiskAppendFile over(Path path) throws IOException {
        return new DiskAppendFile(path, true);
    }

    private DiskAppendFile(Path path, boolean hasRest) throws IOException {
        this.path = path;
        this.file = new RandomAccessFile(path.toFile(), "rw");
        this.hasRest = hasRest;
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, bytes.length);
        requireIntact();
        try {
            for (int done = 0; done < count; done += CHUNK) {
                file.write(bytes, offset + done, Math.min(CHUNK, count - done));
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
            if (!hasRest || length > PAGE || !syncFirstPage()) {
                file.getFD().sync();
            }
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
            throw e;
        }
    }

    /**
     * Syncs what was written without what the file held before: megabytes that nobody needs any more, and that may never have been on disk.
     *
     * @return whether that is possible here; if not, no sync has been tried
     */
    private boolean syncFirstPage() throws IOException {
        Mapping page = mapFirstPage();
        if (page == null) {
            return false;
        }
        try {
            ((MappedByteBuffer) page.bytes()).force();
            return true;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            page.unmap();
        }
    }

    /** Fails for no interrupt, and for want of address space neither: then the whole file is synced. */
    private @Nullable Mapping mapFirstPage() {
        boolean interrupted = Thread.interrupted();
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            return channel.size() >= PAGE && Mapping.isSupported(PAGE) ? Mapping.forWriting(channel, PAGE) : null;
        } catch (IOException e) {
            return null;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void cutOff() throws IOException {
        if (!hasRest) {
            return;
        }
        requireIntact();
        file.setLength(length);
        hasRest = false;
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
    public String toString() {
        return path.toString();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /**
     * After a failed sync the operating system may have dropped the bytes and forgotten that it did: a second sync would
     * succeed and mean nothing. So this refuses instead of asking again.
     */
    void requireIntact() throws IOException {
        if (failure != null) {
            throw new IOException(
                    "file " + path.getFileName() + " is not written to any more after: " + failure.getMessage(),
                    failure);
        }
    }
}
