package io.streambed.lsm.fs;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A directory on disk.
 *
 * <p>Files are for their owner alone (mode 0600, a directory made here 0700), from their creation on, where the platform
 * knows such modes. A symbolic link that somebody put in the place of a file is never followed: opening it fails, deleting or
 * replacing it hits the link alone. Sub-directories are not seen.
 *
 * <p>{@link Thread#interrupt()} harms nothing here: no call fails for it, no other thread's call fails for it, and the
 * thread stays interrupted. One limit to that: a reader that is interrupted in the middle of a read must open its file once
 * more, and fails with {@link java.nio.file.NoSuchFileException} if the file has been deleted meanwhile.
 */
public final class DiskFileSystem implements FileSystem {
    /** There a directory can be neither opened nor synced; the file system's own journal has to do. */
    private static final boolean DIRECTORIES_CANNOT_BE_SYNCED = File.separatorChar == '\\';

    private final Path directory;
    private final FileAttribute<?>[] fileMode;

    /** What the time since the machine was started is called, if anything. */
    private final @Nullable String boot;

    private DiskFileSystem(Path directory, @Nullable String boot) {
        this.directory = directory;
        this.boot = boot;
        this.fileMode = mode(directory, "rw-------");
    }

    /**
     * The file system in {@code directory}, which is made, with its parents, if it is not there.
     *
     * @throws IOException if it cannot be made, is a file, or may not be written to by this user; nothing is left behind
     *     except parents that could be made
     */
    public static DiskFileSystem at(Path directory) throws IOException {
        return at(directory, NoteFile.boot());
    }

    /** The same, at a time that is called so. */
    static DiskFileSystem at(Path directory, @Nullable String boot) throws IOException {
        Path absolute = directory.toAbsolutePath().normalize();
        makeDirectory(absolute);
        if (!Files.isWritable(absolute)) {
            throw new FileSystemException(
                    absolute.toString(),
                    null,
                    "this user may not write to the directory: change its mode or its owner");
        }
        // From here on a link on the way that is bent elsewhere cannot split one directory into two.
        return new DiskFileSystem(absolute.toRealPath(), boot);
    }

    @Override
    public AppendFile create(String name) throws IOException {
        return createFile(name);
    }

    private DiskAppendFile createFile(String name) throws IOException {
        Path path = resolve(name);
        // Exclusively and with the right mode first, which follows no link; only then in a way that knows neither.
        // Not a FileChannel: an interrupt would close it, and what had reached the file by then nobody could tell.
        Files.createFile(path, fileMode);
        return DiskAppendFile.empty(path);
    }

    @Override
    public AppendFile createStaged(String name, String stagingName) throws IOException {
        Path staging = resolve(stagingName);
        return new StagedAppendFile(createFile(name), name, staging, fileMode);
    }

    @Override
    public AppendFile overwriteStaged(String name, String stagingName) throws IOException {
        Path path = resolve(name);
        Path staging = resolve(stagingName);
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(path.toString(), null, "is no file that could be written over");
        }
        return new StagedAppendFile(DiskAppendFile.over(path), name, staging, fileMode);
    }

    @Override
    public void completeStaged(String stagingName) throws IOException {
        StagingFile.complete(directory, resolve(stagingName));
    }

    @Override
    public @Nullable Note openNote(String name) throws IOException {
        return boot == null ? null : NoteFile.open(resolve(name), fileMode, boot);
    }

    @Override
    public byte @Nullable [] noted(String name) throws IOException {
        return boot == null ? null : NoteFile.read(resolve(name), boot);
    }

    @Override
    public ReadFile open(String name) throws IOException {
        return new DiskReadFile(resolve(name));
    }

    @Override
    public ReadFile openForRandomReads(String name) throws IOException {
        Path path = resolve(name);
        ReadFile plain = new DiskReadFile(path);
        if (!Mapping.isSupported(plain.length())) {
            return plain;
        }
        // Mapping fails on an interrupted thread, and where address space or the number of mappings runs out. Neither
        // is a reason to fail: the plain file reads the same bytes.
        boolean interrupted = Thread.interrupted();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            ReadFile mapped = new MappedReadFile(path, channel, plain.length());
            plain.close();
            return mapped;
        } catch (IOException e) {
            return plain;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(resolve(from), resolve(to), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(String name) throws IOException {
        Path path = resolve(name);
        if (isDirectory(path)) {
            throw new FileSystemException(path.toString(), null, "is a directory, not a file");
        }
        Files.delete(path);
    }

    @Override
    public List<String> list() throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (ValidName.isValid(name) && !isDirectory(entry)) {
                    names.add(name);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        Collections.sort(names);
        return names;
    }

    @Override
    public void syncDirectory() throws IOException {
        sync(directory);
    }

    /**
     * Syncs every directory on the way here that may have got a new name: not only by this object, as somebody else may have made
     * some of them (Kafka Streams makes those of its tasks) and synced none. What a directory is called that stands where this user may
     * not write, or that another file system is mounted on, was settled before.
     */
    @Override
    public void syncPath() throws IOException {
        Object device = device(directory);
        for (Path parent = directory.getParent(); parent != null; parent = parent.getParent()) {
            if (!Files.isWritable(parent) || !Files.isReadable(parent) || !Objects.equals(device, device(parent))) {
                break;
            }
            sync(parent);
        }
    }

    @Override
    public Closeable lock(String name) throws IOException {
        return DirectoryLock.take(directory, resolve(name), fileMode);
    }

    @Override
    public String toString() {
        return directory.toString();
    }

    private Path resolve(String name) {
        return directory.resolve(ValidName.check(name));
    }

    /** Makes a directory and whatever is missing above it. Their names are synced by {@link #syncPath}, once it matters. */
    private static void makeDirectory(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            return;
        }
        Path parent = path.getParent();
        if (parent != null) {
            makeDirectory(parent);
        }
        try {
            Files.createDirectory(path, mode(path, "rwx------"));
        } catch (FileAlreadyExistsException e) {
            if (Files.isDirectory(path)) {
                return; // another thread was faster
            }
            FileSystemException refused =
                    new FileSystemException(path.toString(), null, "is in the way: a directory is needed here");
            refused.initCause(e);
            throw refused;
        }
    }

    /**
     * Through an asynchronous channel although nothing here is asynchronous: its {@code force} runs on this thread, and an
     * interrupt does not touch it. {@link java.nio.channels.FileChannel#force} fails for an interrupt in place of an I/O
     * error that came with it; to sync again after that would be to try a failed sync twice.
     */
    private static void sync(Path directory) throws IOException {
        if (DIRECTORIES_CANNOT_BE_SYNCED) {
            return;
        }
        try (AsynchronousFileChannel channel = AsynchronousFileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** The file system that a directory is on, where the platform tells. */
    private static @Nullable Object device(Path path) throws IOException {
        return path.getFileSystem().supportedFileAttributeViews().contains("unix")
                ? Files.getAttribute(path, "unix:dev")
                : null;
    }

    private static boolean isDirectory(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static FileAttribute<?>[] mode(Path path, String mode) {
        if (!path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return new FileAttribute<?>[0];
        }
        return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))};
    }
}
