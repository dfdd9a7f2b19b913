package io.streambed.lsm.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.Compression;
import io.streambed.lsm.Direction;
import io.streambed.lsm.Durability;
import io.streambed.lsm.LsmException;
import io.streambed.lsm.LsmOptions;
import io.streambed.lsm.LsmRuntime;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.fs.DiskFileSystem;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.testing.Seeds;
import io.streambed.lsm.testing.TreeFilesCheck;
import io.streambed.lsm.testing.Workers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Readers beside a writer, a tree that is closed under them, interrupts. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConcurrencyTest {
    private static final long SEED = Seeds.seed("ConcurrencyTest");
    private static final Duration LIMIT = Duration.ofMinutes(4);

    private static final LsmOptions TINY = LsmOptions.builder()
            .writeBufferBytes(64L << 10)
            .tableBytes(64L << 10)
            .blockBytes(512)
            .compression(Compression.LZ4)
            .build();

    private static LsmRuntime runtime() {
        return LsmRuntime.builder()
                .memoryBytes(256 << 10)
                .openTables(16)
                .backgroundThreads(1)
                .build();
    }

    @Test
    void readersSeeWholeWritesInOrderWhileTablesVanishUnderThem() throws IOException, InterruptedException {
        MemoryFileSystem files = new MemoryFileSystem();
        AtomicLong reads = new AtomicLong();
        try (LsmRuntime runtime = runtime()) {
            readBesideAWriter(runtime, files, Seeds.scaled(150_000), reads, workers -> {});
        }
        TreeFilesCheck.checkClosed(files);
        assertTrue(reads.get() > 0);
        System.out.println("ConcurrencyTest: " + reads + " reads beside a writer");
    }

    @Test
    void interruptsDisturbNeitherReadersNorTheWriter(@TempDir Path directory) throws IOException, InterruptedException {
        AtomicLong reads = new AtomicLong();
        AtomicInteger interrupts = new AtomicInteger();
        FileSystem files = DiskFileSystem.at(directory);
        try (LsmRuntime runtime = runtime()) {
            readBesideAWriter(runtime, files, Seeds.scaled(40_000), reads, threads -> {
                Random random = new Random(SEED);
                int next = 0;
                while (threads[0].isAlive() && interrupts.get() < 200_000) {
                    threads[next++ % threads.length].interrupt();
                    interrupts.incrementAndGet();
                    for (int pause = random.nextInt(2_000); pause > 0; pause--) {
                        Thread.onSpinWait();
                    }
                }
            });
        }
        TreeFilesCheck.check(files);
        assertTrue(interrupts.get() > 1_000, interrupts + " interrupts");
        System.out.println("ConcurrencyTest: " + interrupts + " interrupts, " + reads + " reads on disk");
    }

    private interface Disturbance {
        void disturb(Thread[] threads);
    }

    /** One writer, three readers that get and scan, until the writer has done its work. */
    private static void readBesideAWriter(
            LsmRuntime runtime, FileSystem files, int writes, AtomicLong reads, Disturbance disturbance)
            throws InterruptedException {
        try (LsmTree tree = runtime.open(files, TINY)) {
            Registers registers = new Registers(tree);
            registers.writeAll(0, new Random(SEED));
            AtomicBoolean done = new AtomicBoolean();
            Workers workers = new Workers();
            Thread[] threads = new Thread[4];
            threads[0] = workers.start("writer", () -> {
                Random random = new Random(Seeds.part(SEED, 0));
                try {
                    for (int i = 1; i <= writes && !workers.failed(); i++) {
                        if (i % 50 == 0) {
                            registers.writeTogether(i, random);
                        } else {
                            registers.write(i, random);
                        }
                    }
                } finally {
                    done.set(true);
                }
            });
            for (int reader = 1; reader <= 3; reader++) {
                Random random = new Random(Seeds.part(SEED, reader));
                threads[reader] = workers.start("reader-" + reader, () -> {
                    Registers.Seen seen = new Registers.Seen();
                    while (!done.get()) {
                        for (int i = 0; i < 200; i++) {
                            registers.get(random, seen);
                            registers.scanOne(random, seen);
                        }
                        registers.scan(random.nextBoolean() ? Direction.FORWARD : Direction.REVERSE, seen);
                        reads.addAndGet(401);
                    }
                });
            }
            disturbance.disturb(threads);
            workers.join(LIMIT);
            registers.scan(Direction.FORWARD, new Registers.Seen());
        }
    }

    @Test
    void closingUnderReadersAndWritersEndsThemWithClosedAndNothingElse() throws InterruptedException, IOException {
        for (int round = 0; round < Seeds.scaled(150); round++) {
            MemoryFileSystem files = new MemoryFileSystem();
            Durability durability = round % 2 == 0 ? Durability.PROCESS : Durability.NONE;
            try (LsmRuntime runtime = runtime()) {
                LsmTree tree = runtime.open(
                        files, TINY.toBuilder().durability(durability).build());
                closeUnderUsers(tree, new Random(Seeds.part(SEED, round)));
                assertEquals(0, files.openHandles(), () -> "open after close: " + files.openHandleNames());
                // Files that an iterator held at the end are left to the next opening.
                runtime.open(files, TINY).close();
            }
            TreeFilesCheck.check(files);
        }
    }

    private static void closeUnderUsers(LsmTree tree, Random random) throws InterruptedException {
        Registers registers = new Registers(tree);
        registers.writeAll(0, random);
        AtomicInteger started = new AtomicInteger();
        Workers workers = new Workers();
        Workers.Task[] uses = {
            () -> registers.get(new Random(started.get()), new Registers.Seen()),
            () -> registers.scanOne(new Random(started.get()), new Registers.Seen()),
            () -> registers.scan(Direction.FORWARD, new Registers.Seen()),
            () -> registers.scan(Direction.REVERSE, new Registers.Seen()),
            () -> registers.writeTogether(1, new Random(1)),
            tree::compact,
        };
        for (int i = 0; i < uses.length; i++) {
            Workers.Task use = uses[i];
            workers.start("user-" + i, () -> {
                started.incrementAndGet();
                while (!isClosed(use)) {
                    Thread.onSpinWait();
                }
            });
        }
        Workers.await("the users", LIMIT, () -> started.get() == uses.length || workers.failed());
        for (int pause = random.nextInt(200_000); pause > 0; pause--) {
            Thread.onSpinWait();
        }
        tree.close();
        workers.join(LIMIT);
    }

    private static boolean isClosed(Workers.Task use) throws Exception {
        try {
            use.run();
            return false;
        } catch (LsmException e) {
            if (e.kind() != LsmException.Kind.CLOSED) {
                throw e;
            }
            return true;
        }
    }

    @Test
    void aSecondOpenerIsRefusedAndLeavesTheFirstOneAlone(@TempDir Path directory) {
        try (LsmTree tree = LsmTree.open(directory, TINY)) {
            for (int i = 0; i < 20; i++) {
                LsmException refused = assertThrows(LsmException.class, () -> LsmTree.open(directory, TINY));
                assertEquals(LsmException.Kind.IN_USE, refused.kind());
            }
            tree.put(new byte[1], new byte[1]);
        }
    }
}
