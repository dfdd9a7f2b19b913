package io.streambed.lsm.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Interrupting a thread harms neither its call nor anybody else's, and is not forgotten. */
@Timeout(120)
class DiskInterruptTest {
    private static final int READERS = 4;
    private static final int INTERRUPTS_EACH = 2_000;
    private static final int FILE_BYTES = 300_000;

    @TempDir
    private Path directory;

    @Test
    void everyOperationWorksOnAnInterruptedThread() throws IOException {
        DiskFileSystem fs = DiskFileSystem.at(directory);
        byte[] bytes = {1, 2, 3};
        Thread.currentThread().interrupt();
        DiskFileSystem.at(directory.resolve("parent/child"));
        try (Closeable lock = fs.lock("LOCK");
                AppendFile written = fs.create("a")) {
            written.write(bytes, 0, 3);
            written.sync();
            fs.rename("a", "b");
            fs.syncDirectory();
            try (ReadFile read = fs.open("b")) {
                assertEquals(3, read.length());
                read.readFully(0, new byte[3], 0, 3);
            }
            written.write(bytes, 0, 3);
            assertEquals(List.of("LOCK", "b"), fs.list());
            fs.delete("b");
        }
        assertTrue(Thread.interrupted(), "still interrupted");
    }

    @Test
    void threadsAreInterruptedThousandsOfTimesWhileTheyReadAndWrite() throws Exception {
        DiskFileSystem fs = DiskFileSystem.at(directory);
        byte[] content = new byte[FILE_BYTES];
        new Random(5).nextBytes(content);
        try (AppendFile file = fs.create("read")) {
            file.write(content, 0, content.length);
        }
        List<Worker> workers = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(READERS + 1);
        try (ReadFile shared = fs.open("read");
                AppendFile written = fs.create("written")) {
            for (int i = 0; i < READERS; i++) {
                Random random = new Random(i);
                workers.add(new Worker() {
                    @Override
                    void step(long n) throws IOException {
                        readAndCompare(shared, content, random);
                    }
                });
            }
            workers.add(new Worker() {
                @Override
                void step(long n) throws IOException {
                    written.write(content, 0, (int) (n % 700));
                    if (n % 10_000 == 0) {
                        written.sync();
                        fs.syncDirectory();
                    }
                }
            });
            List<Future<Long>> done = new ArrayList<>();
            for (Worker worker : workers) {
                done.add(threads.submit(worker));
            }
            // As fast as they come, until all have met thousands of them; how fast depends on who else uses the
            // machine.
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
            while (System.nanoTime() < deadline && !workers.stream().allMatch(Worker::hasSeenEnough)) {
                workers.forEach(Worker::interrupt);
                LockSupport.parkNanos(20_000);
            }
            // And one by one, to know that none is forgotten.
            for (int i = 0; i < 50; i++) {
                for (int w = 0; w < workers.size(); w++) {
                    workers.get(w).interruptAndAwait(done.get(w));
                }
            }
            for (int w = 0; w < workers.size(); w++) {
                workers.get(w).running = false;
                assertTrue(done.get(w).get(10, TimeUnit.SECONDS) > 0);
                assertTrue(workers.get(w).interruptsSeen.get() > 50);
            }
            readAndCompare(shared, content, new Random(9));
        } finally {
            threads.shutdownNow();
        }
    }

    private static void readAndCompare(ReadFile file, byte[] content, Random random) throws IOException {
        int length = random.nextInt(10) == 0 ? 200_000 : 4_096;
        int position = random.nextInt(content.length - length);
        byte[] read = new byte[length];
        file.readFully(position, read, 0, length);
        for (int i = 0; i < length; i++) {
            if (read[i] != content[position + i]) {
                throw new AssertionError("wrong byte at " + (position + i));
            }
        }
    }

    /** Repeats a step, and between two steps looks whether it has been interrupted. */
    private abstract static class Worker implements Callable<Long> {
        final AtomicLong interruptsSeen = new AtomicLong();
        volatile boolean running = true;
        private volatile Thread thread;

        abstract void step(long n) throws IOException;

        @Override
        public Long call() throws IOException {
            thread = Thread.currentThread();
            long steps = 0;
            while (running) {
                step(steps++);
                if (Thread.interrupted()) {
                    interruptsSeen.incrementAndGet();
                }
            }
            return steps;
        }

        boolean hasSeenEnough() {
            return interruptsSeen.get() >= INTERRUPTS_EACH;
        }

        void interrupt() {
            Thread started = thread;
            if (started != null) {
                started.interrupt();
            }
        }

        /** Returns when the worker has seen one more; fails with the worker if it fails. */
        void interruptAndAwait(Future<Long> done) throws Exception {
            // One that is still on its way would be taken for the new one.
            LockSupport.parkNanos(100_000);
            long before = interruptsSeen.get();
            interrupt();
            while (interruptsSeen.get() == before) {
                if (done.isDone()) {
                    done.get();
                }
                LockSupport.parkNanos(1_000);
            }
        }
    }
}
