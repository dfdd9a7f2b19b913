package io.streambed.lsm;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.fs.CorruptFileException;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.internal.entry.EntryKind;
import io.streambed.lsm.internal.log.WalReader;
import io.streambed.lsm.internal.memtable.Memtable;
import io.streambed.lsm.internal.version.FileNames;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Reads what the logs hold up to the last commit into a memtable. Recovery has found that commit, so nothing is left to decide here; only to
 * be done, once for a process that opens one store after the other. It may not have looked at what is before the {@link CommitMark}: if that
 * is damaged, this fails, and the next opening looks at all of it.
 *
 * <p>Where much is to be read, opening does not wait for it, but the first that asks for the memtable ({@link Versions#view}). Who only
 * writes, as who restores does, needs nothing of it: such a memtable is sealed from the beginning, and writes go to another one.
 *
 * <p>Begun once, by the thread that opens the tree; awaited by any.
 */
final class LogReplay {
    /** To have another thread do it does not pay for less, unless that is much for the tree: this part of a write buffer. */
    private static final long WORTH_A_THREAD_BYTES = 64 << 10;

    private static final int OF_A_WRITE_BUFFER = 64;

    /** The part of a log that counts: up to {@code end}. */
    record Part(long log, long end) {}

    private final FileSystem fileSystem;
    private final List<Part> parts;
    private final Memtable memtable;
    private final Consumer<Memtable> filled;
    private final BackgroundResult<Boolean> work = new BackgroundResult<>("reading the logs", this::replay);
    private volatile boolean abandoned;

    /** @param filled told once the memtable has everything, before anybody may use it; in whatever thread does the work */
    LogReplay(FileSystem fileSystem, List<Part> parts, Memtable memtable, Consumer<Memtable> filled) {
        this.fileSystem = fileSystem;
        this.parts = List.copyOf(parts);
        this.memtable = memtable;
        this.filled = filled;
    }

    /** Whether there is so much to read in the logs, in bytes, that opening does not wait for it. */
    static boolean isMuch(long bytes, LsmOptions options) {
        return bytes >= Math.min(WORTH_A_THREAD_BYTES, options.writeBufferBytes() / OF_A_WRITE_BUFFER);
    }

    /** Has it begun by {@code executor}. */
    void begin(Executor executor) {
        work.begin(executor);
    }

    /**
     * Returns once the memtable has everything.
     *
     * @return whether it has: not if that was {@link #abandon abandoned}
     * @throws IOException if a log cannot be read any more
     */
    boolean await() throws IOException {
        return work.await();
    }

    /** Whether {@link #await} would return, or throw, at once. */
    boolean isDone() {
        return work.isDone();
    }

    /** Ends it, if it has not ended; afterwards no log is read any more. Says whether the memtable has everything. */
    boolean abandon() throws IOException {
        abandoned = true;
        return work.await();
    }

    private boolean replay() throws IOException {
        IntoMemtable target = new IntoMemtable(memtable);
        for (Part part : parts) {
            try (WalReader log = WalReader.open(fileSystem, FileNames.log(part.log()), part.log())) {
                while (log.position() < part.end()) {
                    if (abandoned) {
                        return false;
                    }
                    if (!log.next()) {
                        throw new CorruptFileException(
                                FileNames.log(part.log()),
                                log.position(),
                                "it cannot be read on, and a commit was known to stand behind that; open it once more to fall back to "
                                        + "the last commit before it");
                    }
                    log.applyTo(target);
                }
            } catch (CorruptFileException e) {
                forgetMark(e);
                throw e;
            }
        }
        filled.accept(memtable);
        return true;
    }

    /** What was damaged stays what is told, whatever becomes of the mark. */
    private void forgetMark(CorruptFileException damage) {
        try {
            CommitMark.forget(fileSystem);
        } catch (IOException e) {
            damage.addSuppressed(e);
        }
    }

    private record IntoMemtable(Memtable memtable) implements WalReader.Target {
        private static final Slice NO_VALUE = new Slice();

        @Override
        public void put(long seqNo, Slice key, Slice value) {
            memtable.put(seqNo, EntryKind.PUT, key, value);
        }

        @Override
        public void delete(long seqNo, Slice key) {
            memtable.put(seqNo, EntryKind.DELETE, key, NO_VALUE);
        }
    }
}
