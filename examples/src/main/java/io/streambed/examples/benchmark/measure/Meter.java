package io.streambed.examples.benchmark.measure;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Measures one row in this process, from {@link #start} to {@link #end}. Latencies are the caller's to add; everything else is the
 * process's as a whole, so what a store does in other threads counts as well. One thread's.
 */
public final class Meter {
    private static final int DIGITS = 3;
    private static final long LONGEST = TimeUnit.HOURS.toNanos(1);

    /** In a longer one, what the JVM does anyway would look like work. */
    private static final int LONGEST_LOOK_MILLIS = 100;

    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final GcLog gcLog;
    private final Histogram latencies = new Histogram(LONGEST, DIGITS);
    private final MemorySampler memory = new MemorySampler();
    private long wallAtStart;
    private long cpuAtStart;
    private long writtenAtStart;
    private long wall = -1;

    private Meter(Path gcLog) {
        this.gcLog = new GcLog(gcLog);
    }

    /**
     * For what runs before it is measured, so that the very same code runs, and nothing is compiled anew because there is a meter now. What
     * it takes is forgotten.
     */
    public static Meter forRehearsal(Path gcLog) {
        return new Meter(gcLog);
    }

    /** Begins to measure. */
    public static Meter start(Path gcLog) {
        Meter meter = new Meter(gcLog);
        meter.memory.start();
        meter.writtenAtStart = ProcessFigures.writtenBytes();
        meter.cpuAtStart = ProcessFigures.cpuNanos();
        meter.wallAtStart = System.nanoTime();
        return meter;
    }

    /** An operation that took so long. */
    public void add(long nanos) {
        latencies.recordValue(Math.min(nanos, LONGEST));
    }

    /** The last operation has ended; what the store does from now on in the background is not part of the time. */
    public void operationsEnded() {
        wall = System.nanoTime() - wallAtStart;
    }

    /**
     * Waits until nothing works in this process any more.
     *
     * @param quietMillis for how long processor time must have moved by no more than a tick of the system's clock; 1 or more
     */
    public static void awaitQuiet(int quietMillis) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        long before = ProcessFigures.cpuNanos();
        int quiet = 0;
        while (System.nanoTime() < deadline) {
            int look = Math.min(quietMillis, LONGEST_LOOK_MILLIS);
            Thread.sleep(look);
            long now = ProcessFigures.cpuNanos();
            quiet = now - before <= TICK_NANOS ? quiet + look : 0;
            if (quiet >= quietMillis) {
                return;
            }
            before = now;
        }
        throw new IllegalStateException("the background has not come to rest within "
                + TimeUnit.NANOSECONDS.toMinutes(PATIENCE_NANOS) + " minutes");
    }

    /** Processor time of the process since the start. */
    public long cpuNanos() {
        return ProcessFigures.cpuNanos() - cpuAtStart;
    }

    /** What was measured since the start, for so many operations that wrote nothing. */
    public Measurement end(long operations) {
        return end(operations, -1, null, -1);
    }

    /**
     * What was measured since the start.
     *
     * @param user bytes that the operations wrote, -1 if they wrote none
     * @param directory where the store is, {@code null} if its size is of no interest
     * @param live bytes that the store holds
     */
    public Measurement end(long operations, long user, @Nullable Path directory, long live) {
        if (wall < 0) {
            operationsEnded();
        }
        long cpu = cpuNanos();
        long written = ProcessFigures.writtenBytes() - writtenAtStart;
        GcLog.Pauses pauses = gcLog.next();
        boolean timed = latencies.getTotalCount() > 0;
        return new Measurement(
                operations,
                wall,
                cpu,
                timed ? latencies.getValueAtPercentile(50) : -1,
                timed ? latencies.getValueAtPercentile(99) : -1,
                timed ? latencies.getValueAtPercentile(99.9) : -1,
                timed ? latencies.getMaxValue() : -1,
                user < 0 ? -1 : written,
                user,
                directory == null ? -1 : ProcessFigures.directoryBytes(directory),
                live,
                memory.end(),
                pauses.count(),
                pauses.nanos(),
                pauses.longestNanos());
    }
}
