package io.streambed.lsm;

import io.streambed.lsm.fs.CorruptFileException;
import io.streambed.lsm.fs.DirectoryInUseException;
import java.io.IOException;

/** Turns what the inside throws into what the public face throws. */
final class Errors {
    private Errors() {}

    /** What the caller can do about {@code cause}. */
    static LsmException.Kind kindOf(Throwable cause) {
        if (cause instanceof CorruptFileException) {
            return LsmException.Kind.CORRUPTION;
        }
        if (cause instanceof DirectoryInUseException) {
            return LsmException.Kind.IN_USE;
        }
        return LsmException.Kind.IO;
    }

    /** What every call after closing gets. */
    static LsmException closed(String tree) {
        return new LsmException(LsmException.Kind.CLOSED, "tree " + tree + " is closed");
    }

    /** An {@link LsmException} that says what was being done in which tree. */
    static LsmException wrap(String what, String tree, IOException cause) {
        return new LsmException(kindOf(cause), what + " tree " + tree + " failed: " + cause.getMessage(), cause);
    }
}
