package io.streambed.lsm.internal.compaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The owner of a job never depends on helpers, and gets everything from them if they come. */
class HelpersTest {
    @Test
    void theOwnerDoesEverythingIfNobodyIsFree() throws IOException {
        List<Runnable> neverRun = new ArrayList<>();
        Helpers busy = new Helpers(neverRun::add, 3);
        assertEquals(List.of(2, 4, 6), busy.runAll(List.of(1, 2, 3), i -> 2 * i, done -> {}));
        assertEquals(2, neverRun.size(), "one helper fewer than there are parts");
        neverRun.forEach(Runnable::run);
    }

    @Test
    @Timeout(60)
    void helpersWorkAtTheSameTime() throws IOException {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            CountDownLatch all = new CountDownLatch(3);
            List<Integer> found = new Helpers(threads, 2).runAll(List.of(1, 2, 3), i -> meet(all, i), done -> {});
            assertEquals(List.of(1, 2, 3), found);
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void ifOnePartFailsTheOthersAreTakenBackAndNoMoreAreBegun() {
        ConcurrentLinkedQueue<Integer> undone = new ConcurrentLinkedQueue<>();
        Helpers alone = new Helpers(Runnable::run, 0);
        IOException failure = assertThrows(
                IOException.class,
                () -> alone.runAll(
                        List.of(1, 2, 3),
                        i -> {
                            if (i == 3) {
                                throw new AssertionError("begun after the failure");
                            }
                            return failAt(2, i);
                        },
                        undone::add));
        assertEquals("part 2", failure.getMessage());
        assertEquals(List.of(1), List.copyOf(undone));
    }

    private static int failAt(int bad, int part) throws IOException {
        if (part == bad) {
            throw new IOException("part " + part);
        }
        return part;
    }

    private static int meet(CountDownLatch all, int part) {
        all.countDown();
        try {
            all.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return part;
    }
}
