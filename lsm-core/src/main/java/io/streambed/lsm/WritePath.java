package io.streambed.lsm;

import io.streambed.lsm.bytes.KeyHash;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.EntryKind;
import io.streambed.lsm.internal.iterator.DeadRanges;
import io.streambed.lsm.internal.log.BatchEncoding;
import io.streambed.lsm.internal.log.WalWriter;
import io.streambed.lsm.internal.memtable.Memtable;
import io.streambed.lsm.internal.runtime.WriteBufferBudget;
import io.streambed.lsm.internal.version.Commit;
import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The way of a write: sequence number, write-ahead log, memtable, and then it is visible.
 *
 * <p>Everything here happens under {@code lock}, because log and memtable each have one writer; an uncontended lock costs about
 * what the rest of the bookkeeping does, and lets any thread write. Readers never take it.
 *
 * <p>Invariant: {@code visible} is raised after all entries of a write are in the memtable, so a reader who reads {@code visible}
 * after the view finds whole batches only.
 */
final class WritePath {
    private static final AtomicLongFieldUpdater<WritePath> VISIBLE =
            AtomicLongFieldUpdater.newUpdater(WritePath.class, "visible");

    private static final byte[] NO_VALUE = new byte[0];
    private static final long WORTH_FLUSHING_BYTES = 4 << 20;

    /** The next log is created once this part of the write buffer is full: a store that hardly writes does without one. */
    private static final int BEFORE_NEXT_LOG = 16;

    /** So many times its size a write buffer becomes while there is no room for a further one. */
    private static final int LARGEST_OVERFLOW = 2;

    private final LsmOptions options;
    private final TreeFiles files;
    private final Versions versions;
    private final Background background;
    private final Counters counters;
    private final NextLog nextLog;
    private final LongSupplier nanoClock;
    private final WriteBufferBudget.Account memory;
    private final CommitMark mark;
    private final RecoveredMemtable recoveredMemtable;
    private final DeadRanges deadRanges = new DeadRanges();
    private final ReentrantLock lock = new ReentrantLock();

    // Under the lock.
    private @Nullable WalWriter log;
    private PreviousLog previousLog;
    private long bytesUntilDelay = Backpressure.STEP_BYTES;
    private long logBytesCounted;

    // Written under the lock, read by anybody.
    private volatile long visible; // Raised by VISIBLE: a release, as the lock is given back right behind it.
    private volatile Commit commit;
    private volatile long commitNanos;
    private volatile long logLength;

    WritePath(
            LsmOptions options,
            TreeFiles files,
            Versions versions,
            Background background,
            Counters counters,
            LsmRuntime runtime,
            Recovery.Recovered recovered) {
        this.options = options;
        this.files = files;
        this.versions = versions;
        this.background = background;
        this.counters = counters;
        this.nextLog = new NextLog(files, versions, runtime.logBuffers(), runtime.logExecutor(), background::fail);
        this.mark = new CommitMark(files.fileSystem());
        this.nanoClock = runtime.nanoClock();
        this.commitNanos = nanoClock.getAsLong();
        this.memory = background.memory();
        this.recoveredMemtable = new RecoveredMemtable(background);
        this.visible = recovered.lastSeqNo();
        this.commit = recovered.commit();
        this.previousLog = recovered.previousLog();
    }

    /** The last write that readers may see. Read after the view. */
    long visibleSeqNo() {
        return visible;
    }

    /** Where readers found nothing alive. */
    DeadRanges deadRanges() {
        return deadRanges;
    }

    Commit lastCommit() {
        return commit;
    }

    void put(byte[] key, byte[] value) {
        write(EntryKind.PUT, key, value);
    }

    void delete(byte[] key) {
        write(EntryKind.DELETE, key, NO_VALUE);
    }

    private void write(EntryKind kind, byte[] key, byte[] value) {
        lock.lock();
        try {
            Memtable memtable = admit(key.length + value.length);
            long seqNo = visible + 1;
            WalWriter wal = log();
            if (wal != null) {
                if (kind == EntryKind.PUT) {
                    wal.put(seqNo, key, value, options.commitEveryWrite());
                } else {
                    wal.delete(seqNo, key, options.commitEveryWrite());
                }
            }
            long hash = KeyHash.of(key, 0, key.length);
            memtable.put(seqNo, kind, key, 0, key.length, hash, value, 0, value.length);
            tellDeadRanges(kind, seqNo, key, 0, key.length);
            publish(seqNo, wal);
        } catch (IOException | RuntimeException | Error e) {
            throw background.writeFailed(e);
        } finally {
            lock.unlock();
        }
    }

    void write(BatchEncoding.Writer batch) {
        if (batch.count() == 0) {
            return;
        }
        lock.lock();
        try {
            Memtable memtable = admit(batch.length());
            long firstSeqNo = visible + 1;
            WalWriter wal = log();
            if (wal != null) {
                wal.batch(firstSeqNo, batch, options.commitEveryWrite());
            }
            publish(insert(memtable, firstSeqNo, batch.reader()), wal);
        } catch (IOException | RuntimeException | Error e) {
            throw background.writeFailed(e);
        } finally {
            lock.unlock();
        }
    }

    /** Puts the operations of a batch into a memtable; returns the last sequence number given. */
    private long insert(Memtable memtable, long firstSeqNo, BatchEncoding.Reader operations) throws IOException {
        long seqNo = firstSeqNo;
        while (operations.next()) {
            EntryKind kind = operations.isDelete() ? EntryKind.DELETE : EntryKind.PUT;
            Slice key = operations.key();
            tellDeadRanges(kind, seqNo, key.array(), key.offset(), key.length());
            memtable.put(seqNo++, kind, key, operations.value());
        }
        return seqNo - 1;
    }

    private void tellDeadRanges(EntryKind kind, long seqNo, byte[] key, int offset, int length) {
        if (kind == EntryKind.PUT) {
            deadRanges.put(seqNo, key, offset, length);
        } else {
            deadRanges.deleted();
        }
    }

    /** Makes everything written so far recoverable, with {@code metadata}, or with the metadata there is if {@code null}. */
    void commit(byte @Nullable [] metadata) {
        lock.lock();
        try {
            background.requireWritable();
            Commit last = commit;
            long now = nanoClock.getAsLong();
            byte[] newMetadata = metadata == null ? last.metadata() : metadata.clone();
            if (last.seqNo() == visible && Arrays.equals(last.metadata(), newMetadata)) {
                commitNanos = now;
                return;
            }
            // Nothing is committed on top of logs that cannot be read: the next opening might have to drop it.
            versions.view();
            if (isLogTooLong()) {
                rotate();
            }
            WalWriter wal = log();
            if (wal != null) {
                long position = wal.length();
                wal.commit(visible, newMetadata);
                handOver(wal);
                mark.committed(wal.fileNumber(), position, now);
            }
            commit = new Commit(visible, newMetadata);
            commitNanos = now;
            reportMemory();
        } catch (IOException | RuntimeException | Error e) {
            throw background.writeFailed(e);
        } finally {
            lock.unlock();
        }
    }

    /** Seals the active memtable, if it holds anything, or if there is a commit that the manifest does not have. */
    void seal() {
        lock.lock();
        try {
            background.requireWritable();
            boolean isNeeded = !versions.view().active().isEmpty() || !commit.equals(newestSealedCommit());
            recoveredMemtable.flush();
            if (isNeeded) {
                rotate();
            }
        } catch (IOException | RuntimeException | Error e) {
            throw background.writeFailed(e);
        } finally {
            lock.unlock();
        }
    }

    /** Seals the active memtable if that was asked for others' sake, and needs no waiting. Does not throw. */
    void sealIfAsked() {
        // Whoever holds the lock is writing, and sees at the next write that it was asked.
        if (lock.isHeldByCurrentThread() || !lock.tryLock()) {
            return;
        }
        try {
            // The logs may be being read by this very thread, which reports what they take and is asked for it in
            // turn. The next write seals then.
            if (memory.isAsked() && versions.hasView() && !recoveredMemtable.flush() && background.maySeal()) {
                rotate();
            }
        } catch (IOException | RuntimeException | Error e) {
            background.fail(e);
        } finally {
            lock.unlock();
        }
    }

    /** Seals the active memtable if it holds anything, and that needs no waiting; says whether it did. Does not throw. */
    boolean sealForReaders() {
        // Whoever holds the lock is writing, so the tree is not at rest.
        if (!lock.tryLock()) {
            return false;
        }
        try {
            boolean seals = !versions.view().active().isEmpty() && background.maySeal();
            boolean flushes = recoveredMemtable.flush();
            if (seals) {
                rotate();
            }
            return seals || flushes;
        } catch (IOException | RuntimeException | Error e) {
            background.fail(e);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Has the files of logs end where the logs end, if that needs no waiting; says whether it did so. */
    boolean cutOffLogs() {
        if (!lock.tryLock()) {
            return false;
        }
        try {
            WalWriter wal = log;
            if (wal != null) {
                wal.cutOff();
            }
            return nextLog.cutOff();
        } finally {
            lock.unlock();
        }
    }

    /** Tells the budget what the memtable takes, and what was filled from the logs. */
    private void reportMemory() {
        WalWriter wal = log;
        long bytes = versions.viewOfWriter().active().bytesWithOrder() + (wal == null ? 0 : wal.bufferBytes());
        memory.active(bytes + recoveredMemtable.bytes());
    }

    /** What the logs held has been read, into a memtable that is sealed if it is {@code apart}, and else the active one. */
    void filled(Memtable memtable, boolean apart) {
        if (apart) {
            recoveredMemtable.filled(memtable.bytesWithOrder());
        }
        // Whoever holds the lock is writing, and tells the budget when he is done. He may be waiting for this.
        if (lock.tryLock()) {
            try {
                reportMemory();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Has the log created that the next write will need. For a tree that has just been opened. */
    void prepareLog() {
        lock.lock();
        try {
            if (options.durability() != Durability.NONE) {
                nextLog.prepare(previousLog.number());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Hands the log over to the operating system and closes it. */
    void close() throws IOException {
        lock.lock();
        try {
            WalWriter wal = log;
            log = null;
            try (Closeable next = nextLog::close;
                    Closeable noted = mark) {
                if (wal != null) {
                    try (wal) {
                        wal.cutOff();
                    }
                    mark.ended();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether tables and manifest lack anything that was written or committed. */
    boolean hasUnflushed() {
        ReadView view = versions.view();
        return !view.active().isEmpty()
                || !view.sealed().isEmpty()
                || !commit.equals(view.tables().version().commit());
    }

    /**
     * Whether the next opening had better find in tables what is in memtables now. For so much, a flush by code that was compiled long ago
     * takes less than reading the logs in a new process does. For less, three syncs are what a flush takes, and the caller waits for
     * them, where reading is the background's ({@link LogReplay}), and looking for the last commit is spared ({@link CommitMark}). Not
     * with writes that nobody committed: in tables they would have to be swept out.
     */
    boolean isWorthFlushing() {
        ReadView view = versions.view();
        long bytes = view.active().bytes();
        for (SealedMemtable sealed : view.sealed()) {
            bytes += sealed.memtable().bytes();
        }
        return bytes >= WORTH_FLUSHING_BYTES && commit.seqNo() == visible && background.isWritable();
    }

    private Commit newestSealedCommit() {
        ReadView view = versions.view();
        return view.sealed().isEmpty()
                ? view.tables().version().commit()
                : view.sealed().get(0).commit();
    }

    /** Waits for as long as it must, makes room, and gives the memtable to write to. */
    private Memtable admit(long bytes) throws IOException {
        background.requireWritable();
        counters.wrote(bytes);
        bytesUntilDelay -= bytes;
        if (bytesUntilDelay < 0) {
            bytesUntilDelay = Backpressure.STEP_BYTES;
            background.slowDown();
        }
        if (memory.mustWait()) {
            background.awaitMemory();
        }
        // With each write a commit, it waits for the logs to be read as a commit does.
        ReadView view = options.commitEveryWrite() ? versions.view() : versions.viewOfWriter();
        Memtable active = view.active();
        boolean isFilling = active.bytes() >= options.writeBufferBytes() / BEFORE_NEXT_LOG;
        if (isFilling || memory.isAsked()) {
            recoveredMemtable.flush();
        }
        if (isFull(active) || isLogTooLong() || memory.isAsked()) {
            rotate();
            return versions.view().active();
        }
        WalWriter wal = log;
        if (wal != null && isFilling && nextLog.isAbsent()) {
            nextLog.prepare(wal.fileNumber());
        }
        return active;
    }

    /**
     * Whether the memtable should be rotated. While that would wait, for a flush or for the next log, it may grow on: a disk that takes
     * a second for a sync then costs the writer many short delays ({@link Backpressure}), and not one of a second.
     */
    private boolean isFull(Memtable active) {
        long bytes = active.bytes();
        long size = options.writeBufferBytes();
        return bytes >= size && (bytes >= LARGEST_OVERFLOW * size || (nextLog.isReady() && background.maySeal()));
    }

    /** A log may outgrow its memtable only by commits without writes; it must not do so for ever. */
    private boolean isLogTooLong() {
        WalWriter wal = log;
        return wal != null && wal.length() > 4 * options.writeBufferBytes();
    }

    private void rotate() throws IOException {
        // A memtable is sealed behind one that is filled, and flushed behind it.
        versions.view();
        recoveredMemtable.flush();
        background.awaitWriteBuffer();
        WalWriter full = log;
        if (full != null) {
            if (options.durability() == Durability.POWER) {
                // The next commit is in another file; what it commits must not be lost with this one.
                full.sync();
            }
            full.close();
            countLog(full);
            logBytesCounted = 0;
            logLength = 0;
            files.logEnded(full.fileNumber(), full.length());
            previousLog = new PreviousLog(full.fileNumber(), full.length(), full.syncedLength());
            log = null;
        }
        Memtable active = versions.view().active();
        long logsBelow = nextLog.isAbsent() ? files.nextNumber() : nextLog.number();
        SealedMemtable sealed = new SealedMemtable(active, commit, logsBelow);
        Memtable next = new Memtable(options.timeOfKeys(), active.keys());
        // Before anybody can flush it, and say so.
        memory.sealed();
        versions.rotate(sealed, next);
        background.sealed();
    }

    /**
     * The log to write to, or none if durability is none; created with the first write after opening or sealing, so that opening and
     * closing costs nothing, or ahead of that ({@link NextLog}). Its header is synced, and its name is in the manifest, before anything is
     * in it: a log that is missing is always noticed.
     */
    private @Nullable WalWriter log() throws IOException {
        if (log != null || options.durability() == Durability.NONE) {
            return log;
        }
        if (!nextLog.isAbsent()) {
            WalWriter next = nextLog.take();
            next.follow(previousLog.length(), previousLog.syncedLength());
            log = next;
            return next;
        }
        log = nextLog.createNow(previousLog);
        return log;
    }

    private void handOver(WalWriter wal) throws IOException {
        if (options.durability() == Durability.POWER) {
            wal.sync();
        } else {
            wal.flush();
        }
        countLog(wal);
    }

    private void countLog(WalWriter wal) {
        counters.logBytes.add(wal.length() - logBytesCounted);
        logBytesCounted = wal.length();
        logLength = wal.length();
    }

    /** Bytes of the log being written, up to the last time that it was handed over. */
    long logBytes() {
        return logLength;
    }

    /** Time since the last explicit commit, or since opening. */
    long nanosSinceCommit() {
        return nanoClock.getAsLong() - commitNanos;
    }

    private void publish(long seqNo, @Nullable WalWriter wal) throws IOException {
        if (options.commitEveryWrite()) {
            if (wal != null) {
                handOver(wal);
            }
            commit = new Commit(seqNo, commit.metadata());
        }
        VISIBLE.lazySet(this, seqNo);
        // Last of all: the budget may have another memtable flushed in this thread.
        reportMemory();
    }
}
