package io.streambed.lsm.fs;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file on disk being written, whose small writes go into a {@link StagingFile}, from where they are appended many at a time. Only once
 * there have been a few of them: a file that is written in large pieces, or synced after each, has none.
 */
final class StagedAppendFile implements AppendFile {
    /** Longest write that is staged. A longer one spares too few calls for its second copy. */
    private static final int SMALL_BYTES = 4 << 10;

    /** What is appended ends at a multiple of this, where it need not be all: the page cache takes it in larger pieces then. */
    private static final int PIECE_BYTES = StagingFile.RING_BYTES / 4;

    /** So many small writes in a row call for a staging file. */
    private static final int MANY = 8;

    private final DiskAppendFile file;
    private final String name;
    private final Path stagingPath;
    private final FileAttribute<?>[] mode;

    private @Nullable StagingFile staging;
    private int smallWrites;

    /** Where the file ends; what is behind {@code file.length()} is staged. */
    private long length;

    StagedAppendFile(DiskAppendFile file, String name, Path stagingPath, FileAttribute<?>[] mode) {
        this.file = file;
        this.name = name;
        this.stagingPath = stagingPath;
        this.mode = mode;
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, bytes.length);
        file.requireIntact();
        try {
            if (count > SMALL_BYTES || !isStaging()) {
                append(length);
                file.write(bytes, offset, count);
            } else {
                if (length - file.length() + count > StagingFile.RING_BYTES) {
                    append(length - length % PIECE_BYTES);
                }
                Objects.requireNonNull(staging).put(length, bytes, offset, count);
            }
        } catch (IOException | RuntimeException | Error e) {
            file.fail(e);
            throw e;
        }
        length += count;
    }

    private boolean isStaging() throws IOException {
        if (smallWrites < MANY && ++smallWrites == MANY && staging == null) {
            staging = StagingFile.open(stagingPath, mode, name);
            if (staging != null) {
                // Where the file ends tells what is staged (StagingFile).
                file.cutOff();
            }
        }
        return staging != null;
    }

    /** Appends what is staged to the file itself, up to {@code end}. */
    private void append(long end) throws IOException {
        int missing = (int) (end - file.length());
        if (missing > 0) {
            byte[] bytes = new byte[missing];
            Objects.requireNonNull(staging).copy(file.length(), bytes);
            file.write(bytes, 0, missing);
        }
    }

    @Override
    public void sync() throws IOException {
        file.requireIntact();
        try {
            append(length);
        } catch (IOException | RuntimeException | Error e) {
            file.fail(e);
            throw e;
        }
        file.sync();
        smallWrites = 0;
    }

    @Override
    public void cutOff() throws IOException {
        file.cutOff();
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public String toString() {
        return file.toString();
    }

    /** What is staged is appended first; not after a failure, when it is for the next opening to do so. */
    @Override
    public void close() throws IOException {
        StagingFile closing = staging;
        try (file) {
            if (closing != null && file.isIntact()) {
                append(length);
            }
        } finally {
            staging = null;
            file.fail(new IOException("closed"));
            if (closing != null) {
                closing.close();
            }
        }
    }
}
