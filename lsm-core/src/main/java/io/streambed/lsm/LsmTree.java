package io.streambed.lsm;

import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.internal.iterator.VisibleIterator;
import io.streambed.lsm.internal.memtable.Memtable;
import io.streambed.lsm.internal.version.TableMeta;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An ordered map from byte strings to byte strings, kept in one directory as a log-structured merge-tree.
 *
 * <p><b>Commits.</b> A commit is a moment that survives a crash, with a few bytes of the user's own beside it (for a state store:
 * changelog offsets). After a crash the tree is exactly at the last commit that reached the disk. By default every write is a
 * commit of its own; with {@link LsmOptions#commitEveryWrite()} off only {@link #commit} makes one.
 *
 * <p><b>Threads.</b> Safe for use by several threads. Writers wait for one another; readers take no lock and wait for nobody.
 *
 * <p><b>Errors.</b> All methods throw {@link LsmException}: CLOSED after {@link #close()}, CORRUPTION or IO when files fail. After
 * a failed write of log, manifest or table the tree refuses further writes, with the first cause, until it is opened again.
 *
 * <p><b>Limits.</b> Keys up to 1 MiB, values up to 256 MiB; both may be empty. Arrays given are copied, arrays returned belong to
 * the caller.
 */
public final class LsmTree implements AutoCloseable {
    private final LsmOptions options;
    private final LsmRuntime runtime;
    private final TreeFiles files;
    private final Closeable directoryLock;
    private final Versions versions;
    private final Background background;
    private final WritePath writes;
    private final ReadPath reads;
    private final SnapshotList snapshots = new SnapshotList();
    private final Counters counters = new Counters();

    /** Only counted: each looks by itself whether its tree was closed, and a set of them would cost a short scan more. */
    private final AtomicInteger openIterators = new AtomicInteger();

    private final boolean ownsRuntime;
    private volatile boolean closed;

    private LsmTree(
            LsmOptions options,
            LsmRuntime runtime,
            boolean ownsRuntime,
            Closeable directoryLock,
            Recovery.Recovered recovered) {
        this.options = options;
        this.runtime = runtime;
        this.ownsRuntime = ownsRuntime;
        this.directoryLock = directoryLock;
        this.files = recovered.files();
        this.versions = firstVersions(options, recovered);
        if (recovered.manifest().name().isEmpty()) {
            // Many a store is opened and closed again, or never written to: none of that waits for the disk.
            files.manifestIsMissing(versions::sync);
        }
        this.background = new Background(
                options,
                files,
                versions,
                snapshots,
                runtime,
                counters,
                CompactionStylePickers.of(options, runtime),
                this::sealIfAsked,
                this::sealForReaders,
                this::cutOffLogs);
        this.writes = new WritePath(options, files, versions, background, counters, runtime, recovered);
        this.reads = new ReadPath(files, versions, writes, options, background::mergeForReaders);
    }

    private static Versions firstVersions(LsmOptions options, Recovery.Recovered recovered) {
        Memtable active = recovered.memtable();
        List<SealedMemtable> sealed = List.of();
        if (recovered.filledLater()) {
            long logsBelow = recovered.files().nextNumber();
            sealed = List.of(new SealedMemtable(active, recovered.commit(), logsBelow));
            active = new Memtable(options.timeOfKeys(), 0);
        }
        return new Versions(
                options.name(), recovered.files(), recovered.manifest(), recovered.version(), active, sealed);
    }

    /** Opens a directory, or creates it, with default settings and a runtime of its own, which is closed with the tree. */
    public static LsmTree open(Path directory) {
        return open(directory, LsmOptions.defaults());
    }

    /** Opens a directory, or creates it, with a runtime of its own, which is closed with the tree. */
    public static LsmTree open(Path directory, LsmOptions options) {
        LsmRuntime runtime = LsmRuntime.builder().build();
        try {
            return runtime.openOwned(directory, options);
        } catch (RuntimeException | Error e) {
            runtime.close();
            throw e;
        }
    }

    static LsmTree open(FileSystem fileSystem, LsmOptions options, LsmRuntime runtime, boolean ownsRuntime) {
        long begin = runtime.nanoClock().getAsLong();
        try {
            Closeable lock = Recovery.lock(fileSystem);
            Recovery.Recovered recovered;
            try {
                recovered = Recovery.run(fileSystem, options, runtime);
            } catch (IOException | RuntimeException | Error e) {
                closeAfter(e, lock);
                throw e;
            }
            LsmTree tree = new LsmTree(options, runtime, ownsRuntime, lock, recovered);
            try {
                tree.afterRecovery(recovered);
            } catch (IOException | RuntimeException | Error e) {
                closeAfter(e, tree::close);
                throw e;
            }
            long nanos = runtime.nanoClock().getAsLong() - begin;
            runtime.tell(new LsmEvent.Opened(options.name(), recovered.logBytes(), nanos));
            return tree;
        } catch (IOException e) {
            throw Errors.wrap("opening", options.name(), e);
        }
    }

    private static void closeAfter(Throwable failure, Closeable closing) {
        try {
            closing.close();
        } catch (IOException | RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /** Settings that the tree was opened with. */
    public LsmOptions options() {
        return options;
    }

    /** Gives {@code key} the value {@code value}. */
    public void put(byte[] key, byte[] value) {
        Limits.checkKey(key);
        Limits.checkValue(value);
        writes.put(key, value);
    }

    /** Takes the value of {@code key} away; harmless if it has none. */
    public void delete(byte[] key) {
        Limits.checkKey(key);
        writes.delete(key);
    }

    /** Applies all writes of a batch together. The batch may be cleared and used again afterwards. */
    public void write(WriteBatch batch) {
        writes.write(batch.operations());
    }

    /** The value of {@code key}, or {@code null} if it has none. */
    public byte @Nullable [] get(byte[] key) {
        return read(key, null);
    }

    /** The value that {@code key} had at the moment of {@code snapshot}, or {@code null}. */
    public byte @Nullable [] get(byte[] key, Snapshot snapshot) {
        checkSnapshot(snapshot);
        return read(key, snapshot);
    }

    private byte @Nullable [] read(byte[] key, @Nullable Snapshot snapshot) {
        Objects.requireNonNull(key, "key");
        requireOpen();
        try {
            return reads.get(key, snapshot);
        } catch (IOException e) {
            requireOpen();
            throw Errors.wrap("reading from", options.name(), e);
        }
    }

    /** Walks the keys of {@code range} as they are now. To be closed by the caller. */
    public LsmIterator iterator(KeyRange range, Direction direction) {
        return iterate(range, direction, null);
    }

    /** Walks the keys of {@code range} as they were at the moment of {@code snapshot}. To be closed by the caller. */
    public LsmIterator iterator(KeyRange range, Direction direction, Snapshot snapshot) {
        checkSnapshot(snapshot);
        return iterate(range, direction, snapshot);
    }

    private LsmIterator iterate(KeyRange range, Direction direction, @Nullable Snapshot snapshot) {
        requireOpen();
        ReadView view = versions.pinnedView();
        long moment = snapshot == null ? writes.visibleSeqNo() : snapshot.seqNo();
        try {
            VisibleIterator source = reads.iterate(view, range, direction, moment);
            LsmIterator iterator;
            if (source == null) {
                view.tables().unpin();
                iterator = new EmptyIterator(this);
            } else {
                iterator = new TreeIterator(this, source, view.tables());
            }
            openIterators.incrementAndGet();
            return iterator;
        } catch (IOException e) {
            view.tables().unpin();
            // Closing takes tables away under a look-up, pinned or not.
            requireOpen();
            throw Errors.wrap("opening an iterator over", options.name(), e);
        } catch (RuntimeException | Error e) {
            view.tables().unpin();
            throw e;
        }
    }

    /**
     * Drops the front of the key space: nothing below {@code key} is wanted any more, now or ever. Later reads find nothing there, at
     * an older snapshot neither; iterators that are open go on over what they began with. Tables that lie below as a whole are
     * deleted without being read, the rest of it goes when it is compacted. What is written below is lost.
     *
     * <p>Not a write: it is on disk when the call returns, and no crash takes it back, whatever {@link #commit} it came after. So
     * give a key below which the last commit, too, can do without everything. Costs a write to the manifest, synced; a key that
     * is not above the one given before costs nothing.
     *
     * @throws LsmException INVALID if the key is longer than 1 MiB
     */
    public void dropBelow(byte[] key) {
        Limits.checkKey(key);
        background.requireWritable();
        try {
            versions.raiseFloor(key.clone());
        } catch (IOException | RuntimeException | Error e) {
            throw background.writeFailed(e);
        }
        background.compactSoon();
    }

    /** The key below which everything was dropped, for good: the greatest one given to {@link #dropBelow} ever; empty if there was none. */
    public byte[] droppedBelow() {
        requireOpen();
        return versions.current().floor().clone();
    }

    /** Opens a snapshot of this moment. To be closed by the caller. */
    public Snapshot snapshot() {
        requireOpen();
        return snapshots.open(writes::visibleSeqNo);
    }

    /** Opens a snapshot of the last commit. To be closed by the caller. */
    public Snapshot committedSnapshot() {
        requireOpen();
        return snapshots.open(() -> writes.lastCommit().seqNo());
    }

    /**
     * Makes everything written so far recoverable, together with {@code metadata}, which replaces the metadata of earlier
     * commits. If nothing was written since the last commit and the metadata is the same, nothing happens.
     */
    public void commit(byte[] metadata) {
        writes.commit(Objects.requireNonNull(metadata, "metadata"));
    }

    /** The metadata of the last commit that had some, as found by recovery or given since; {@code null} if there was none ever. */
    public byte @Nullable [] committedMetadata() {
        requireOpen();
        byte[] metadata = writes.lastCommit().metadata();
        return metadata == null ? null : metadata.clone();
    }

    /**
     * Writes all memtables to tables and waits for it. The last commit then survives a loss of power, whatever the {@link
     * Durability}.
     */
    public void flush() {
        writes.seal();
        background.awaitFlush();
    }

    /** Flushes, then merges all tables into the lowest level, and waits for it. */
    public void compact() {
        flush();
        background.compactFully();
    }

    /**
     * Number of keys, roughly: the keys of each memtable, and the entries of each table less two for a tombstone (itself, and what
     * it hides). Exact as long as every key was put once and none was deleted; a key counts once for each place that holds it.
     */
    public long approximateEntries() {
        requireOpen();
        ReadView view = versions.view();
        long count = view.active().keys();
        for (SealedMemtable sealed : view.sealed()) {
            count += sealed.memtable().keys();
        }
        for (TableMeta table : view.tables().version().tables()) {
            count += table.entries() - 2 * table.tombstones();
        }
        return Math.max(0, count);
    }

    /** What was counted so far, and how the tree looks now. */
    public LsmMetrics metrics() {
        requireOpen();
        return new TreeMetrics(counters, files, versions, writes, snapshots).now(openIterators.get());
    }

    /**
     * Closes iterators and the tree. Writes that were not committed are dropped at the next opening. Does not wait for
     * compactions to end, only for them to give up. Flushes what would take the next opening long to read from the logs, if all of it
     * is committed and has been read from them. Once it has returned, nothing of the tree touches the directory. Closing
     * twice is harmless.
     *
     * @throws LsmException IO if a flush failed, without which only what was committed with {@link Durability#NONE} is lost, if logs
     *     that opening had left to the background could not be read, or a file not be closed; the tree is closed all the same
     */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        LsmException failure = null;
        try {
            if (versions.abandonReplay() && isWorthFlushing()) {
                flush();
            }
        } catch (LsmException e) {
            failure = e;
        }
        background.close();
        try (Closeable lock = directoryLock;
                Closeable tables = files::closeTables;
                Closeable manifest = versions::close;
                Closeable usedLog = files::deleteUsedLog;
                Closeable log = writes::close) {
            runtime.closed(this);
        } catch (IOException e) {
            LsmException closing = Errors.wrap("closing", options.name(), e);
            if (failure == null) {
                failure = closing;
            } else {
                failure.addSuppressed(closing);
            }
        } finally {
            if (ownsRuntime) {
                runtime.close();
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    String name() {
        return options.name();
    }

    boolean isClosed() {
        return closed;
    }

    /** An iterator was closed. */
    void released() {
        openIterators.decrementAndGet();
    }

    private void sealIfAsked() {
        writes.sealIfAsked();
    }

    private boolean sealForReaders() {
        return writes.sealForReaders();
    }

    private boolean cutOffLogs() {
        return writes.cutOffLogs();
    }

    private boolean isWorthFlushing() {
        return options.durability() == Durability.NONE ? writes.hasUnflushed() : writes.isWorthFlushing();
    }

    private void afterRecovery(Recovery.Recovered recovered) throws IOException {
        LogReplay replay = new LogReplay(
                files.fileSystem(),
                recovered.logs(),
                recovered.memtable(),
                filled -> writes.filled(filled, recovered.filledLater()));
        versions.filledBy(replay);
        if (recovered.filledLater()) {
            replay.begin(runtime.replayExecutor());
            if (recovered.hasLostWrites()) {
                writes.prepareLog();
            }
        } else {
            replay.await();
        }
        if (!recovered.version().tables().isEmpty() || files.hasLeftBehind()) {
            // Before the flush, which waits for it where level 0 is crowded. Not for nothing: to wake a thread takes a
            // tenth of an opening.
            background.compactSoon();
        }
        if (options.durability() == Durability.POWER && !recovered.logs().isEmpty()) {
            // What was replayed may never have been synced, and the next commit builds on it.
            flush();
        }
    }

    private void checkSnapshot(Snapshot snapshot) {
        if (snapshot.owner() != snapshots) {
            throw new LsmException(LsmException.Kind.INVALID, "snapshot is of another tree than " + options.name());
        }
        if (snapshot.isClosed()) {
            throw new LsmException(LsmException.Kind.CLOSED, "snapshot of tree " + options.name() + " is closed");
        }
    }

    private void requireOpen() {
        if (closed) {
            throw Errors.closed(options.name());
        }
    }
}
