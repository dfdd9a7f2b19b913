package io.streambed.lsm;

import io.streambed.lsm.internal.compaction.CompactionPicker;
import io.streambed.lsm.internal.compaction.HybridPicker;
import io.streambed.lsm.internal.compaction.LeveledPicker;
import io.streambed.lsm.internal.compaction.TieredPicker;
import io.streambed.lsm.internal.compaction.Upkeep;
import io.streambed.lsm.internal.runtime.DelayedExecution;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What decides on the compactions of a tree: one picker while it is written hard, and one once it is at rest, which has time to give
 * room back.
 *
 * <p>A tree is at rest when it has sealed no memtable for a second. With an executor of the user's own it always is: work that is done in
 * the writer's thread is not easier later, and nobody is there to come back to it.
 *
 * <p>Safe for use by several threads.
 */
final class CompactionStylePickers {
    private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Leveled: level 1 holds as much as level 0 brings at once, four flushes. */
    private static final int LEVEL_1_WRITE_BUFFERS = 4;

    private final CompactionPicker inUse;
    private final CompactionPicker atRest;
    private final @Nullable DelayedExecution timer;
    private final LongSupplier nanoClock;
    private final boolean styleMergesForReaders;
    private final AtomicBoolean waiting = new AtomicBoolean();

    /** When it was disturbed last, at first by being opened. */
    private volatile long disturbedNanos;

    private CompactionStylePickers(
            CompactionPicker inUse, CompactionPicker atRest, boolean styleMergesForReaders, LsmRuntime runtime) {
        this.styleMergesForReaders = styleMergesForReaders;
        this.inUse = new Upkeep(inUse);
        this.atRest = new Upkeep(atRest);
        this.timer = runtime.compactionTimer();
        this.nanoClock = runtime.nanoClock();
        this.disturbedNanos = nanoClock.getAsLong();
    }

    static CompactionStylePickers of(LsmOptions options, LsmRuntime runtime) {
        return switch (options.compactionStyle()) {
            case LEVELED -> same(new LeveledPicker(LEVEL_1_WRITE_BUFFERS * options.writeBufferBytes()), runtime);
            case TIERED -> same(new TieredPicker(), runtime);
            case HYBRID ->
                new CompactionStylePickers(
                        HybridPicker.inUse(options.level0Slowdown()),
                        HybridPicker.atRest(options.level0Slowdown()),
                        options.seekCompaction(),
                        runtime);
        };
    }

    private static CompactionStylePickers same(CompactionPicker picker, LsmRuntime runtime) {
        return new CompactionStylePickers(picker, picker, false, runtime);
    }

    /** The one that decides now. */
    CompactionPicker now() {
        return isAtRest() ? atRest : inUse;
    }

    CompactionPicker atRest() {
        return atRest;
    }

    /** A memtable was sealed: the tree is in use. */
    void disturb() {
        disturbedNanos = nanoClock.getAsLong();
    }

    boolean isAtRest() {
        return timer == null || nanoClock.getAsLong() - disturbedNanos >= REST_NANOS;
    }

    /** Whether it is at rest, and has not always been. */
    boolean hasComeToRest() {
        return timer != null && isAtRest();
    }

    /** Whether runs may be merged now for nothing but their readers. Not by a user's own executor, which may be the reader's thread. */
    boolean mayMergeForReaders() {
        return styleMergesForReaders && hasComeToRest();
    }

    /** Has somebody look when the tree may be at rest. One look at a time is planned: who looks too early plans the next. */
    void onceAtRest(Runnable look) {
        if (timer != null && waiting.compareAndSet(false, true)) {
            timer.after(REST_NANOS, () -> {
                waiting.set(false);
                look.run();
            });
        }
    }
}
