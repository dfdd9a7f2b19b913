package io.streambed.lsm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.testing.Workers;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CompactionStylePickersTest {
    private static final int KEYS = 5_000;

    @Test
    void aTreeRestsOnceItHasSealedNothingForASecond() {
        AtomicLong nanos = new AtomicLong(7);
        try (LsmRuntime runtime = LsmRuntime.builder().nanoClock(nanos::get).build()) {
            CompactionStylePickers pickers = CompactionStylePickers.of(LsmOptions.defaults(), runtime);
            assertNotSame(pickers.atRest(), pickers.now());

            nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
            assertSame(pickers.atRest(), pickers.now());

            pickers.disturb();
            nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(999));
            assertNotSame(pickers.atRest(), pickers.now());
        }
    }

    @Test
    void whoCompactsInItsOwnThreadHasNoBetterTime() {
        try (LsmRuntime runtime = LsmRuntime.builder().executor(Runnable::run).build()) {
            CompactionStylePickers pickers = CompactionStylePickers.of(LsmOptions.defaults(), runtime);
            pickers.disturb();
            assertSame(pickers.atRest(), pickers.now());
        }
    }

    /** By the real clock, and nothing but the look that is planned at the last flush comes back to the tree. */
    @Test
    void aTreeThatRestsGivesRoomBackByItself() throws Exception {
        LsmOptions options = LsmOptions.builder()
                .writeBufferBytes(64 << 10)
                .commitEveryWrite(false)
                .build();
        try (LsmRuntime runtime = LsmRuntime.builder().build();
                LsmTree tree = runtime.open(new MemoryFileSystem(), options)) {
            put(tree, KEYS);
            tree.compact();
            // Too few for the runs to be merged for their number, or for their garbage while it is in use.
            put(tree, KEYS * 2 / 5);
            tree.commit(new byte[0]);
            tree.flush();

            Workers.await("the rest", Duration.ofSeconds(30), () -> entries(tree) == KEYS);
        }
    }

    @Test
    void onlyATreeThatRestsMergesForItsReaders() {
        AtomicLong nanos = new AtomicLong(7);
        try (LsmRuntime runtime = LsmRuntime.builder().nanoClock(nanos::get).build()) {
            CompactionStylePickers hybrid = CompactionStylePickers.of(LsmOptions.defaults(), runtime);
            CompactionStylePickers leveled = CompactionStylePickers.of(
                    LsmOptions.builder()
                            .compactionStyle(CompactionStyle.LEVELED)
                            .build(),
                    runtime);
            CompactionStylePickers without = CompactionStylePickers.of(
                    LsmOptions.builder().seekCompaction(false).build(), runtime);
            assertFalse(hybrid.mayMergeForReaders());

            nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
            assertTrue(hybrid.mayMergeForReaders());
            assertFalse(leveled.mayMergeForReaders(), "has the runs that its user asked for");
            assertFalse(without.mayMergeForReaders());
        }
    }

    /** By the real clock, too. Two flushes are too few to be merged for anything else. */
    @Test
    void rangesInTwoRunsAreMergedOnceManyWereRead() throws Exception {
        try (LsmRuntime runtime = LsmRuntime.builder().build();
                LsmTree tree = runtime.open(new MemoryFileSystem(), LsmOptions.defaults())) {
            putTwice(tree);
            Workers.await("one run", Duration.ofSeconds(30), () -> {
                read(tree, 1_000);
                return tree.metrics().runs() == 1;
            });
            assertEquals(1, tree.metrics().compactions().count());
            read(tree, 1);
        }
    }

    /** They look into the memtable, too. */
    @Test
    void theMemtableIsMergedWithTheRuns() throws Exception {
        try (LsmRuntime runtime = LsmRuntime.builder().build();
                LsmTree tree = runtime.open(new MemoryFileSystem(), LsmOptions.defaults())) {
            putTwice(tree);
            put(tree, 10);
            Workers.await("one run of three flushes", Duration.ofSeconds(30), () -> {
                read(tree, 1_000);
                return tree.metrics().runs() == 1 && tree.metrics().flushes().count() == 3;
            });
            assertEquals(1, tree.metrics().compactions().count());
            assertEquals(100, entries(tree));
        }
    }

    /** The reader's thread may be the one that would have to compact, in the midst of a range. */
    @Test
    void aReaderDoesNotCompactInItsOwnThread() {
        try (LsmRuntime runtime = LsmRuntime.builder().executor(Runnable::run).build();
                LsmTree tree = runtime.open(new MemoryFileSystem(), LsmOptions.defaults())) {
            putTwice(tree);
            read(tree, 100_000);
            assertEquals(2, tree.metrics().runs());
        }
    }

    private static void putTwice(LsmTree tree) {
        for (int flushes = 0; flushes < 2; flushes++) {
            put(tree, 100);
            tree.commit(new byte[0]);
            tree.flush();
        }
        assertEquals(2, tree.metrics().runs());
    }

    private static void read(LsmTree tree, int ranges) {
        byte[] from = "key50".getBytes(UTF_8);
        KeyRange range = new KeyRange(from, "key52".getBytes(UTF_8));
        for (int i = 0; i < ranges; i++) {
            try (LsmIterator entries = tree.iterator(range, Direction.FORWARD)) {
                assertTrue(entries.next() && entries.key().contentEquals(from));
                assertTrue(entries.next());
                assertFalse(entries.next());
            }
        }
    }

    private static void put(LsmTree tree, int keys) {
        for (int i = 0; i < keys; i++) {
            tree.put(("key" + i).getBytes(UTF_8), new byte[100]);
        }
    }

    private static long entries(LsmTree tree) {
        return tree.metrics().levels().stream()
                .mapToLong(LsmMetrics.Level::entries)
                .sum();
    }
}
