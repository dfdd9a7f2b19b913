package io.streambed.examples.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ending early. */
@Timeout(60)
class StopTest {
    private final Stop stop = new Stop();

    @Test
    void letsWorkBeDoneUntilSomebodyAsks() throws Exception {
        assertEquals(1, stop.during(() -> 1));
        assertThrows(
                IOException.class,
                () -> stop.during(() -> {
                    throw new IOException("of its own");
                }));
        assertFalse(stop.requested());
    }

    @Test
    void endsWorkThatWaits() throws Exception {
        CountDownLatch working = new CountDownLatch(1);
        Thread asking = new Thread(() -> {
            try {
                working.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            stop.request();
        });
        asking.start();
        assertThrows(
                CancellationException.class,
                () -> stop.during(() -> {
                    working.countDown();
                    new CountDownLatch(1).await();
                    return null;
                }));
        asking.join();
        assertFalse(Thread.interrupted(), "closing comes next, and must not be interrupted");
        assertTrue(stop.requested());
    }

    @Test
    void letsNoMoreWorkBegin() {
        stop.request();
        assertFalse(Thread.interrupted());
        assertThrows(CancellationException.class, () -> stop.during(() -> 1));
    }
}
