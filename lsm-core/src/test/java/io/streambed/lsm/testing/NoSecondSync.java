package io.streambed.lsm.testing;

import io.streambed.lsm.fs.AppendFile;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.fs.ReadFile;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * Passes everything on, and fails the test if a file is written to or synced again after that has failed once: the operating
 * system may have dropped the bytes, and a second sync that succeeds would prove nothing.
 */
public final class NoSecondSync implements FileSystem {
    private final FileSystem inner;

    /** Watches over {@code inner}. */
    public NoSecondSync(FileSystem inner) {
        this.inner = inner;
    }

    @Override
    public AppendFile create(String name) throws IOException {
        return new Watched(name, inner.create(name));
    }

    @Override
    public ReadFile open(String name) throws IOException {
        return inner.open(name);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        inner.rename(from, to);
    }

    @Override
    public void delete(String name) throws IOException {
        inner.delete(name);
    }

    @Override
    public List<String> list() throws IOException {
        return inner.list();
    }

    @Override
    public void syncDirectory() throws IOException {
        inner.syncDirectory();
    }

    @Override
    public Closeable lock(String name) throws IOException {
        return inner.lock(name);
    }

    @Override
    public String toString() {
        return inner.toString();
    }

    private interface Step {
        void run() throws IOException;
    }

    private static final class Watched implements AppendFile {
        private final String name;
        private final AppendFile file;
        private boolean failed;

        Watched(String name, AppendFile file) {
            this.name = name;
            this.file = file;
        }

        private void once(String what, Step step) throws IOException {
            if (failed) {
                throw new AssertionError(what + " of " + name + " is tried again after a failure");
            }
            failed = true;
            step.run();
            failed = false;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            once("write", () -> file.write(bytes, offset, length));
        }

        @Override
        public void sync() throws IOException {
            once("sync", file::sync);
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
}
