package io.streambed.lsm.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/** Threads of a test. The first failure in one of them is the failure of the test. */
public final class Workers {
    /** What a thread does. */
    @FunctionalInterface
    public interface Task {
        void run() throws Exception;
    }

    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /** Starts a thread. */
    public Thread start(String name, Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (Throwable e) {
                        failure.compareAndSet(null, e);
                    }
                },
                name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
        return thread;
    }

    /** Whether one of them has failed; the others may then stop. */
    public boolean failed() {
        return failure.get() != null;
    }

    /** Waits for all of them, and fails if one has failed or is not through in time. */
    public void join(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        for (Thread thread : threads) {
            while (thread.isAlive() && !failed() && System.nanoTime() < deadline) {
                thread.join(10);
            }
        }
        Throwable first = failure.get();
        if (first != null) {
            throw new AssertionError("in a thread: " + first, first);
        }
        for (Thread thread : threads) {
            assertTrue(!thread.isAlive(), () -> thread.getName() + " is stuck: " + List.of(thread.getStackTrace()));
        }
    }

    /** Waits until {@code condition} holds, and fails if it does not in time. */
    public static void await(String what, Duration limit, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, () -> "in vain waited for " + what);
            Thread.onSpinWait();
        }
    }
}
