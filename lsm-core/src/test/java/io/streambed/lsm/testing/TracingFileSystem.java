package io.streambed.lsm.testing;

import io.streambed.lsm.fs.AppendFile;
import io.streambed.lsm.fs.FileSystem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Passes everything on and writes down, in order, what changes a directory or makes it last. Several writes in a row are one. */
public final class TracingFileSystem extends ForwardingFileSystem {
    private final List<String> trace = new ArrayList<>();

    /** Traces what is done to {@code inner}. */
    public TracingFileSystem(FileSystem inner) {
        super(inner);
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
        AppendFile file = super.create(name);
        did("create " + name);
        return file;
    }

    @Override
    public AppendFile overwriteStaged(String name, String stagingName) throws IOException {
        AppendFile file = super.overwriteStaged(name, stagingName);
        did("overwrite " + name);
        return file;
    }

    @Override
    protected AppendFile watching(String name, AppendFile file) {
        return new File(file) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                super.write(bytes, offset, length);
                did("write " + name);
            }

            @Override
            public void sync() throws IOException {
                super.sync();
                did("sync " + name);
            }

            @Override
            public void cutOff() throws IOException {
                super.cutOff();
                did("cut " + name);
            }
        };
    }

    @Override
    public void rename(String from, String to) throws IOException {
        super.rename(from, to);
        did("rename " + from + " " + to);
    }

    @Override
    public void delete(String name) throws IOException {
        super.delete(name);
        did("delete " + name);
    }

    @Override
    public void syncDirectory() throws IOException {
        super.syncDirectory();
        did("sync directory");
    }

    @Override
    public void syncPath() throws IOException {
        super.syncPath();
        did("sync path");
    }
}
