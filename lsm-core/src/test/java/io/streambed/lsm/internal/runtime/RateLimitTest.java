package io.streambed.lsm.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What was done too fast is paid for by waiting; what was not used is saved up for a moment only. */
class RateLimitTest {
    private long now = 5;

    @Test
    void withoutALimitNobodyWaits() {
        assertEquals(0, new RateLimit(0, () -> now).delayNanos(Long.MAX_VALUE));
    }

    @Test
    void eachWaitsForWhatItAndTheOthersHaveDone() {
        RateLimit limit = new RateLimit(1000, () -> now);
        assertEquals(TimeUnit.MILLISECONDS.toNanos(500), limit.delayNanos(500));
        assertEquals(TimeUnit.MILLISECONDS.toNanos(800), limit.delayNanos(300));
        now += TimeUnit.MILLISECONDS.toNanos(700);
        assertEquals(TimeUnit.MILLISECONDS.toNanos(200), limit.delayNanos(100));
    }

    @Test
    void aTenthOfASecondIsSavedUpAtTheMost() {
        RateLimit limit = new RateLimit(1000, () -> now);
        now += TimeUnit.HOURS.toNanos(1);
        assertTrue(limit.delayNanos(100) <= 0);
        assertEquals(TimeUnit.MILLISECONDS.toNanos(50), limit.delayNanos(50));
    }
}
