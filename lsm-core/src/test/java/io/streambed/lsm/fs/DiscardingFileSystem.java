package io.streambed.lsm.fs;

import java.io.Closeable;
import java.nio.file.NoSuchFileException;
import java.util.List;

/** A file system whose files take everything and keep nothing: for what a writer itself costs. Nothing can be read. */
public final class DiscardingFileSystem implements FileSystem {
    @Override
    public AppendFile create(String name) {
        return new AppendFile() {
            private long length;

            @Override
            public void write(byte[] bytes, int offset, int count) {
                length += count;
            }

            @Override
            public void sync() {}

            @Override
            public long length() {
                return length;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public ReadFile open(String name) throws NoSuchFileException {
        throw new NoSuchFileException(name);
    }

    @Override
    public void rename(String from, String to) {}

    @Override
    public void delete(String name) {}

    @Override
    public List<String> list() {
        return List.of();
    }

    @Override
    public void syncDirectory() {}

    @Override
    public Closeable lock(String name) {
        return () -> {};
    }
}
