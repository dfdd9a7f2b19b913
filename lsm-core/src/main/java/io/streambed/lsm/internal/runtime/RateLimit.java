package io.streambed.lsm.internal.runtime;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A rate that several threads share: each says what it has done, and is told how long to wait. Nobody waits in here. What was not
 * used is saved up for a tenth of a second at the most.
 */
public final class RateLimit {
    private static final long SAVED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final double NANOS_A_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final long bytesPerSecond;
    private final LongSupplier nanoClock;
    /** When everything that was done so far is paid for. */
    private final AtomicLong paid;

    /** @param bytesPerSecond the rate; 0 for none */
    public RateLimit(long bytesPerSecond, LongSupplier nanoClock) {
        this.bytesPerSecond = bytesPerSecond;
        this.nanoClock = nanoClock;
        this.paid = new AtomicLong(nanoClock.getAsLong());
    }

    /** Nanoseconds to wait after {@code bytes} more; 0 or less if there is no need. */
    public long delayNanos(long bytes) {
        if (bytesPerSecond == 0) {
            return 0;
        }
        long now = nanoClock.getAsLong();
        long cost = (long) (bytes * NANOS_A_SECOND / bytesPerSecond);
        return paid.updateAndGet(until -> Math.max(until, now - SAVED_NANOS) + cost) - now;
    }
}
