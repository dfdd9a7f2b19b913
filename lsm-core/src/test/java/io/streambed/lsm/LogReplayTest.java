package io.streambed.lsm;

import static io.streambed.lsm.testing.ByteMaps.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.fs.Fault;
import io.streambed.lsm.fs.Fault.Operation;
import io.streambed.lsm.fs.FaultFileSystem;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.fs.MemoryFileSystem;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the logs of a crash hold is read in the background; nobody sees a tree without it. */
class LogReplayTest {
    private static final byte[] VALUE = new byte[1 << 10];

    /** More than opening waits for. */
    private static final int MANY = 200;

    private static final int FEW = 20;

    private final Queue<Runnable> background = new ArrayDeque<>();
    private final List<LsmRuntime> runtimes = new ArrayList<>();
    private final List<LsmEvent> events = new ArrayList<>();

    @AfterEach
    void closeRuntimes() {
        runtimes.forEach(LsmRuntime::close);
    }

    @Test
    void openingDoesNotWaitForIt() {
        FaultFileSystem files = new FaultFileSystem(killedAfter(MANY));
        LsmTree tree = open(files);
        assertEquals(1, background.size());
        long lookedThrough = files.count(Operation.READ);
        assertNotNull(tree.committedMetadata());
        assertEquals(lookedThrough, files.count(Operation.READ));
        background.remove().run();
        assertTrue(files.count(Operation.READ) > lookedThrough);
        long read = files.count(Operation.READ);
        assertEntries(tree, MANY);
        assertEquals(read, files.count(Operation.READ), "it is not read again");
        assertTrue(replayedBytes() > (long) MANY * VALUE.length, "what it was told of is read: " + replayedBytes());
    }

    @Test
    void aFewRecordsAreReadAtOnce() {
        LsmTree tree = open(killedAfter(FEW));
        assertEquals(0, background.size());
        assertEntries(tree, FEW);
    }

    @Test
    void whoeverNeedsItSoonerReadsItHimself() {
        List<Consumer<LsmTree>> calls = List.of(
                tree -> assertArrayEquals(VALUE, tree.get(bytes("key 7"))),
                tree -> assertEntries(tree, MANY),
                tree -> assertEquals(MANY, tree.approximateEntries()),
                tree -> assertTrue(tree.metrics().memtableBytes() > (long) MANY * VALUE.length),
                tree -> {
                    tree.put(bytes("key 3"), bytes("new"));
                    assertArrayEquals(bytes("new"), tree.get(bytes("key 3")));
                    tree.put(bytes("key 3"), VALUE);
                },
                LsmTree::flush,
                LsmTree::compact);
        for (Consumer<LsmTree> call : calls) {
            LsmTree tree = open(killedAfter(MANY));
            call.accept(tree);
            while (!background.isEmpty()) {
                background.remove().run();
            }
            assertEntries(tree, MANY);
        }
    }

    /** As one does who restores. */
    @Test
    void whoOnlyWritesDoesNotWaitForIt() {
        LsmTree tree = open(killedAfter(MANY));
        tree.put(bytes("key 3"), bytes("new"));
        tree.delete(bytes("key 4"));
        assertEquals(1, background.size());
        assertFalse(replayed(), "nobody has read it");
        assertArrayEquals(bytes("new"), tree.get(bytes("key 3")));
        assertTrue(replayed());
        assertNull(tree.get(bytes("key 4")));
        assertArrayEquals(VALUE, tree.get(bytes("key 5")));
    }

    @Test
    void aCommitWaitsForIt() {
        LsmTree tree = open(killedAfter(MANY));
        tree.commit(bytes("offset"));
        assertFalse(replayed(), "there was nothing to commit");
        tree.put(bytes("key 3"), bytes("new"));
        tree.commit(bytes("next"));
        assertTrue(replayed());
    }

    @Test
    void whereEachWriteIsACommitEachWriteWaitsForIt() {
        LsmTree tree = open(killedAfter(MANY), LsmOptions.defaults());
        tree.put(bytes("key 3"), bytes("new"));
        assertTrue(replayed());
    }

    /** Or the next opening would have to drop what was said to be safe. */
    @Test
    void nothingIsCommittedOnTopOfLogsThatCannotBeRead() {
        MemoryFileSystem memory = killedAfter(MANY);
        FaultFileSystem files = new FaultFileSystem(memory);
        LsmTree tree = open(files);
        tree.put(bytes("key 3"), bytes("new"));
        files.inject(
                Fault.on(Operation.OPEN).inFile(name -> name.endsWith(".log")).once("disk on fire"));
        for (int i = 0; i < 2; i++) {
            assertTold(() -> {
                tree.commit(bytes("next"));
                return null;
            });
        }
        assertTold(() -> {
            tree.close();
            return null;
        });
        LsmTree again = open(memory.afterKill());
        assertEntries(again, MANY);
        assertArrayEquals(bytes("offset"), again.committedMetadata());
    }

    @Test
    void whatIsWrittenBesideItSurvivesTheNextKill() {
        for (boolean flushed : new boolean[] {false, true}) {
            MemoryFileSystem files = killedAfter(MANY);
            LsmTree tree = open(files);
            for (int i = MANY; i < 2 * MANY; i++) {
                tree.put(bytes("key " + i), VALUE);
            }
            tree.commit(bytes("next"));
            if (flushed) {
                tree.flush();
            }
            MemoryFileSystem killed = files.afterKill();
            LsmTree next = open(killed);
            assertEntries(next, 2 * MANY);
            assertArrayEquals(bytes("next"), next.committedMetadata());
            next.put(bytes("one more"), VALUE);
            next.commit(bytes("last"));
            assertEntries(open(killed.afterKill()), 2 * MANY + 1);
        }
    }

    @Test
    void itIsFlushedOnceTheMemtableBehindItFillsUp() {
        MemoryFileSystem files = killedAfter(MANY);
        LsmTree tree = open(files);
        assertEquals(1, tree.metrics().immutableMemtables());
        tree.put(bytes("key 3"), VALUE);
        assertEquals(0, tree.metrics().flushes().count(), "a store that is hardly written does without");
        long most = LsmOptions.defaults().writeBufferBytes() / 8;
        int more = 0;
        while (tree.metrics().flushes().count() == 0) {
            assertTrue(tree.metrics().memtableBytes() < most, "by now it should have been flushed");
            tree.put(bytes("more " + more++), VALUE);
        }
        LsmMetrics metrics = tree.metrics();
        assertEquals(0, metrics.immutableMemtables());
        assertEquals(1, metrics.runs());
        assertTrue(metrics.memtableBytes() >= 1 << 20, "the other one stays as it was");
        long used = runtimes.get(runtimes.size() - 1).metrics().writeBufferBytes();
        assertTrue(used < most, used + " bytes: the budget has been told");
        assertArrayEquals(VALUE, tree.get(bytes("key 7")));
        tree.commit(bytes("next"));
        // Its logs have gone, and the one behind them has not.
        assertEntries(open(files.afterKill()), MANY + more);
    }

    @Test
    @Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void theBudgetCountsItUntilItHasBeenFlushed() {
        LsmRuntime runtime = LsmRuntime.builder().executor(background::add).build();
        runtimes.add(runtime);
        LsmTree tree = runtime.open(
                killedAfter(MANY), LsmOptions.builder().commitEveryWrite(false).build());
        background.remove().run();
        long least = (long) MANY * VALUE.length;
        // Until the flush has been asked for, and some writes more.
        for (long bytes = 0; bytes < LsmOptions.defaults().writeBufferBytes() / 8; bytes += VALUE.length) {
            tree.put(bytes("more " + bytes), VALUE);
            least += VALUE.length;
        }
        assertEquals(0, tree.metrics().flushes().count());
        long before = runtime.metrics().writeBufferBytes();
        assertTrue(before > least, before + " bytes for " + least);
        // All of it, as closing waits for what has begun.
        while (!background.isEmpty()) {
            background.remove().run();
        }
        assertEquals(1, tree.metrics().flushes().count());
        long after = runtime.metrics().writeBufferBytes();
        assertTrue(after < before - (long) MANY * VALUE.length, after + " bytes after " + before);
    }

    /** A file is created, and three things are synced: restoring would begin with that. */
    @Test
    void theLogThatWillBeNeededIsCreatedMeanwhile() {
        FaultFileSystem files = new FaultFileSystem(killedAfter(MANY, MANY));
        LsmTree tree = open(files);
        assertEquals(2, background.size());
        background.forEach(Runnable::run);
        long created = files.count(Operation.CREATE);
        long synced = files.count(Operation.SYNC);
        tree.put(bytes("key 3"), VALUE);
        tree.commit(bytes("next"));
        assertEquals(created, files.count(Operation.CREATE));
        assertEquals(synced, files.count(Operation.SYNC));
        assertEntries(tree, MANY);
    }

    @Test
    void theBudgetKnowsOfItBeforeAnybodyWrites() {
        LsmTree tree = open(killedAfter(MANY));
        LsmRuntime runtime = runtimes.get(runtimes.size() - 1);
        assertEquals(0, runtime.metrics().writeBufferBytes());
        background.remove().run();
        assertTrue(runtime.metrics().writeBufferBytes() > tree.metrics().memtableBytes());
    }

    /** The thread that reads the logs is told that they take too much, and is the one to flush for that. */
    @Test
    @Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void openingWithoutThreadsEndsThoughTheLogsHoldMoreThanTheBudget() {
        LsmRuntime runtime = LsmRuntime.builder()
                .memoryBytes(256 << 10)
                .executor(Runnable::run)
                .build();
        runtimes.add(runtime);
        LsmTree tree = runtime.open(
                killedAfter(MANY), LsmOptions.builder().commitEveryWrite(false).build());
        assertEntries(tree, MANY);
        assertTrue(tree.metrics().memtableBytes() > (long) MANY * VALUE.length, "nothing is flushed while opening");
        tree.put(bytes("key 3"), VALUE);
        assertTrue(tree.metrics().memtableBytes() < 64 << 10, "the first write makes room");
        assertEntries(tree, MANY);
    }

    @Test
    void aTreeThatIsClosedFirstStaysAsItWas() {
        MemoryFileSystem files = killedAfter(MANY);
        long operations = files.operations();
        LsmTree tree = open(files);
        Runnable replay = background.remove();
        tree.close();
        assertEquals(operations, files.operations(), "nothing is written");
        assertEquals(0, files.openHandles());
        assertEquals(
                LsmException.Kind.CLOSED,
                assertThrows(LsmException.class, () -> tree.get(bytes("key 7"))).kind());
        replay.run();
        assertEquals(0, files.openHandles(), "and nothing is read afterwards");
        assertEntries(open(files), MANY);
    }

    @Test
    void aLogThatCannotBeReadAnyMoreIsToldToEverybodyAndLosesNothing() {
        MemoryFileSystem memory = killedAfter(MANY);
        FaultFileSystem files = new FaultFileSystem(memory);
        LsmTree tree = open(files);
        files.inject(
                Fault.on(Operation.OPEN).inFile(name -> name.endsWith(".log")).once("disk on fire"));
        background.remove().run();
        for (int i = 0; i < 2; i++) {
            assertTold(() -> tree.get(bytes("key 7")));
            assertTold(() -> {
                tree.put(bytes("key 7"), bytes("new"));
                return null;
            });
        }
        assertTold(() -> {
            tree.close();
            return null;
        });
        assertEquals(0, memory.openHandles());
        assertEntries(open(memory), MANY);
    }

    @Test
    void readersOfAllThreadsWaitForTheOneThatReadsIt() throws Exception {
        ExecutorService readers = Executors.newFixedThreadPool(8);
        try {
            for (int round = 0; round < 20; round++) {
                MemoryFileSystem files = killedAfter(MANY);
                try (LsmRuntime runtime = LsmRuntime.builder().build();
                        LsmTree tree = runtime.open(files, LsmOptions.defaults())) {
                    List<Callable<byte[]>> reads = new ArrayList<>();
                    for (int i = 0; i < MANY; i += 10) {
                        byte[] key = bytes("key " + i);
                        reads.add(() -> tree.get(key));
                    }
                    for (Future<byte[]> read : readers.invokeAll(reads)) {
                        assertArrayEquals(VALUE, read.get());
                    }
                }
            }
        } finally {
            readers.shutdown();
        }
    }

    /** Whether the last tree that was opened has been given what its logs hold. */
    private boolean replayed() {
        return runtimes.get(runtimes.size() - 1).metrics().writeBufferBytes() > (long) MANY * VALUE.length;
    }

    private static void assertTold(Callable<?> call) {
        LsmException failure = assertThrows(LsmException.class, call::call);
        assertEquals(LsmException.Kind.IO, failure.kind());
        assertTrue(failure.getMessage().contains("disk on fire"), failure.getMessage());
    }

    private static void assertEntries(LsmTree tree, int count) {
        int found = 0;
        try (LsmIterator entries = tree.iterator(KeyRange.all(), Direction.FORWARD)) {
            while (entries.next()) {
                assertArrayEquals(VALUE, entries.value().toByteArray());
                found++;
            }
        }
        assertEquals(count, found);
        assertNull(tree.get(bytes("not committed")));
    }

    private long replayedBytes() {
        return events.stream()
                .filter(LsmEvent.Opened.class::isInstance)
                .mapToLong(event -> ((LsmEvent.Opened) event).logBytes())
                .sum();
    }

    /** The directory of a process that was killed after so many puts, a commit, and one put more, which has not left the process. */
    private static MemoryFileSystem killedAfter(int puts) {
        return killedAfter(puts, 1);
    }

    private static MemoryFileSystem killedAfter(int puts, int putsMore) {
        MemoryFileSystem files = new MemoryFileSystem();
        try (LsmRuntime runtime = LsmRuntime.builder().executor(Runnable::run).build()) {
            LsmTree tree = runtime.open(
                    files, LsmOptions.builder().commitEveryWrite(false).build());
            for (int i = 0; i < puts; i++) {
                tree.put(bytes("key " + i), VALUE);
            }
            tree.commit(bytes("offset"));
            for (int i = 0; i < putsMore; i++) {
                tree.put(bytes("not committed"), VALUE);
            }
            return files.afterKill();
        }
    }

    private LsmTree open(FileSystem files) {
        return open(files, LsmOptions.builder().commitEveryWrite(false).build());
    }

    private LsmTree open(FileSystem files, LsmOptions options) {
        LsmRuntime runtime = LsmRuntime.builder()
                .executor(this::execute)
                .eventListener(events::add)
                .build();
        runtimes.add(runtime);
        return runtime.open(files, options);
    }

    /** What opening leaves to the background waits for the test; what writes ask for is done at once. */
    private void execute(Runnable task) {
        if (task instanceof FutureTask) {
            background.add(task);
        } else {
            task.run();
        }
    }
}
