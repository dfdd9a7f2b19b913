package io.streambed.lsm.fs;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file on disk being read, by positional reads of a channel.
 *
 * <p>An interrupt closes a channel under all of its readers. Files that are read do not change, so whoever finds the channel
 * closed opens the file again and repeats the read; the flag is taken down for as long as the read lasts, so that it closes
 * the channel once and not at every step.
 */
final class DiskReadFile implements ReadFile {
    /**
     * Longest single read. The JDK reads into a direct buffer of the same size and keeps it for the thread's life, so this
     * bounds that memory per thread; measured, longer reads gain nothing.
     */
    private static final int CHUNK = 128 << 10;

    private final Path path;
    private final long length;
    private final @Nullable Object fileKey;

    // Replaced under the monitor, and only by a channel on the very same file.
    private volatile FileChannel channel;
    private boolean closed;

    DiskReadFile(Path path) throws IOException {
        this.path = path;
        BasicFileAttributes attributes = attributes(path);
        if (!attributes.isRegularFile()) {
            throw new FileSystemException(path.toString(), null, "is not a regular file");
        }
        // Not FileChannel.size(), which fails on an interrupted thread.
        this.length = attributes.size();
        this.fileKey = attributes.fileKey();
        this.channel = openChannel(path);
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public void readFully(long position, byte[] target, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, target.length);
        boolean interrupted = Thread.interrupted();
        try {
            FileChannel current = channel;
            int done = 0;
            while (done < count) {
                ByteBuffer chunk = ByteBuffer.wrap(target, offset + done, Math.min(CHUNK, count - done));
                try {
                    int read = current.read(chunk, position + done);
                    if (read < 0) {
                        throw new EOFException("file " + path.getFileName() + " ends before " + (position + count)
                                + ", where a read was to end");
                    }
                    done += read;
                } catch (ClosedChannelException e) {
                    interrupted |= Thread.interrupted();
                    current = reopened(current);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        channel.close();
    }

    /** The channel that takes the place of {@code broken}, which this thread or another one has found closed. */
    private synchronized FileChannel reopened(FileChannel broken) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        if (channel == broken) {
            if (!Objects.equals(fileKey, attributes(path).fileKey())) {
                throw new NoSuchFileException(
                        path.toString(), null, "replaced by another file while it was being read");
            }
            channel = openChannel(path);
        }
        return channel;
    }

    private static BasicFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    private static FileChannel openChannel(Path path) throws IOException {
        return FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }
}
