package io.streambed.lsm.fs;

import java.io.IOException;

/** Bytes in a file that are not those that were written there. Reading them again will not help. */
public final class CorruptFileException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final long offset;

    /**
     * @param file name of the file within its directory
     * @param offset where in the file the wrong bytes begin
     * @param detail what was expected and what was found; never keys or values
     */
    public CorruptFileException(String file, long offset, String detail) {
        super("corrupt file " + file + " at offset " + offset + ": " + detail);
        this.file = file;
        this.offset = offset;
    }

    /** As the other constructor, with the decoding error that showed it. */
    public CorruptFileException(String file, long offset, IOException cause) {
        this(file, offset, String.valueOf(cause.getMessage()));
        initCause(cause);
    }

    /** Name of the file within its directory. */
    public String file() {
        return file;
    }

    /** Where in the file the wrong bytes begin. */
    public long offset() {
        return offset;
    }
}
