package io.streambed.lsm.testing;

import io.streambed.lsm.fs.AppendFile;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.fs.Note;
import io.streambed.lsm.fs.ReadFile;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Passes everything on to another file system; the base of those that watch, or do something else in places. */
public class ForwardingFileSystem implements FileSystem {
    private final FileSystem inner;

    /** Passes everything on to {@code inner}. */
    public ForwardingFileSystem(FileSystem inner) {
        this.inner = inner;
    }

    @Override
    public AppendFile create(String name) throws IOException {
        return watching(name, inner.create(name));
    }

    /** What is given for a file that was opened to be written. */
    protected AppendFile watching(String name, AppendFile file) {
        return file;
    }

    @Override
    public AppendFile overwriteStaged(String name, String stagingName) throws IOException {
        return watching(name, inner.overwriteStaged(name, stagingName));
    }

    @Override
    public void completeStaged(String stagingName) throws IOException {
        inner.completeStaged(stagingName);
    }

    @Override
    public @Nullable Note openNote(String name) throws IOException {
        return inner.openNote(name);
    }

    @Override
    public byte @Nullable [] noted(String name) throws IOException {
        return inner.noted(name);
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
    public void syncPath() throws IOException {
        inner.syncPath();
    }

    @Override
    public Closeable lock(String name) throws IOException {
        return inner.lock(name);
    }

    @Override
    public String toString() {
        return inner.toString();
    }

    /** The same for a file. */
    public static class File implements AppendFile {
        private final AppendFile file;

        /** Passes everything on to {@code file}. */
        public File(AppendFile file) {
            this.file = file;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            file.write(bytes, offset, length);
        }

        @Override
        public void sync() throws IOException {
            file.sync();
        }

        @Override
        public void cutOff() throws IOException {
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
}
