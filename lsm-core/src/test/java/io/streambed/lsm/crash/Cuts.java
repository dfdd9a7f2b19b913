package io.streambed.lsm.crash;

import io.streambed.lsm.LsmException;
import io.streambed.lsm.LsmOptions;
import io.streambed.lsm.fs.CrashMode;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.testing.LastOperations;
import io.streambed.lsm.testing.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * Runs a {@link Session} and cuts it off after file-system operations: by the end of the process, and by a loss of power in each
 * {@link CrashMode}. Each cut is recovered and compared with what was promised; then the work goes on for a little, and is cut
 * off again, down to {@link #DEEPEST}, also in the middle of the recovery.
 */
final class Cuts {
    private static final int DEEPEST = 3;
    private static final List<CrashMode> MODES = List.of(CrashMode.values());

    /** What a crash left, and what may be found in it. {@code mode} is null for the end of the process. */
    private record Cut(MemoryFileSystem files, History history, CrashMode mode, long operation) {
        @Override
        public String toString() {
            return (mode == null ? "kill" : "power loss " + mode) + " after file-system operation " + operation;
        }
    }

    private final LsmOptions options;
    private final Random random;
    private final LastOperations log = new LastOperations();
    private final List<Cut> pending = new ArrayList<>();
    private UnaryOperator<FileSystem> wrapper = UnaryOperator.identity();
    private int largestValue = 600;
    private int largestMetadata = 10;
    private long verified;

    Cuts(LsmOptions options, long seed) {
        this.options = options;
        this.random = new Random(Seeds.part(seed, 0));
    }

    /** What is put round every file system before the engine gets it: a bug on purpose. */
    Cuts wrapper(UnaryOperator<FileSystem> bug) {
        wrapper = bug;
        return this;
    }

    /** See {@link Session#largestValue}. */
    Cuts largestValue(int bytes) {
        largestValue = bytes;
        return this;
    }

    /** See {@link Session#largestMetadata}. */
    Cuts largestMetadata(int bytes) {
        largestMetadata = bytes;
        return this;
    }

    /** Number of cuts that were recovered and found right. */
    long verified() {
        return verified;
    }

    /**
     * One session of so many steps.
     *
     * @param every cuts after every so many file-system operations; if 1, also after each step
     */
    void run(int steps, int every) {
        MemoryFileSystem files = MemoryFileSystem.justMade();
        Session session = session(files, new History());
        files.onOperation(n -> {
            if (n % every == 0) {
                takeAll(files, session.history(), n);
            }
        });
        try {
            session.open(true);
            verifyPending();
            for (int i = 0; i < steps; i++) {
                session.step();
                // Whatever was acknowledged, was it written before?
                if (every == 1) {
                    pending.add(take(files, session.history(), null, files.operations()));
                    pending.add(take(files, session.history(), CrashMode.NONE, files.operations()));
                }
                verifyPending();
            }
            session.check();
            session.close();
            verifyPending();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(e.getMessage() + "\nafter" + log, e);
        }
    }

    private Session session(MemoryFileSystem files, History history) {
        return new Session(wrapper.apply(files), options, history, random, log)
                .largestValue(largestValue)
                .largestMetadata(largestMetadata);
    }

    private void takeAll(MemoryFileSystem files, History history, long operation) {
        pending.add(take(files, history, null, operation));
        for (CrashMode mode : MODES) {
            pending.add(take(files, history, mode, operation));
        }
    }

    private Cut take(MemoryFileSystem files, History history, CrashMode mode, long operation) {
        History copy = history.copy();
        if (mode == null) {
            return new Cut(files.afterKill(), copy, null, operation);
        }
        copy.powerWasLost();
        return new Cut(files.afterCrash(mode, random), copy, mode, operation);
    }

    private void verifyPending() {
        for (Cut cut : pending) {
            verify(cut, 1);
        }
        pending.clear();
    }

    private void verify(Cut cut, int depth) {
        Cut[] next = new Cut[1];
        log.add(() -> "---- depth " + depth + ": " + cut + " " + cut.files.list());
        try {
            Session session = session(cut.files, cut.history);
            cut.files.onOperation(n -> {
                // Each operation, be it recovery's or a later one's, is the place of the next cut with the same chance.
                if (depth < DEEPEST && random.nextInt((int) n) == 0) {
                    next[0] = take(cut.files, session.history(), anyMode(), n);
                }
            });
            session.open(cut.mode != null);
            int steps = random.nextInt(5);
            for (int i = 0; i < steps; i++) {
                session.step();
            }
            session.check();
            cut.files.onOperation(n -> {});
            session.close();
            if (cut.files.openHandles() != 0) {
                throw new AssertionError("open after close: " + cut.files.openHandleNames());
            }
            log.add(() -> "---- back from depth " + depth);
        } catch (LsmException | AssertionError e) {
            throw new AssertionError("depth " + depth + ", " + cut + ": " + e.getMessage(), e);
        }
        verified++;
        if (next[0] != null) {
            verify(next[0], depth + 1);
        }
    }

    /** One of the modes, or null for the end of the process. */
    private CrashMode anyMode() {
        int dice = random.nextInt(MODES.size() + 2);
        return dice < MODES.size() ? MODES.get(dice) : null;
    }
}
