package io.streambed.lsm.internal.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that flush and compact, for all trees of a runtime. Flushes have a thread of their own, because a writer may wait
 * for one, and no flush should stand in line behind a compaction that takes seconds; so have new logs, which wait for the disk and for
 * little else, and the reading of old ones, which waits for a processor. Threads are daemons, start with the first task, and end when there
 * is nothing to do for a while.
 */
public final class BackgroundThreads implements AutoCloseable {
    private static final long IDLE_SECONDS = 10;

    private final ThreadPoolExecutor flushes;
    private final ThreadPoolExecutor compactions;
    private final ThreadPoolExecutor logs;
    private final ThreadPoolExecutor replays;

    /** Looking whether there is something to do takes no time, so it does not stand in line. */
    private final Executor soon = Runnable::run;

    /** @param compactionThreads how many compactions may run at once, for all trees together; at least 1 */
    public BackgroundThreads(int compactionThreads) {
        this.flushes = pool("lsm-flush", 1);
        this.compactions = pool("lsm-compaction", compactionThreads);
        this.logs = pool("lsm-log", 1);
        this.replays = pool("lsm-replay", 1);
    }

    /** Runs flushes, one after another. */
    public Executor flushes() {
        return flushes;
    }

    /** Runs compactions. */
    public Executor compactions() {
        return compactions;
    }

    /** Creates logs, one after another. */
    public Executor logs() {
        return logs;
    }

    /** Reads the logs that a crash has left, those of one tree after another. */
    public Executor replays() {
        return replays;
    }

    /** Compactions that can wait; what they wait for is a thread of the JDK's that all of a process share. */
    public DelayedExecution later() {
        return (nanos, task) -> CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS, soon)
                .execute(task);
    }

    /** Takes no further task; those that are there still run. Does not wait for them. */
    @Override
    public void close() {
        flushes.shutdown();
        compactions.shutdown();
        logs.shutdown();
        replays.shutdown();
    }

    private static ThreadPoolExecutor pool(String name, int threads) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), daemons(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static ThreadFactory daemons(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
