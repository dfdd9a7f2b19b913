package io.streambed.lsm.fs;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import org.jspecify.annotations.Nullable;

/**
 * Where the files of a directory that are written one after another have their last bytes staged: one {@link StagingFile} for all of them,
 * opened once there have been a few such bytes, and kept while any of the files is open. So whoever commits now and then, and
 * fills a log in between, has them staged as well.
 *
 * <p>It holds the bytes of one file at a time, of the one that is written to. To be opened and closed by any thread; the rest is for
 * the thread that writes.
 */
final class Staging {
    /** So many writes that could have been staged, without a sync, call for a staging file. */
    private static final int MANY = 8;

    private final Path path;
    private final FileAttribute<?>[] mode;

    /** Files that may stage something. Under this object's lock. */
    private int files;

    private int writes;
    private @Nullable StagingFile ring;
    private @Nullable StagedAppendFile owner;

    /** It cannot be opened, or holds what only the next process may touch. */
    private boolean unavailable;

    Staging(Path path, FileAttribute<?>[] mode) {
        this.path = path;
        this.mode = mode;
    }

    /** A file that may stage something is open from now on. */
    synchronized void opened() {
        files++;
    }

    /**
     * The ring for {@code file}, which is about to be written to; {@code null} if it is not staged this time.
     *
     * @param name what the file is called
     */
    @Nullable
    StagingFile lend(StagedAppendFile file, String name) throws IOException {
        StagingFile lent = ring;
        if (lent == null) {
            if (unavailable || ++writes < MANY) {
                return null;
            }
            lent = StagingFile.open(path, mode);
            ring = lent;
            if (lent == null) {
                unavailable = true;
                return null;
            }
        }
        return claim(file, name) ? lent : null;
    }

    /**
     * Makes the ring that there is {@code file}'s, before there is anything to stage: to do so takes as long as several commits.
     *
     * @return whether it is
     */
    boolean claim(StagedAppendFile file, String name) throws IOException {
        StagingFile free = ring;
        if (free != null && owner == null) {
            free.begin(name);
            owner = file;
        }
        return owner == file;
    }

    /** What was written was synced: as long as each such write is, staging spares nothing. */
    void synced() {
        writes = 0;
    }

    /**
     * The file is closed.
     *
     * @param isWhole whether it has all its bytes; else what is staged stays as it is, for the next process
     */
    synchronized void closed(StagedAppendFile file, boolean isWhole) {
        files--;
        if (owner == file) {
            owner = null;
            unavailable |= !isWhole;
        }
        StagingFile open = ring;
        if (open != null && owner == null && (files == 0 || unavailable)) {
            ring = null;
            writes = 0;
            open.close();
        }
    }
}
