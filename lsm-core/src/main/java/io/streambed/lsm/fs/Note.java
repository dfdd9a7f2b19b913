package io.streambed.lsm.fs;

import java.io.Closeable;
import java.io.IOException;

/**
 * A few bytes that outlive the process, and are void once the machine is started again or the directory is on another one: so they may tell
 * what only a loss of power can make untrue. Used by one thread at a time.
 */
public interface Note extends Closeable {
    /**
     * Puts these bytes in the place of those before. After {@link IOException} nobody knows which of them are there, or none.
     *
     * @param bytes at most 1 KiB
     */
    void write(byte[] bytes) throws IOException;

    /** Gives the handle back; the bytes stay. Closing twice is harmless. */
    @Override
    void close() throws IOException;
}
