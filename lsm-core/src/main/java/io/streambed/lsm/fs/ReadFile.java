package io.streambed.lsm.fs;

import java.io.Closeable;
import java.io.IOException;

/** A file being read, at any place, by any number of threads. An interrupted thread reads on and stays interrupted. */
public interface ReadFile extends Closeable {
    /** Number of bytes in the file when it was opened. */
    long length();

    /** Whether the file is mapped into memory: a read is a copy then, from the operating system's page cache. */
    default boolean isMapped() {
        return false;
    }

    /**
     * Fills {@code length} bytes of {@code target} from {@code position} of the file.
     *
     * @throws java.io.EOFException if the file ends before that
     * @throws java.nio.channels.ClosedChannelException after {@link #close()}
     */
    void readFully(long position, byte[] target, int offset, int length) throws IOException;

    /** Gives the handle back; reads under way end first or fail. Closing twice is harmless. */
    @Override
    void close() throws IOException;
}
