package io.streambed.lsm.testing;

import io.streambed.lsm.fs.AppendFile;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.fs.ReadFile;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Passes everything on and writes down, in order, what changes a directory or makes it last. Several writes in a row are one. */
public final class TracingFileSystem implements FileSystem {
    private final FileSystem inner;
    private final List<String> trace = new ArrayList<>();

    /** Traces what is done to {@code inner}. */
    public TracingFileSystem(FileSystem inner) {
        this.inner = inner;
    }

    /** What was done since the last call. */
    public synchronized List<String> take() {
        List<String> taken = List.copyOf(trace);
        trace.clear();
        return taken;
    }

    private synchronized void did(String what) {
        if (trace.isEmpty()
                || !what.startsWith("write")
                || !trace.get(trace.size() - 1).equals(what)) {
            trace.add(what);
        }
    }

    @Override
    public AppendFile create(String name) throws IOException {
        AppendFile file = inner.create(name);
        did("create " + name);
        return new Traced(name, file);
    }

    @Override
    public ReadFile open(String name) throws IOException {
        return inner.open(name);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        inner.rename(from, to);
        did("rename " + from + " " + to);
    }

    @Override
    public void delete(String name) throws IOException {
        inner.delete(name);
        did("delete " + name);
    }

    @Override
    public List<String> list() throws IOException {
        return inner.list();
    }

    @Override
    public void syncDirectory() throws IOException {
        inner.syncDirectory();
        did("sync directory");
    }

    @Override
    public Closeable lock(String name) throws IOException {
        return inner.lock(name);
    }

    @Override
    public String toString() {
        return inner.toString();
    }

    private final class Traced implements AppendFile {
        private final String name;
        private final AppendFile file;

        Traced(String name, AppendFile file) {
            this.name = name;
            this.file = file;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            file.write(bytes, offset, length);
            did("write " + name);
        }

        @Override
        public void sync() throws IOException {
            file.sync();
            did("sync " + name);
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
