package io.streambed.lsm.fs;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A directory in memory that can lose its power. It knows of each file which writes were synced, and of the directory which
 * changes of names were, and {@link #afterCrash} shows what may be left of the rest.
 *
 * <p>An image is another file system: this one goes on as if nothing had happened, so a test can take one after every
 * operation of a single run ({@link #onOperation}). Safe for use by several threads.
 */
public final class MemoryFileSystem implements FileSystem {
    /** A change of names: {@code removed} went, {@code added} came with this file. A rename is both at once. */
    private record Change(
            @Nullable String removed, @Nullable String added, MemoryFile file) {
        void applyTo(Map<String, MemoryFile> names, UnaryOperator<MemoryFile> image) {
            if (removed != null) {
                names.remove(removed);
            }
            if (added != null) {
                names.put(added, image.apply(file));
            }
        }
    }

    private final TreeMap<String, MemoryFile> files = new TreeMap<>();
    private final TreeMap<String, MemoryFile> syncedNames = new TreeMap<>();
    private final List<Change> unsyncedChanges = new ArrayList<>();
    private final Map<String, Object> locks = new TreeMap<>();
    private final IdentityHashMap<Handle, String> openHandles = new IdentityHashMap<>();
    private final Map<String, byte[]> notes = new TreeMap<>();
    private LongConsumer hook = n -> {};
    private boolean mapped;
    private boolean pathSynced = true;
    private long operations;

    /** A directory that was made just now: as long as {@link #syncPath} was not called it may get lost as a whole. */
    public static MemoryFileSystem justMade() {
        MemoryFileSystem files = new MemoryFileSystem();
        files.pathSynced = false;
        return files;
    }

    /** Reads are said to be no more than copies, as those of mapped files are. What they give is the same. */
    public synchronized void pretendToMap() {
        mapped = true;
    }

    /** What a loss of power at this moment leaves; the image is synced. The seed is the caller's, so that it can repeat. */
    public synchronized MemoryFileSystem afterCrash(CrashMode mode, Random random) {
        // Small seeds of Random begin much alike, so that tests with seeds 1, 2, 3 would all lose the same; these do
        // not.
        RandomGenerator spread = new SplittableRandom(random.nextLong());
        if (!pathSynced && isPathLost(mode, spread)) {
            return justMade();
        }
        UnaryOperator<MemoryFile> image = remembering(file -> file.afterCrash(mode, spread));
        MemoryFileSystem after = new MemoryFileSystem();
        syncedNames.forEach((name, file) -> after.files.put(name, image.apply(file)));
        for (Change change : surviving(mode, spread)) {
            change.applyTo(after.files, image);
        }
        after.syncedNames.putAll(after.files);
        return after;
    }

    /** What the death of the process at this moment leaves: all that was written, no locks, and nothing more synced than before. */
    public synchronized MemoryFileSystem afterKill() {
        UnaryOperator<MemoryFile> image = remembering(MemoryFile::afterKill);
        MemoryFileSystem after = new MemoryFileSystem();
        after.pathSynced = pathSynced;
        after.notes.putAll(notes);
        files.forEach((name, file) -> after.files.put(name, image.apply(file)));
        syncedNames.forEach((name, file) -> after.syncedNames.put(name, image.apply(file)));
        for (Change change : unsyncedChanges) {
            after.unsyncedChanges.add(new Change(change.removed, change.added, image.apply(change.file)));
        }
        return after;
    }

    /**
     * Number of operations so far that changed what a crash could leave: create, write, note, sync, rename, delete, syncDirectory
     * and syncPath, if they succeeded.
     */
    public synchronized long operations() {
        return operations;
    }

    /**
     * Calls {@code newHook} after each operation that counts, with its number, 1 for the first. It is called by the thread that
     * did the operation, before any other thread can do one; so it may take images, but must not wait for other threads.
     */
    public synchronized void onOperation(LongConsumer newHook) {
        this.hook = newHook;
    }

    /** Number of files and locks that have been opened and not been closed. */
    public synchronized int openHandles() {
        return openHandles.size();
    }

    /** Names of the files and locks that have been opened and not been closed, once for each handle. */
    public synchronized List<String> openHandleNames() {
        return openHandles.values().stream().sorted().toList();
    }

    /** All bytes of a file, for a test to look at. */
    public synchronized byte[] content(String name) throws IOException {
        return find(name).content();
    }

    /** Puts a file of these bytes in place, synced, whether or not there was one: damage, from a test's hand. Not counted. */
    public synchronized void setContent(String name, byte[] content) {
        MemoryFile file = MemoryFile.of(content);
        files.put(ValidName.check(name), file);
        syncedNames.put(name, file);
        unsyncedChanges.removeIf(change -> name.equals(change.added) || name.equals(change.removed));
    }

    @Override
    public synchronized AppendFile create(String name) throws IOException {
        if (files.containsKey(ValidName.check(name))) {
            throw new FileAlreadyExistsException(name);
        }
        MemoryFile file = new MemoryFile();
        files.put(name, file);
        unsyncedChanges.add(new Change(null, name, file));
        AppendFile handle = new Writer(name, file);
        counted();
        return handle;
    }

    @Override
    public synchronized AppendFile overwriteStaged(String name, String stagingName) throws IOException {
        MemoryFile file = find(name);
        file.writeOver();
        return new Writer(name, file);
    }

    @Override
    public synchronized Note openNote(String name) {
        return new NoteWriter(ValidName.check(name));
    }

    @Override
    public synchronized void note(String name, byte[] bytes) {
        notes.put(ValidName.check(name), bytes.clone());
        counted();
    }

    @Override
    public synchronized byte @Nullable [] noted(String name) {
        byte[] note = notes.get(ValidName.check(name));
        return note == null ? null : note.clone();
    }

    @Override
    public synchronized ReadFile open(String name) throws IOException {
        return new Reader(name, find(name));
    }

    @Override
    public synchronized void rename(String from, String to) throws IOException {
        ValidName.check(to);
        MemoryFile file = find(from);
        files.remove(from);
        files.put(to, file);
        unsyncedChanges.add(new Change(from, to, file));
        counted();
    }

    @Override
    public synchronized void delete(String name) throws IOException {
        MemoryFile file = find(name);
        files.remove(name);
        unsyncedChanges.add(new Change(name, null, file));
        counted();
    }

    @Override
    public synchronized List<String> list() {
        return List.copyOf(files.keySet());
    }

    @Override
    public synchronized void syncDirectory() {
        syncedNames.clear();
        syncedNames.putAll(files);
        unsyncedChanges.clear();
        counted();
    }

    @Override
    public synchronized void syncPath() {
        pathSynced = true;
        counted();
    }

    @Override
    public synchronized Closeable lock(String name) throws IOException {
        if (locks.containsKey(ValidName.check(name))) {
            throw new DirectoryInUseException("directory " + this + " is in use by this test: close it there first");
        }
        files.computeIfAbsent(name, n -> {
            MemoryFile file = new MemoryFile();
            unsyncedChanges.add(new Change(null, n, file));
            return file;
        });
        Lock lock = new Lock(name);
        locks.put(name, lock);
        return lock;
    }

    @Override
    public String toString() {
        return "memory";
    }

    private static boolean isPathLost(CrashMode mode, RandomGenerator random) {
        return switch (mode) {
            case NONE -> true;
            case ALL, ZEROED, RENAME_KEPT_DATA_LOST -> false;
            case RANDOM_PREFIX, RANDOM_SECTORS -> random.nextBoolean();
        };
    }

    private List<Change> surviving(CrashMode mode, RandomGenerator random) {
        return switch (mode) {
            case NONE -> List.of();
            case ALL, ZEROED, RENAME_KEPT_DATA_LOST -> unsyncedChanges;
            case RANDOM_PREFIX -> unsyncedChanges.subList(0, random.nextInt(unsyncedChanges.size() + 1));
            case RANDOM_SECTORS ->
                unsyncedChanges.stream().filter(change -> random.nextBoolean()).toList();
        };
    }

    /** One image for one file, however often a file is named. */
    private static UnaryOperator<MemoryFile> remembering(UnaryOperator<MemoryFile> image) {
        IdentityHashMap<MemoryFile, MemoryFile> images = new IdentityHashMap<>();
        return file -> images.computeIfAbsent(file, image);
    }

    private MemoryFile find(String name) throws IOException {
        MemoryFile file = files.get(ValidName.check(name));
        if (file == null) {
            throw new NoSuchFileException(name);
        }
        return file;
    }

    private void counted() {
        hook.accept(++operations);
    }

    private abstract class Handle implements Closeable {
        final String name;

        Handle(String name) {
            this.name = name;
            openHandles.put(this, name);
        }

        final void requireOpen() throws IOException {
            synchronized (MemoryFileSystem.this) {
                if (!openHandles.containsKey(this)) {
                    throw new ClosedChannelException();
                }
            }
        }

        @Override
        public void close() {
            synchronized (MemoryFileSystem.this) {
                openHandles.remove(this);
            }
        }
    }

    private final class Lock extends Handle {
        Lock(String name) {
            super(name);
        }

        @Override
        public void close() {
            synchronized (MemoryFileSystem.this) {
                locks.remove(name, this);
                super.close();
            }
        }
    }

    private final class Writer extends Handle implements AppendFile {
        private final MemoryFile file;

        Writer(String name, MemoryFile file) {
            super(name);
            this.file = file;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            synchronized (MemoryFileSystem.this) {
                requireOpen();
                file.append(bytes, offset, length);
                counted();
            }
        }

        @Override
        public void sync() throws IOException {
            synchronized (MemoryFileSystem.this) {
                requireOpen();
                file.sync();
                counted();
            }
        }

        @Override
        public void cutOff() throws IOException {
            synchronized (MemoryFileSystem.this) {
                requireOpen();
                file.cutOff();
                counted();
            }
        }

        @Override
        public long length() {
            return file.length();
        }
    }

    private final class NoteWriter extends Handle implements Note {
        NoteWriter(String name) {
            super(name);
        }

        @Override
        public void write(byte[] bytes) throws IOException {
            synchronized (MemoryFileSystem.this) {
                requireOpen();
                note(name, bytes);
            }
        }
    }

    private final class Reader extends Handle implements ReadFile {
        private final MemoryFile file;
        private final long length;
        private final boolean isMapped = mapped;

        Reader(String name, MemoryFile file) {
            super(name);
            this.file = file;
            this.length = file.end();
        }

        @Override
        public boolean isMapped() {
            return isMapped;
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public void readFully(long position, byte[] target, int offset, int count) throws IOException {
            Objects.checkFromIndexSize(offset, count, target.length);
            requireOpen();
            if (!file.read(position, target, offset, count)) {
                throw new EOFException(
                        "file " + name + " ends before " + (position + count) + ", where a read was to end");
            }
        }
    }
}
