package io.streambed.lsm;

import io.streambed.lsm.internal.compaction.Compaction;
import io.streambed.lsm.internal.compaction.CompactionJob;
import io.streambed.lsm.internal.compaction.FlushJob;
import io.streambed.lsm.internal.compaction.FullCompaction;
import io.streambed.lsm.internal.compaction.JobCancelledException;
import io.streambed.lsm.internal.compaction.Relief;
import io.streambed.lsm.internal.runtime.WriteBufferBudget;
import io.streambed.lsm.internal.version.Version;
import io.streambed.lsm.internal.version.VersionEdit;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Flush and compaction of one tree: starts them, lets writers wait for them, and remembers the first failure.
 *
 * <p>At most one flush and one compaction of a tree run at a time: whoever sets {@code flushing} or {@code compacting} owns that
 * job until it clears the flag, and then looks again, so that work that came meanwhile is not forgotten.
 */
final class Background {
    /** Level 0 is relieved while a compaction runs when it is so close to slowing writers down. */
    private static final int RUNS_BEFORE_SLOWDOWN = 2;

    private final LsmOptions options;
    private final TreeFiles files;
    private final Versions versions;
    private final SnapshotList snapshots;
    private final LsmRuntime runtime;
    private final Counters counters;
    private final CompactionStylePickers pickers;
    private final BooleanSupplier cutOffLogs;
    private final Backpressure backpressure;
    private final WriteBufferBudget.Account memory;
    private final NextCompaction nextCompaction;

    private final AtomicBoolean flushing = new AtomicBoolean();
    private final AtomicBoolean compacting = new AtomicBoolean();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean closed;

    Background(
            LsmOptions options,
            TreeFiles files,
            Versions versions,
            SnapshotList snapshots,
            LsmRuntime runtime,
            Counters counters,
            CompactionStylePickers pickers,
            Runnable sealIfAsked,
            BooleanSupplier sealForReaders,
            BooleanSupplier cutOffLogs) {
        this.options = options;
        this.files = files;
        this.versions = versions;
        this.snapshots = snapshots;
        this.runtime = runtime;
        this.counters = counters;
        this.pickers = pickers;
        this.cutOffLogs = cutOffLogs;
        this.nextCompaction = new NextCompaction(options.expiry(), files, versions, snapshots, pickers, sealForReaders);
        this.backpressure = new Backpressure(runtime.nanoClock());
        this.memory = runtime.writeBuffers().open(new MemoryOwner(sealIfAsked));
    }

    // ---- Failure and closing

    /** Fails unless the tree takes writes. */
    void requireWritable() {
        if (closed) {
            throw Errors.closed(options.name());
        }
        Throwable cause = failure.get();
        if (cause != null) {
            throw readOnly(cause);
        }
    }

    boolean isWritable() {
        return !mayStop();
    }

    /** The exception to throw after a write failed, which makes the tree read-only unless nothing had been changed. */
    LsmException writeFailed(Throwable e) {
        if (e instanceof LsmException refused) {
            return refused;
        }
        if (closed) {
            // Who flushes or raises the floor holds no lock that closing waits for, so the manifest may be closed under
            // him.
            LsmException late = Errors.closed(options.name());
            late.initCause(e);
            return late;
        }
        fail(e);
        return readOnly(e);
    }

    /** Remembers what failed in the background; the next write says so. */
    void fail(Throwable cause) {
        memory.close();
        if (failure.compareAndSet(null, cause)) {
            runtime.tell(new LsmEvent.BackgroundFailed(options.name(), cause));
        }
        backpressure.changed();
    }

    private LsmException readOnly(Throwable cause) {
        return new LsmException(
                Errors.kindOf(cause),
                "tree " + options.name() + " in " + files.fileSystem()
                        + " is read-only until it is opened again, because writing failed: " + cause.getMessage(),
                cause);
    }

    /** Starts nothing any more, ends what runs as soon as it can, and waits for that. */
    void close() {
        closed = true;
        backpressure.changed();
        backpressure.await(() -> flushing.get() || compacting.get()
                ? Backpressure.Demand.until("background work ends")
                : Backpressure.Demand.NONE);
        memory.close();
    }

    // ---- Writers that must wait

    /** Waits until a further memtable may be sealed. */
    void awaitWriteBuffer() {
        wait(this::writeBufferDemand);
    }

    /** Waits a little if level 0 is crowded, or the last write buffer is being filled. */
    void slowDown() {
        wait(this::delay);
    }

    private Backpressure.Demand delay() {
        if (mayStop()) {
            return Backpressure.Demand.NONE;
        }
        ReadView view = versions.viewOfWriter();
        int runs = view.tables().version().level(0).size();
        long forLevel0 = Backpressure.delayNanos(runs, options.level0Slowdown(), options.level0Stall());
        long forBuffers = view.sealed().size() < options.maxWriteBuffers() - 1
                ? 0
                : Backpressure.delayNanos((double) view.active().bytes() / options.writeBufferBytes());
        if (forLevel0 == 0 && forBuffers == 0) {
            return Backpressure.Demand.NONE;
        }
        return forLevel0 > forBuffers
                ? new Backpressure.Demand("level 0 has " + runs + " runs", forLevel0)
                : new Backpressure.Demand(
                        "the last of " + options.maxWriteBuffers() + " write buffers is filling up", forBuffers);
    }

    /** Waits until a flush, of whatever tree, has made room in the memory that all trees share. */
    void awaitMemory() {
        memory.beginWaiting();
        try {
            wait(() -> memory.mustWait() && !mayStop()
                    ? Backpressure.Demand.until("the write buffers of all trees have used up their memory")
                    : Backpressure.Demand.NONE);
        } finally {
            memory.endWaiting();
        }
    }

    /** Whether a memtable may be sealed without waiting. */
    boolean maySeal() {
        return !mayStop() && writeBufferDemand().reason().isEmpty();
    }

    private Backpressure.Demand writeBufferDemand() {
        if (mayStop()) {
            return Backpressure.Demand.NONE;
        }
        ReadView view = versions.viewOfWriter();
        if (view.sealed().size() >= options.maxWriteBuffers() - 1) {
            return Backpressure.Demand.until("all " + options.maxWriteBuffers() + " write buffers are full");
        }
        int runs = view.tables().version().level(0).size();
        return runs >= options.level0Stall()
                ? Backpressure.Demand.until("level 0 has " + runs + " runs")
                : Backpressure.Demand.NONE;
    }

    private boolean mayStop() {
        return closed || failure.get() != null;
    }

    private void wait(Supplier<Backpressure.Demand> demand) {
        String reason = demand.get().reason();
        if (!reason.isEmpty()) {
            long nanos = backpressure.await(demand);
            counters.stalls.increment();
            counters.stallNanos.add(nanos);
            runtime.tell(new LsmEvent.WriteStalled(options.name(), reason, nanos));
        }
        requireWritable();
    }

    // ---- Flush

    /** Flushes the sealed memtables, if nobody does so already. */
    void flushSoon() {
        start(flushing, runtime.flushExecutor(), this::flushAll, this::flushPending);
    }

    /** A memtable was sealed: the tree is in use. */
    void sealed() {
        pickers.disturb();
        flushSoon();
    }

    /** Waits until every memtable sealed before the call is in tables, and the manifest is synced, or something has failed. */
    void awaitFlush() {
        flushSoon();
        List<SealedMemtable> mine = versions.view().sealed();
        backpressure.await(() -> mayStop() || versions.view().sealed().stream().noneMatch(mine::contains)
                ? Backpressure.Demand.NONE
                : Backpressure.Demand.until("flush"));
        requireWritable();
        try {
            versions.sync();
        } catch (IOException | RuntimeException | Error e) {
            throw writeFailed(e);
        }
    }

    private void flushAll() throws IOException {
        boolean flushed = false;
        while (!closed) {
            List<SealedMemtable> sealed = versions.view().sealed();
            if (sealed.isEmpty()) {
                break;
            }
            flush(sealed.get(sealed.size() - 1));
            flushed = true;
            backpressure.changed();
        }
        if (flushed) {
            compactSoon();
            if (files.logsHaveRoom()) {
                // Whoever compacts may just have looked, before this flush had left any.
                pickers.onceAtRest(this::compactSoon);
            }
        }
    }

    private boolean flushPending() {
        return !versions.view().sealed().isEmpty();
    }

    private void flush(SealedMemtable oldest) throws IOException {
        long begin = runtime.nanoClock().getAsLong();
        VersionEdit edit = new VersionEdit().commit(oldest.commit()).logsDroppedBelow(oldest.logsBelow());
        long bytes;
        // Pinned, for the job asks the filters of tables that a compaction may replace meanwhile.
        PinnedVersion tables = versions.pinnedView().tables();
        try {
            FlushJob job = new FlushJob(
                    files,
                    tables.version(),
                    snapshots.protectedMoments(oldest.commit()),
                    nextCompaction.expired(oldest.commit()));
            bytes = job.run(oldest.memtable(), edit);
        } finally {
            tables.unpin();
        }
        // Before the view says so: whoever has waited for this flush finds it counted.
        counters.flushes.increment();
        counters.flushBytes.add(bytes);
        versions.installFlush(edit, oldest);
        memory.flushed();
        long nanos = runtime.nanoClock().getAsLong() - begin;
        counters.flushNanos.add(nanos);
        long table = edit.added().isEmpty() ? 0 : edit.added().get(0).table().number();
        runtime.tell(new LsmEvent.FlushEnded(options.name(), table, bytes, nanos));
    }

    // ---- Compaction

    /** Compacts whatever the picker finds, if nobody does so already. */
    void compactSoon() {
        start(compacting, runtime.compactionExecutor(), this::compactAll, nextCompaction::isDue);
    }

    /** A reader has met several runs many times: merges them if that pays and the tree has time. */
    void mergeForReaders() {
        if (pickers.mayMergeForReaders()) {
            compactSoon();
        }
    }

    /** Merges all tables into the lowest level, in the caller's thread. */
    void compactFully() {
        while (!compacting.compareAndSet(false, true)) {
            backpressure.await(() -> compacting.get() && !mayStop()
                    ? Backpressure.Demand.until("compaction")
                    : Backpressure.Demand.NONE);
            requireWritable();
        }
        try {
            // Close sets its flag before it looks whether a job runs, so either it waits for this one, or this one sees
            // it.
            requireWritable();
            Optional<Compaction> all = FullCompaction.of(versions.current());
            if (all.isPresent()) {
                compact(all.get());
            }
        } catch (JobCancelledException e) {
            throw Errors.closed(options.name());
        } catch (IOException | RuntimeException | Error e) {
            throw writeFailed(e);
        } finally {
            compacting.set(false);
            backpressure.changed();
        }
        compactSoon();
    }

    private void compactAll() throws IOException {
        files.sweep(versions::sync);
        if (pickers.hasComeToRest() && files.logsHaveRoom()) {
            files.giveLogRoomBack(cutOffLogs);
        }
        Optional<Compaction> next = nextCompaction.get();
        while (!closed && next.isPresent()) {
            compact(next.get());
            backpressure.changed();
            next = nextCompaction.get();
        }
        if (!closed && (nextCompaction.isDueAtRest() || files.logsHaveRoom())) {
            pickers.onceAtRest(this::compactSoon);
        }
    }

    private void compact(Compaction compaction) throws IOException {
        long begin = runtime.nanoClock().getAsLong();
        Version version = versions.current();
        // The version's commit is the only one that a crash could fall back to among writes that are in tables: a later
        // one is in the logs, and sees only the newest of what tables hold.
        CompactionJob job = new CompactionJob(
                files,
                version,
                snapshots.protectedMoments(version.commit()),
                nextCompaction.expired(version.commit()),
                runtime.compactionHelpers(),
                pace(compaction));
        VersionEdit edit = new VersionEdit();
        CompactionJob.Traffic traffic = job.run(compaction, edit);
        // As with a flush, before it can be seen.
        counters.compactions.increment();
        counters.compactionReadBytes.add(traffic.bytesRead());
        counters.compactionWrittenBytes.add(traffic.bytesWritten());
        versions.install(edit);
        long nanos = runtime.nanoClock().getAsLong() - begin;
        counters.compactionNanos.add(nanos);
        runtime.tell(new LsmEvent.CompactionEnded(
                options.name(),
                compaction.fromLevel(),
                compaction.toLevel(),
                traffic.bytesRead(),
                traffic.bytesWritten(),
                nanos));
    }

    /**
     * Keeps a compaction within the limit of the runtime, and level 0 from filling up meanwhile: the thread that owns the compaction leaves
     * it for a moment and merges some of what has been flushed since. Of what it merges nobody else takes anything, since it owns {@code
     * compacting}; flushes only add.
     */
    private CompactionJob.Pace pace(Compaction compaction) {
        Thread owner = Thread.currentThread();
        AtomicBoolean relieving = new AtomicBoolean();
        AtomicLong left = new AtomicLong(compaction.bytes());
        return bytesWritten -> {
            long bytesLeft = left.addAndGet(-bytesWritten);
            long delay = runtime.compactionRate().delayNanos(bytesWritten);
            if (delay > 0) {
                Backpressure.Demand rest = new Backpressure.Demand("limit of compaction", delay);
                backpressure.await(() -> closed ? Backpressure.Demand.NONE : rest);
            }
            if (closed) {
                throw new JobCancelledException();
            }
            if (Thread.currentThread() == owner && !relieving.get()) {
                Optional<Compaction> relief = Relief.of(
                        versions.current(), compaction, bytesLeft, options.level0Slowdown() - RUNS_BEFORE_SLOWDOWN);
                if (relief.isPresent()) {
                    relieving.set(true);
                    compact(relief.get());
                    relieving.set(false);
                    backpressure.changed();
                }
            }
        };
    }

    // ---- Memory

    /** What the tree's write buffers take of the memory that all trees share. */
    WriteBufferBudget.Account memory() {
        return memory;
    }

    private final class MemoryOwner implements WriteBufferBudget.Owner {
        private final Runnable sealIfAsked;
        private final AtomicBoolean pending = new AtomicBoolean();

        private MemoryOwner(Runnable sealIfAsked) {
            this.sealIfAsked = sealIfAsked;
        }

        @Override
        public void flushForOthers() {
            if (mayStop() || !pending.compareAndSet(false, true)) {
                return;
            }
            try {
                runtime.flushExecutor().execute(() -> {
                    pending.set(false);
                    sealIfAsked.run();
                });
            } catch (RuntimeException e) {
                pending.set(false);
                fail(e);
            }
        }

        @Override
        public void memoryReleased() {
            backpressure.changed();
        }
    }

    // ---- Running

    private interface Work {
        void run() throws IOException;
    }

    private void start(AtomicBoolean owned, Executor executor, Work work, BooleanSupplier pending) {
        if (mayStop() || !owned.compareAndSet(false, true)) {
            return;
        }
        try {
            executor.execute(() -> run(owned, executor, work, pending));
        } catch (RuntimeException e) {
            owned.set(false);
            fail(e);
        }
    }

    private void run(AtomicBoolean owned, Executor executor, Work work, BooleanSupplier pending) {
        @Nullable Throwable cause = null;
        try {
            work.run();
        } catch (JobCancelledException e) {
            // The tree is being closed; nothing was installed.
        } catch (IOException | RuntimeException | Error e) {
            cause = e;
        }
        owned.set(false);
        if (cause != null) {
            fail(cause);
        }
        backpressure.changed();
        // Work that came between the last look and the clearing of the flag found the flag set, and relies on this
        // look.
        if (!mayStop() && pending.getAsBoolean()) {
            start(owned, executor, work, pending);
        }
    }
}
