package io.streambed.lsm.testing;

import io.streambed.lsm.fs.AppendFile;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.fs.ReadFile;
import java.io.IOException;

/** Syncs nothing: for tests that need real files, many of them, and no crash. */
public final class NoSync extends ForwardingFileSystem {
    private final FileSystem inner;

    /** All but the syncs goes to {@code inner}. */
    public NoSync(FileSystem inner) {
        super(inner);
        this.inner = inner;
    }

    @Override
    protected AppendFile watching(String name, AppendFile file) {
        return new File(file) {
            @Override
            public void sync() {}
        };
    }

    @Override
    public ReadFile openForRandomReads(String name) throws IOException {
        return inner.openForRandomReads(name);
    }

    @Override
    public void syncDirectory() {}

    @Override
    public void syncPath() {}
}
