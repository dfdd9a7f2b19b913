package io.streambed.lsm.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.Compression;
import io.streambed.lsm.Direction;
import io.streambed.lsm.KeyRange;
import io.streambed.lsm.LsmIterator;
import io.streambed.lsm.LsmOptions;
import io.streambed.lsm.LsmRuntime;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.fs.DiskFileSystem;
import io.streambed.lsm.testing.HeapAfterCollection;
import io.streambed.lsm.testing.NoSync;
import io.streambed.lsm.testing.Seeds;
import io.streambed.lsm.testing.Workers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory has bounds for the process, and they hold: measured as what a full collection leaves. */
class MemoryBoundTest {
    private static final int TREES = 200;
    private static final int WRITERS = 4;
    private static final int STEPS = 150_000;
    private static final int LOOK_EVERY = 20_000;
    private static final long BUDGET = 32L << 20;

    /**
     * Beyond the budget: the two threads that flush and compact, 8 MiB each, 200 trees of some 10 KiB, and what this test and the JVM
     * themselves have meanwhile.
     */
    private static final long CONSTANT = 20L << 20;

    private static final long DIRECT = 4L << 20;

    @TempDir
    private Path directory;

    private final List<LsmTree> trees = new ArrayList<>();

    @AfterEach
    void closeTrees() {
        trees.forEach(LsmTree::close);
    }

    @Test
    void anIdleTreeTakesLessThan64KibWhetherItWasWrittenOrNot() throws IOException {
        int count = 1_000;
        try (LsmRuntime runtime = LsmRuntime.builder().build()) {
            long before = HeapAfterCollection.bytes();
            openTrees(runtime, count);
            long opened = (HeapAfterCollection.bytes() - before) / count;
            for (LsmTree tree : trees) {
                tree.put(key(1), value(1));
                tree.commit(new byte[100]);
                assertArrayEquals(value(1), tree.get(key(1)));
            }
            long written = (HeapAfterCollection.bytes() - before) / count;
            System.out.println("MemoryBoundTest: an idle tree takes " + opened + " bytes, " + written
                    + " once it was written and committed");
            assertTrue(opened < 64 << 10, () -> opened + " bytes for an idle tree");
            assertTrue(written < 64 << 10, () -> written + " bytes for an idle tree that was written once");
            closeTrees();
        }
    }

    @Test
    void twoHundredTreesWrittenAndReadStayWithinTheBudget() throws IOException, InterruptedException {
        long seed = Seeds.seed("MemoryBoundTest");
        long before = HeapAfterCollection.bytes();
        long directBefore = HeapAfterCollection.directBytes();
        try (LsmRuntime runtime =
                LsmRuntime.builder().memoryBytes(BUDGET).backgroundThreads(1).build()) {
            openTrees(runtime, TREES);
            Workers workers = new Workers();
            AtomicInteger steps = new AtomicInteger();
            for (int i = 0; i < WRITERS; i++) {
                int writer = i;
                workers.start("writer-" + i, () -> {
                    writeAndRead(writer, new Random(Seeds.part(seed, writer)), workers, steps);
                });
            }
            long most = 0;
            long mostDirect = 0;
            int looks = 0;
            for (int next = LOOK_EVERY; next < WRITERS * Seeds.scaled(STEPS) && !workers.failed(); next += LOOK_EVERY) {
                int step = next;
                Workers.await("step " + next, Duration.ofMinutes(2), () -> steps.get() >= step || workers.failed());
                most = Math.max(most, HeapAfterCollection.bytes() - before);
                mostDirect = Math.max(mostDirect, HeapAfterCollection.directBytes() - directBefore);
                looks++;
            }
            workers.join(Duration.ofMinutes(2));
            long peak = most;
            long peakDirect = mostDirect;
            System.out.println("MemoryBoundTest: " + (peak >> 10) + " KiB of heap and " + (peakDirect >> 10)
                    + " KiB of direct memory for a budget of " + (BUDGET >> 10) + " KiB, in " + looks + " looks");
            assertTrue(peak > BUDGET / 2, () -> "only " + peak + " bytes used: the budget was not put to the test");
            assertTrue(peak < BUDGET + CONSTANT, () -> peak + " bytes of heap for a budget of " + BUDGET);
            assertTrue(peakDirect < DIRECT, () -> peakDirect + " bytes of direct memory");
            closeTrees();
        }
    }

    /** Each writer has the trees of its own number; one tree in ten gets most of the writes. */
    private void writeAndRead(int writer, Random random, Workers workers, AtomicInteger steps) {
        for (int i = 0; i < Seeds.scaled(STEPS) && !workers.failed(); i++) {
            steps.incrementAndGet();
            int spread = random.nextInt(10) < 7 ? TREES / 10 : TREES;
            int number = random.nextInt(spread / WRITERS) * WRITERS + writer;
            LsmTree tree = trees.get(number);
            int key = random.nextInt(20_000);
            if (random.nextInt(3) == 0) {
                byte[] found = tree.get(key(key));
                assertTrue(found == null || found.length == value(key).length);
            } else {
                tree.put(key(key), value(key));
            }
            if (i % 500 == 0) {
                tree.commit(new byte[] {(byte) i});
                try (LsmIterator entries = tree.iterator(KeyRange.all(), Direction.FORWARD)) {
                    for (int n = 0; n < 100 && entries.next(); n++) {
                        assertTrue(entries.value().length() > 0);
                    }
                }
            }
        }
    }

    private void openTrees(LsmRuntime runtime, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            // Of those that are not compressed, nothing goes into the block cache.
            LsmOptions options = LsmOptions.builder()
                    .commitEveryWrite(false)
                    .compression(i % 8 < 4 ? Compression.LZ4 : Compression.NONE)
                    .build();
            trees.add(runtime.open(new NoSync(DiskFileSystem.at(directory.resolve("tree-" + i))), options));
        }
    }

    private static byte[] key(int number) {
        return ByteBuffer.allocate(20)
                .putInt(number * 0x9e37_79b9)
                .putInt(number)
                .array();
    }

    private static byte[] value(int number) {
        byte[] value = new byte[200 + number % 100];
        new Random(number).nextBytes(value);
        return value;
    }
}
