package io.streambed.lsm.fs;

import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file on disk being written, whose last bytes are staged ({@link Staging}) where a short write ends in the middle of a piece, from where they
 * are appended as whole pieces: the page cache takes those faster, and a small commit, which is such a write, is a copy and no call.
 */
final class StagedAppendFile implements AppendFile {
    private static final int PIECE_BYTES = StagingFile.RING_BYTES / 4;

    /**
     * Longest write that is staged; beside a part of a piece there must be room for it. Longer ones made a commit shorter, and may be
     * what some puts then waited for (performance.md).
     */
    private static final int LONGEST_BYTES = 4 << 10;

    private final DiskAppendFile file;
    private final String name;
    private final Staging staging;

    /** Holds what is staged of this file, if anything ever was. */
    private @Nullable StagingFile ring;

    /** Where the file ends; what is behind {@code file.length()} is staged. */
    private long length;

    /** Something was written since the last sync that ended in the middle of a piece. */
    private boolean hasTail;

    private boolean closed;

    StagedAppendFile(DiskAppendFile file, String name, Staging staging) {
        this.file = file;
        this.name = name;
        this.staging = staging;
        staging.opened();
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, bytes.length);
        file.requireIntact();
        try {
            StagingFile lent = isTail(count) ? staging.lend(this, name) : null;
            if (lent == null) {
                append(length);
                file.write(bytes, offset, count);
                claim();
            } else {
                ring = lent;
                if (length - file.length() + count > StagingFile.RING_BYTES) {
                    append(length - length % PIECE_BYTES);
                }
                lent.put(length, bytes, offset, count);
            }
        } catch (IOException | RuntimeException | Error e) {
            file.fail(e);
            throw e;
        }
        length += count;
    }

    /** With the first piece, for the commit after it. Not with what a file begins with, as the file before it is written to then. */
    private void claim() throws IOException {
        if (ring == null && length > 0) {
            staging.claim(this, name);
        }
    }

    /** What a file begins with is none: it is written once, and by whatever thread makes the file. */
    private boolean isTail(int count) {
        boolean isTail = length > 0 && count <= LONGEST_BYTES && (length + count) % PIECE_BYTES != 0;
        hasTail |= isTail;
        return isTail;
    }

    /** Appends what is staged to the file itself, up to {@code end}. */
    private void append(long end) throws IOException {
        int missing = (int) (end - file.length());
        if (missing > 0) {
            byte[] bytes = new byte[missing];
            Objects.requireNonNull(ring).copy(file.length(), bytes);
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
        if (hasTail) {
            hasTail = false;
            staging.synced();
        }
    }

    @Override
    public long length() {
        return length;
    }

    /** What is staged is appended first; not after a failure, when it is for the next opening to do so. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try (file) {
            if (file.isIntact()) {
                append(length);
            }
        } finally {
            file.fail(new IOException("closed"));
            staging.closed(this, file.length() == length);
        }
    }
}
