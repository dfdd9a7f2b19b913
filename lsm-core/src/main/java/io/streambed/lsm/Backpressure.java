package io.streambed.lsm;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Makes a writer wait when flush and compaction fall behind: a little at first, then until they have caught up.
 *
 * <p>From {@link LsmOptions#level0Slowdown} runs in level 0 on, the writer waits after every {@link #STEP_BYTES} it wrote, up to
 * {@link #LONGEST_DELAY_NANOS}, the longer the closer level 0 is to {@link LsmOptions#level0Stall}; so the longest delay of a put
 * stays small while the rate falls to a few MB/s. It waits likewise while it fills the last write buffer and none has been flushed. With
 * every write buffer full, or level 0 at the stall limit, the last buffer may become twice as large at that pace; then the writer waits
 * for as long as it takes.
 */
final class Backpressure {
    static final long STEP_BYTES = 64 << 10;
    static final long LONGEST_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final double LEFT_IN_PEACE = 0.25;

    /** Why a writer must wait now, and for how long at the most; asked again after every change. */
    record Demand(String reason, long nanos) {
        static final Demand NONE = new Demand("", 0);

        static Demand until(String reason) {
            return new Demand(reason, Long.MAX_VALUE);
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final LongSupplier nanoClock;

    Backpressure(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** Tells a waiting writer to look again: something was flushed, compacted or closed, or has failed. */
    void changed() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits while {@code demand} asks for it. An interrupt does not end the wait, and stays set for the caller.
     *
     * @return nanoseconds waited
     */
    long await(Supplier<Demand> demand) {
        long begin = nanoClock.getAsLong();
        boolean interrupted = false;
        lock.lock();
        try {
            while (true) {
                Demand now = demand.get();
                long left = now.nanos == Long.MAX_VALUE ? Long.MAX_VALUE : now.nanos - (nanoClock.getAsLong() - begin);
                if (left <= 0) {
                    return nanoClock.getAsLong() - begin;
                }
                try {
                    changed.awaitNanos(left);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * The delay that the last free write buffer asks for after each step, in nanoseconds: none while a quarter of it is filled, then
     * ever more. A buffer of 16 MiB so gives a flush most of a second to end, where without it the writer would wait for all of
     * that at once.
     *
     * @param filled which part of it is filled, from 0 on
     */
    static long delayNanos(double filled) {
        return (long) (LONGEST_DELAY_NANOS * Math.min(1, Math.max(0, filled - LEFT_IN_PEACE) / (1 - LEFT_IN_PEACE)));
    }

    /** The delay that level 0 asks for after each step, in nanoseconds. */
    static long delayNanos(int level0Runs, int slowdown, int stall) {
        if (level0Runs < slowdown) {
            return 0;
        }
        return LONGEST_DELAY_NANOS * (level0Runs - slowdown + 1) / (stall - slowdown);
    }
}
