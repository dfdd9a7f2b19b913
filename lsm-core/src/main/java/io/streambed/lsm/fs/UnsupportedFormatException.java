package io.streambed.lsm.fs;

import java.io.IOException;

/**
 * A file that a newer release wrote. It is not damaged, and must not be treated as if it were: the release that wrote it, or
 * a later one, reads it.
 */
public final class UnsupportedFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * @param file name of the file within its directory
     * @param written the format that the file says it has
     * @param read the newest format that this release reads
     */
    public UnsupportedFormatException(String file, long written, long read) {
        super("file " + file + " was written by format " + written + ", this release reads up to " + read
                + ": use the release that wrote it, or a later one");
    }

    /**
     * @param file name of the file within its directory
     * @param detail what this release does not know, a kind or a flag, and where it stands
     */
    public UnsupportedFormatException(String file, String detail) {
        super("file " + file + " was written by a newer release: " + detail);
    }
}
