package io.streambed.lsm.fs;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import org.jspecify.annotations.Nullable;

/**
 * A directory taken for one owner: against other processes by a lock of the operating system on a file, against this one by
 * an entry in a table.
 *
 * <p>The table is not there for convenience. A POSIX lock belongs to a process, and the process loses it when it closes
 * <em>any</em> descriptor of the file. A second opener in this process that opened the lock file, were refused, and closed
 * it again would leave the first one without its lock, and without notice. So a second opener must be turned away before
 * it touches the file, and while the lock is held the file is opened once.
 *
 * <p>The table has to be one for the process. A static field would be one for a class loader, and two web applications in
 * one container bring two of them; the system properties are the one map that all of them share. The value is a string, as
 * everybody expects of a property.
 */
final class DirectoryLock implements Closeable {
    private static final String TABLE_PREFIX = "io.streambed.lsm.lock:";
    private static final int LONGEST_OWNER = 20;
    private static final Path SELF = Path.of("/proc/self");

    private final String tableKey;
    private final RandomAccessFile file;
    private boolean closed;

    private DirectoryLock(String tableKey, RandomAccessFile file) {
        this.tableKey = tableKey;
        this.file = file;
    }

    /**
     * Takes {@code directory} by the file {@code lockFile}; both are real paths, so that one directory has one key.
     *
     * @throws DirectoryInUseException if somebody has it
     */
    static DirectoryLock take(Path directory, Path lockFile, FileAttribute<?>[] fileMode) throws IOException {
        String tableKey = TABLE_PREFIX + lockFile;
        String self = pid();
        if (System.getProperties().putIfAbsent(tableKey, self) != null) {
            throw inUse(directory, "this process (" + self + ")", "close it there first");
        }
        DirectoryLock lock = null;
        try {
            lock = takeFile(directory, lockFile, fileMode, tableKey, self);
            return lock;
        } finally {
            if (lock == null) {
                System.getProperties().remove(tableKey);
            }
        }
    }

    private static DirectoryLock takeFile(
            Path directory, Path lockFile, FileAttribute<?>[] fileMode, String tableKey, String self)
            throws IOException {
        if (!create(lockFile, fileMode) && !Files.isRegularFile(lockFile, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileSystemException(lockFile.toString(), null, "is not a regular file: remove it");
        }
        // Not a FileChannel of its own: the write below would close it, and drop the lock, if this thread were
        // interrupted.
        RandomAccessFile file = new RandomAccessFile(lockFile.toFile(), "rw");
        DirectoryLock lock = null;
        try {
            FileLock held = tryLock(file);
            if (held == null) {
                throw inUse(
                        directory,
                        "process " + owner(file),
                        "stop that process, or give this one a directory of its own");
            }
            // Always as long, so that nothing has to be cut off: on ext4 a file that is cut off is written to disk at
            // once when it is closed, and the next owner, who opens it right after that, waits for the disk.
            file.write(padded(self).getBytes(StandardCharsets.US_ASCII));
            lock = new DirectoryLock(tableKey, file);
            return lock;
        } finally {
            if (lock == null) {
                file.close();
            }
        }
    }

    /** Creates a file; false if something is there. Asks first, by what throws nothing: an exception takes longer than all else here. */
    private static boolean create(Path path, FileAttribute<?>[] mode) throws IOException {
        if (path.toFile().exists()) {
            return false;
        }
        try {
            Files.createFile(path, mode);
            return true;
        } catch (FileAlreadyExistsException e) {
            // Somebody else was faster, or it is a link to nowhere.
            return false;
        }
    }

    /** This process, for messages. By what Linux says of it, where that is so: {@link ProcessHandle} starts with a pool of threads. */
    private static String pid() {
        try {
            return Long.toString(Long.parseLong(Files.readSymbolicLink(SELF).toString()));
        } catch (IOException | UnsupportedOperationException | NumberFormatException e) {
            return Long.toString(ProcessHandle.current().pid());
        }
    }

    /** Null if somebody else has it. */
    private static @Nullable FileLock tryLock(RandomAccessFile file) throws IOException {
        try {
            return file.getChannel().tryLock();
        } catch (OverlappingFileLockException e) {
            // The same file under another path (a second mount of one disk): the table could not know.
            return null;
        }
    }

    private static String padded(String owner) {
        return owner + " ".repeat(LONGEST_OWNER - owner.length());
    }

    /** What the owner wrote about itself; it may be about to. */
    private static String owner(RandomAccessFile file) throws IOException {
        byte[] bytes = new byte[LONGEST_OWNER];
        int length = Math.max(0, file.read(bytes));
        String owner = new String(bytes, 0, length, StandardCharsets.US_ASCII).strip();
        return owner.matches("[0-9]+") ? owner : "unknown";
    }

    private static DirectoryInUseException inUse(Path directory, String owner, String advice) {
        return new DirectoryInUseException("directory " + directory + " is in use by " + owner + ": " + advice);
    }

    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        // The file first: whoever finds the table free must not find the file open.
        try {
            file.close();
        } finally {
            System.getProperties().remove(tableKey);
        }
    }
}
