package io.streambed.lsm;

import io.streambed.lsm.internal.log.LogBuffers;
import io.streambed.lsm.internal.log.LogHeader;
import io.streambed.lsm.internal.log.WalWriter;
import io.streambed.lsm.internal.version.FileNames;
import io.streambed.lsm.internal.version.VersionEdit;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The log after the one that is written to, created in the background while that one fills up: what makes it safe (its header, the
 * directory and the manifest are synced) takes tens of milliseconds, now and then hundreds, which the put that needs a new log would wait
 * for. Where there is a log that is not needed any more its file is taken again, as in Pebble and RocksDB: to write over pages that are in
 * memory and have their place on disk takes less than half of the processor time.
 *
 * <p>Its number is given out when it is asked for, under the writer's lock: a flush may only drop the logs below it, however far its
 * creation has come. Its header cannot say how long the log before it became, so its first record does ({@link WalWriter#follow}).
 *
 * <p>All methods are called under the writer's lock; only the creation itself runs elsewhere.
 */
final class NextLog {
    private final TreeFiles files;
    private final Versions versions;
    private final LogBuffers buffers;
    private final Executor executor;
    private final Consumer<Throwable> failed;

    private long number;
    private @Nullable BackgroundResult<@Nullable WalWriter> creation;

    /** Whether there is nothing to create any more; read by the thread that would. */
    private volatile boolean closed;

    /** @param failed told of a failure in the background, which whoever needs the log also gets */
    NextLog(TreeFiles files, Versions versions, LogBuffers buffers, Executor executor, Consumer<Throwable> failed) {
        this.files = files;
        this.versions = versions;
        this.buffers = buffers;
        this.executor = executor;
        this.failed = failed;
    }

    /** Whether nobody has asked for it yet. */
    boolean isAbsent() {
        return creation == null;
    }

    /** Whether {@link #take} would not wait; or there is nothing to take. */
    boolean isReady() {
        return creation == null || creation.isDone();
    }

    /** Has it created, as the one that follows log {@code previous}. */
    void prepare(long previous) {
        long next = files.newNumber();
        number = next;
        BackgroundResult<@Nullable WalWriter> task =
                new BackgroundResult<>("creating a log", () -> create(next, previous));
        creation = task;
        task.begin(executor);
    }

    /** Creates a log here and now, as the one that follows {@code previous}. */
    WalWriter createNow(PreviousLog previous) throws IOException {
        files.syncNamesOnce();
        long now = files.newNumber();
        LogHeader header = new LogHeader(now, previous.number(), previous.length(), previous.syncedLength());
        WalWriter created =
                WalWriter.create(files.fileSystem(), FileNames.log(now), FileNames.STAGING, header, buffers);
        named(created);
        return created;
    }

    /** Makes a log that was created safe: from here on it is noticed if it is missing. */
    private void named(WalWriter created) throws IOException {
        try {
            files.fileSystem().syncDirectory();
            versions.install(new VersionEdit().logCreated(created.fileNumber()));
        } catch (IOException | RuntimeException | Error e) {
            try (created) {
                throw e;
            }
        }
    }

    /**
     * Has its file end where it ends, unless it is just being created.
     *
     * @return whether it is not
     */
    boolean cutOff() {
        if (!isReady()) {
            return false;
        }
        WalWriter created = created();
        if (created != null) {
            created.cutOff();
        }
        return true;
    }

    /** What was created, waited for if need be; {@code null} if nothing was. */
    private @Nullable WalWriter created() {
        BackgroundResult<@Nullable WalWriter> task = creation;
        try {
            return task == null ? null : task.await();
        } catch (IOException e) {
            // Told already, and nothing was written to it.
            return null;
        }
    }

    /** Its number, which all logs written so far are below. */
    long number() {
        return number;
    }

    /** Gives it to be written to: at once if it is there; waits for whoever is creating it; or else creates it here. */
    WalWriter take() throws IOException {
        WalWriter created = Objects.requireNonNull(creation).await();
        creation = null;
        if (created == null) {
            throw new IOException("the tree is closed");
        }
        return created;
    }

    /** Waits for whoever is creating it and closes it. It stays in the directory, empty; recovery passes over it. */
    void close() throws IOException {
        closed = true;
        WalWriter created = created();
        creation = null;
        if (created != null) {
            try (created) {
                created.cutOff();
            }
        }
    }

    private WalWriter createAhead(long next, long previous) throws IOException {
        String name = FileNames.log(next);
        return files.takeUsedLog(name)
                ? WalWriter.recycleAhead(files.fileSystem(), name, FileNames.STAGING, next, previous, buffers)
                : WalWriter.createAhead(files.fileSystem(), name, FileNames.STAGING, next, previous, buffers);
    }

    private @Nullable WalWriter create(long next, long previous) throws IOException {
        if (closed) {
            return null;
        }
        try {
            WalWriter created = createAhead(next, previous);
            named(created);
            return created;
        } catch (IOException | RuntimeException | Error e) {
            failed.accept(e);
            throw e;
        }
    }
}
