package io.streambed.lsm.fs;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One directory of flat names, and the few things that an engine needs to do with the files in it.
 *
 * <p>Narrow on purpose (after Lucene's {@code Directory} and Okio's {@code FileSystem}): files are written from their beginning to
 * their end and then only read, there are no sub-directories and no attributes. Whatever a crash can do to a directory can therefore
 * be done by a test that implements this interface.
 *
 * <p>What survives a loss of power: the bytes of a file up to its last {@link AppendFile#sync()}, and the names as they were
 * at the last {@link #syncDirectory()}. What survives the end of the process: everything that was written.
 *
 * <p>Safe for use by several threads; one file is written by one thread at a time.
 */
public interface FileSystem {
    /**
     * Creates a file to append to.
     *
     * @throws java.nio.file.FileAlreadyExistsException if the name is taken; nothing is changed then
     */
    AppendFile create(String name) throws IOException;

    /**
     * Creates a file to append to by many small writes, few of which are synced; otherwise as {@link #create}. Its last bytes may be
     * kept in a file called {@code stagingName} until it is closed, where they survive the end of the process as well. One such file is
     * written at a time; after the end of a process {@link #completeStaged} comes before the first is created or read.
     */
    default AppendFile createStaged(String name, String stagingName) throws IOException {
        return create(name);
    }

    /**
     * Opens a file that nobody needs any more, to be written anew from its beginning on; otherwise as {@link #createStaged}. Its pages
     * are in memory and it has its place on disk, so to write it costs less than half of what a new file costs. Behind what is written
     * it goes on holding what it held, until {@link AppendFile#cutOff}: whoever reads it must know his own bytes, as after a loss of power.
     *
     * @throws java.nio.file.NoSuchFileException if there is none of that name
     */
    default AppendFile overwriteStaged(String name, String stagingName) throws IOException {
        delete(name);
        return createStaged(name, stagingName);
    }

    /**
     * Appends to the file that was written last with this {@code stagingName} what is still missing there, if its writer could not
     * close it. After a loss of power that may be any bytes, as unsynced ones of a file always may.
     */
    default void completeStaged(String stagingName) throws IOException {}

    /**
     * Opens a note of that name, to be written, one at a time; what was noted there before stays until then.
     *
     * @return {@code null} if none is kept here
     */
    default @Nullable Note openNote(String name) throws IOException {
        return null;
    }

    /** Notes these bytes under that name, if any are kept here: at most 1 KiB. */
    default void note(String name, byte[] bytes) throws IOException {
        try (Note note = openNote(name)) {
            if (note != null) {
                note.write(bytes);
            }
        }
    }

    /** What was noted there last; {@code null} if nothing was, it is void, or nobody can tell. */
    default byte @Nullable [] noted(String name) throws IOException {
        return null;
    }

    /**
     * Opens a file for reading.
     *
     * @throws java.nio.file.NoSuchFileException if there is none of that name
     */
    ReadFile open(String name) throws IOException;

    /**
     * Opens a file that does not change any more for many small reads at random places; otherwise as {@link #open}. It may be
     * mapped into memory, where it takes room in the operating system's page cache and none in the heap.
     */
    default ReadFile openForRandomReads(String name) throws IOException {
        return open(name);
    }

    /** Gives a file another name, replacing a file that has that name already; at no moment are both or neither there. */
    void rename(String from, String to) throws IOException;

    /**
     * Deletes a file. Open readers of it keep reading.
     *
     * @throws java.nio.file.NoSuchFileException if there is none of that name
     */
    void delete(String name) throws IOException;

    /** The names of all files, sorted. */
    List<String> list() throws IOException;

    /** Makes created, renamed and deleted names survive a loss of power. */
    void syncDirectory() throws IOException;

    /**
     * Makes the directory itself survive a loss of power, with those above it: to be called once, before the first file that must.
     * Nothing to be done where the directory cannot get lost.
     */
    default void syncPath() throws IOException {}

    /**
     * Takes the directory for this owner alone, against other processes and against other users in this one, until the
     * result is closed or the process ends. The file {@code name} is created if need be and stays behind.
     *
     * @throws DirectoryInUseException if somebody has it
     */
    Closeable lock(String name) throws IOException;

    /** Where this is, for messages: the path of the directory. */
    @Override
    String toString();
}
