package io.streambed.lsm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BackpressureTest {
    @Test
    void level0AsksForTheMoreTheCloserItIsToTheStall() {
        assertEquals(0, Backpressure.delayNanos(7, 8, 12));
        assertEquals(micros(2_500), Backpressure.delayNanos(8, 8, 12));
        assertEquals(micros(5_000), Backpressure.delayNanos(9, 8, 12));
        assertEquals(micros(10_000), Backpressure.delayNanos(11, 8, 12));
    }

    @Test
    void theLastWriteBufferAsksForTheMoreTheFullerItIs() {
        assertEquals(0, Backpressure.delayNanos(0));
        assertEquals(0, Backpressure.delayNanos(0.25));
        assertEquals(micros(5_000), Backpressure.delayNanos(0.625));
        assertEquals(micros(10_000), Backpressure.delayNanos(1));
        assertEquals(micros(10_000), Backpressure.delayNanos(1.5));
    }

    private static long micros(long count) {
        return TimeUnit.MICROSECONDS.toNanos(count);
    }
}
