package io.streambed.lsm.fs;

import java.io.Closeable;
import java.io.IOException;

/**
 * A file being written, from its beginning on. Used by one thread at a time. After any method has thrown {@link
 * IOException} the content of the file is unknown, and only {@link #close()} may follow.
 */
public interface AppendFile extends Closeable {
    /** Appends all of the bytes; they have reached the operating system when this returns. */
    void write(byte[] bytes, int offset, int length) throws IOException;

    /** Makes everything written so far survive a loss of power. After a failure it must not be tried again. */
    void sync() throws IOException;

    /**
     * Has the file end where its writes end, from here on. It does so anyway unless it was opened by {@link FileSystem#overwriteStaged}. Not
     * synced: after a loss of power there may be more.
     */
    default void cutOff() throws IOException {}

    /** Number of bytes written so far. */
    long length();

    /** Gives the handle back; does not sync. Closing twice is harmless. */
    @Override
    void close() throws IOException;
}
