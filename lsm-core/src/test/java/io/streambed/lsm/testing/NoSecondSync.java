package io.streambed.lsm.testing;

import io.streambed.lsm.fs.AppendFile;
import io.streambed.lsm.fs.FileSystem;
import java.io.IOException;

/**
 * Passes everything on, and fails the test if a file is written to or synced again after that has failed once: the operating
 * system may have dropped the bytes, and a second sync that succeeds would prove nothing.
 */
public final class NoSecondSync extends ForwardingFileSystem {
    /** Watches over {@code inner}. */
    public NoSecondSync(FileSystem inner) {
        super(inner);
    }

    @Override
    protected AppendFile watching(String name, AppendFile file) {
        return new Watched(name, file);
    }

    private interface Step {
        void run() throws IOException;
    }

    private static final class Watched extends File {
        private final String name;
        private boolean failed;

        Watched(String name, AppendFile file) {
            super(file);
            this.name = name;
        }

        private void once(String what, Step step) throws IOException {
            refuseAfterFailure(what);
            failed = true;
            step.run();
            failed = false;
        }

        private void refuseAfterFailure(String what) {
            if (failed) {
                throw new AssertionError(what + " of " + name + " is tried again after a failure");
            }
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            once("write", () -> super.write(bytes, offset, length));
        }

        @Override
        public void sync() throws IOException {
            once("sync", super::sync);
        }

        @Override
        public void cutOff() throws IOException {
            // Not when writing has failed; but if this fails, every byte is where it was.
            refuseAfterFailure("cutting off");
            super.cutOff();
        }
    }
}
