package io.streambed.lsm.fs;

import io.streambed.lsm.fs.Fault.Operation;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file system over another that fails when it is told to: the n-th operation of some kinds, once or from then on, before
 * it has done anything or after a part of a write. What it does not fail it passes on, and it counts everything. Safe for
 * use by several threads.
 *
 * <pre>{@code
 * fs.inject(Fault.on(Operation.SYNC).nth(2).forEver("No space left on device"));
 * fs.inject(Fault.on(Operation.WRITE).nth(5).inFile(name -> name.endsWith(".log")).afterBytes(3).once("I/O error"));
 * }</pre>
 */
public final class FaultFileSystem implements FileSystem {
    private final FileSystem inner;
    private final Map<Operation, Long> counts = new EnumMap<>(Operation.class);
    private final List<Armed> faults = new ArrayList<>();
    private long failures;

    /** Without faults, until some are injected. */
    public FaultFileSystem(FileSystem inner) {
        this.inner = inner;
    }

    /** Adds a fault; its n-th operation is counted from now on. */
    public synchronized void inject(Fault fault) {
        faults.add(new Armed(fault));
    }

    /** Takes all faults away: space has been freed, the disk is back. */
    public synchronized void heal() {
        faults.clear();
    }

    /** Number of operations of that kind so far, failed ones included. */
    public synchronized long count(Operation operation) {
        return counts.getOrDefault(operation, 0L);
    }

    /** Number of operations so far, failed ones included. */
    public synchronized long count() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Number of operations that were made to fail: 0 tells a loop over n that it is through. */
    public synchronized long failures() {
        return failures;
    }

    @Override
    public AppendFile create(String name) throws IOException {
        before(Operation.CREATE, name);
        return new Writer(name, inner.create(name));
    }

    @Override
    public AppendFile overwriteStaged(String name, String stagingName) throws IOException {
        before(Operation.OPEN, name);
        return new Writer(name, inner.overwriteStaged(name, stagingName));
    }

    @Override
    public @Nullable Note openNote(String name) throws IOException {
        before(Operation.OPEN, name);
        Note note = inner.openNote(name);
        return note == null ? null : new FaultyNote(name, note);
    }

    @Override
    public byte @Nullable [] noted(String name) throws IOException {
        before(Operation.READ, name);
        return inner.noted(name);
    }

    @Override
    public ReadFile open(String name) throws IOException {
        before(Operation.OPEN, name);
        return new Reader(name, inner.open(name));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        before(Operation.RENAME, to);
        inner.rename(from, to);
    }

    @Override
    public void delete(String name) throws IOException {
        before(Operation.DELETE, name);
        inner.delete(name);
    }

    @Override
    public List<String> list() throws IOException {
        before(Operation.LIST, "");
        return inner.list();
    }

    @Override
    public void syncDirectory() throws IOException {
        before(Operation.SYNC_DIRECTORY, "");
        inner.syncDirectory();
    }

    @Override
    public void syncPath() throws IOException {
        before(Operation.SYNC_DIRECTORY, "");
        inner.syncPath();
    }

    @Override
    public Closeable lock(String name) throws IOException {
        before(Operation.LOCK, name);
        return inner.lock(name);
    }

    @Override
    public String toString() {
        return inner.toString();
    }

    private void before(Operation operation, String name) throws IOException {
        Fault fault = meet(operation, name);
        if (fault != null) {
            throw fault.failure(name);
        }
    }

    /** The fault that this operation meets, or null; every fault that it could meet has counted it. */
    private synchronized @Nullable Fault meet(Operation operation, String name) {
        counts.merge(operation, 1L, Long::sum);
        Fault met = null;
        for (Armed armed : faults) {
            if (armed.strikes(operation, name) && met == null) {
                met = armed.fault;
                failures++;
            }
        }
        faults.removeIf(Armed::isOver);
        return met;
    }

    private final class Writer implements AppendFile {
        private final String name;
        private final AppendFile file;

        Writer(String name, AppendFile file) {
            this.name = name;
            this.file = file;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            Fault fault = meet(Operation.WRITE, name);
            if (fault != null) {
                int part = Math.min(length, fault.bytesBefore());
                if (part > 0) {
                    file.write(bytes, offset, part);
                }
                throw fault.failure(name);
            }
            file.write(bytes, offset, length);
        }

        @Override
        public void sync() throws IOException {
            before(Operation.SYNC, name);
            file.sync();
        }

        @Override
        public void cutOff() throws IOException {
            before(Operation.CUT_OFF, name);
            file.cutOff();
        }

        @Override
        public long length() {
            return file.length();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    private final class FaultyNote implements Note {
        private final String name;
        private final Note note;

        FaultyNote(String name, Note note) {
            this.name = name;
            this.note = note;
        }

        @Override
        public void write(byte[] bytes) throws IOException {
            before(Operation.WRITE, name);
            note.write(bytes);
        }

        @Override
        public void close() throws IOException {
            note.close();
        }
    }

    private final class Reader implements ReadFile {
        private final String name;
        private final ReadFile file;

        Reader(String name, ReadFile file) {
            this.name = name;
            this.file = file;
        }

        @Override
        public long length() {
            return file.length();
        }

        @Override
        public void readFully(long position, byte[] target, int offset, int length) throws IOException {
            before(Operation.READ, name);
            file.readFully(position, target, offset, length);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    /** A fault that has been injected, and how many operations it has counted since. */
    private static final class Armed {
        private final Fault fault;
        private long seen;

        Armed(Fault fault) {
            this.fault = fault;
        }

        boolean strikes(Operation operation, String name) {
            if (!fault.operations().contains(operation) || !fault.files().test(name)) {
                return false;
            }
            seen++;
            return seen == fault.nth() || (fault.forEver() && seen > fault.nth());
        }

        boolean isOver() {
            return !fault.forEver() && seen >= fault.nth();
        }
    }
}
