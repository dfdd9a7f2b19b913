package io.streambed.lsm.fs;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A file on disk being read through a mapping: a small read costs a copy, where a system call costs ten times as much, and there
 * is no channel that an interrupt could close.
 *
 * <p>What makes mappings dangerous, and what is done about it:
 * <ul>
 *   <li>Memory that is unmapped under a reader ends the process. {@code users} counts the reads under way; the last one to
 *       leave a closed file unmaps it. Nobody outside this class ever sees the mapping.
 *   <li>Memory that is unmapped by the collector alone keeps a deleted file's room on disk for as long as the collector likes.
 *       So it is unmapped on closing ({@link Mapping}).
 *   <li>A file that somebody truncates, or a disk that fails, makes the access itself fail. All access is by bulk copies, which
 *       the JVM guards: it ends the copy and throws {@link InternalError} ({@link Mapping#read}), which becomes an {@link IOException}
 *       here.
 * </ul>
 */
final class MappedReadFile implements ReadFile {
    /** Added to {@code users} when the file is closed; what is left then is the number of reads under way. */
    private static final int CLOSED = Integer.MIN_VALUE;

    private final Path path;
    private final long length;
    private final Mapping mapping;
    private final AtomicInteger users = new AtomicInteger();

    /** Maps the whole file; {@code channel} may be closed afterwards. */
    MappedReadFile(Path path, FileChannel channel, long length) throws IOException {
        this.path = path;
        this.length = length;
        this.mapping = Mapping.of(channel, length);
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public boolean isMapped() {
        return true;
    }

    @Override
    public void readFully(long position, byte[] target, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, target.length);
        if (position < 0 || position > length - count) {
            throw new EOFException(
                    "file " + path.getFileName() + " ends before " + (position + count) + ", where a read was to end");
        }
        try {
            enter();
            try {
                mapping.read((int) position, target, offset, count);
            } finally {
                leave();
            }
        } catch (InternalError e) {
            throw new IOException(
                    "reading " + path + " through its mapping failed: it was truncated, or its disk failed", e);
        }
    }

    @Override
    public void close() {
        int before = users.getAndUpdate(count -> count < 0 ? count : count + CLOSED);
        if (before == 0) {
            mapping.unmap();
        }
    }

    private void enter() throws ClosedChannelException {
        int before = users.getAndUpdate(count -> count < 0 ? count : count + 1);
        if (before < 0) {
            throw new ClosedChannelException();
        }
    }

    private void leave() {
        if (users.decrementAndGet() == CLOSED) {
            mapping.unmap();
        }
    }
}
