package io.streambed.lsm.fs;

import java.io.IOException;

/** A directory is open elsewhere, in this process or in another one. */
public final class DirectoryInUseException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param message names the directory, its owner as far as known, and what to do */
    public DirectoryInUseException(String message) {
        super(message);
    }
}
