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
import io.streambed.lsm.testing.Workers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Logs that are created before they are needed. Nothing is flushed before it is said, so that all logs stay. */
class NextLogTest {
    private static final byte[] VALUE = new byte[4 << 10];
    private static final int PUTS_IN_A_BUFFER = 16;
    private static final int LOG_HEADER_BYTES = 64;

    private final MemoryFileSystem memory = new MemoryFileSystem();
    private final FaultFileSystem files = new FaultFileSystem(memory);
    private final Queue<Runnable> creations = new ArrayDeque<>();
    private final Queue<Runnable> flushes = new ArrayDeque<>();
    private final List<LsmRuntime> runtimes = new ArrayList<>();
    private boolean createAtOnce;
    private boolean closing;

    @AfterEach
    void closeRuntimes() {
        closing = true;
        catchUp();
        runtimes.forEach(LsmRuntime::close);
        runtimes.clear();
        closing = false;
    }

    /** Closing waits for what was asked for. */
    private void catchUp() {
        for (Runnable flush = flushes.poll(); flush != null; flush = flushes.poll()) {
            flush.run();
        }
    }

    @Test
    void aPutThatNeedsANewLogDoesNotWaitForTheDisk() throws IOException {
        LsmTree tree = open(files);
        tree.put(bytes("first"), VALUE);
        tree.put(bytes("second"), VALUE);
        creations.remove().run();
        assertEquals(2, logs(memory).size());
        long syncs = syncs();
        for (int i = 0; i < PUTS_IN_A_BUFFER; i++) {
            tree.put(bytes("key " + i), VALUE);
        }
        assertEquals(
                2,
                lengths(memory).values().stream()
                        .filter(bytes -> bytes > LOG_HEADER_BYTES)
                        .count(),
                "it is written to");
        assertEquals(syncs, syncs());
    }

    @Test
    void aLogThatNobodyHasCreatedInTimeIsCreatedWhenItIsNeeded() throws IOException {
        LsmTree tree = open(memory);
        int puts = 6 * PUTS_IN_A_BUFFER;
        for (int i = 0; i < puts; i++) {
            tree.put(bytes("key " + i), VALUE);
        }
        int logs = logs(memory).size();
        assertTrue(logs >= 3, logs + " logs");
        while (!creations.isEmpty()) {
            creations.remove().run();
        }
        assertEquals(
                logs + 1, logs(memory).size(), "the one that is still to come; those that came too late do nothing");
        LsmTree recovered = open(memory.afterKill());
        assertNotNull(recovered.get(bytes("key " + (puts - 1))));
    }

    @Test
    void aTreeThatHardlyWritesHasNone() {
        LsmTree tree = open(memory);
        tree.put(bytes("key"), bytes("value"));
        assertEquals(0, creations.size());
    }

    @Test
    void whatFailsIsToldByTheNextPut() {
        LsmTree tree = open(files);
        tree.put(bytes("first"), VALUE);
        tree.put(bytes("second"), VALUE);
        files.inject(Fault.on(Operation.CREATE).once("disk full"));
        creations.remove().run();
        LsmException failure = assertThrows(LsmException.class, () -> tree.put(bytes("third"), VALUE));
        assertTrue(failure.getMessage().contains("disk full"), failure.getMessage());
        assertNotNull(tree.get(bytes("second")));
        catchUp();
        tree.close();
        assertEquals(0, memory.openHandles());
    }

    @Test
    void closingLeavesNothingOpenAndTheNextOpeningWritesNothing() {
        for (boolean isCreated : new boolean[] {true, false}) {
            MemoryFileSystem directory = new MemoryFileSystem();
            LsmTree tree = open(directory);
            tree.put(bytes("first"), VALUE);
            tree.put(bytes("second"), VALUE);
            Runnable creation = creations.remove();
            if (isCreated) {
                creation.run();
            }
            catchUp();
            tree.close();
            assertEquals(isCreated ? 2 : 1, logs(directory).size());
            long operations = directory.operations();
            creation.run();
            assertEquals(operations, directory.operations(), "nothing is created for a tree that is closed");
            assertEquals(0, directory.openHandles());
            LsmTree next = open(directory);
            assertEquals(operations, directory.operations());
            assertNotNull(next.get(bytes("second")));
        }
    }

    @Test
    void aLogThatIsNotNeededAnyMoreIsTakenAgain() throws IOException {
        LsmTree tree = open(files);
        long used = fillAndFlush(tree);
        assertTrue(logs(memory).contains(used), "it is kept");
        tree.put(bytes("first"), VALUE);
        tree.put(bytes("second"), VALUE);
        long renames = files.count(Operation.RENAME);
        int length = memory.content(name(used)).length;
        creations.remove().run();
        assertEquals(renames + 1, files.count(Operation.RENAME));
        assertFalse(logs(memory).contains(used));
        long taken = logs(memory).get(logs(memory).size() - 1);
        assertEquals(length, memory.content(name(taken)).length);

        for (int i = 0; i < PUTS_IN_A_BUFFER; i++) {
            tree.put(bytes("key " + i), VALUE);
        }
        creations.remove().run();
        assertEquals(renames + 1, files.count(Operation.RENAME), "once");
        tree.put(bytes("last"), bytes("value"));
        LsmTree recovered = open(memory.afterKill());
        assertArrayEquals(bytes("value"), recovered.get(bytes("last")));
        assertNotNull(recovered.get(bytes("first")));
    }

    @Test
    void theOneThatWasNeededLastIsKept() throws IOException {
        createAtOnce = true;
        LsmTree tree = open(memory);
        while (logs(memory).size() < 4) {
            tree.put(bytes("filling"), VALUE);
        }
        List<Long> logs = logs(memory);
        catchUp();
        assertEquals(logs.subList(1, 4), logs(memory), "two memtables were flushed");
    }

    @Test
    void aLogThatHoldsNextToNothingIsNotKept() {
        LsmTree tree = openWithThreads();
        tree.put(bytes("key"), bytes("value"));
        tree.flush();
        assertEquals(List.of(), logs(memory));
    }

    @Test
    void aLogThatIsMuchLongerThanOthersIsNotKept() {
        LsmTree tree = openWithThreads();
        WriteBatch batch = new WriteBatch();
        for (int i = 0; i < 5 * PUTS_IN_A_BUFFER; i++) {
            batch.put(bytes("key " + i), VALUE);
        }
        tree.write(batch);
        tree.flush();
        assertEquals(List.of(), logs(memory));
    }

    @Test
    void whereNoneCanBeTakenOneIsCreated() throws IOException {
        LsmTree tree = open(files);
        long used = fillAndFlush(tree);
        tree.put(bytes("first"), VALUE);
        tree.put(bytes("second"), VALUE);
        files.inject(Fault.on(Operation.RENAME).once("in use by somebody else"));
        int before = logs(memory).size();
        creations.remove().run();
        assertEquals(1, files.failures());
        assertEquals(before + 1, logs(memory).size());
        assertTrue(logs(memory).contains(used), "the next opening finds and deletes it");
        for (int i = 0; i < PUTS_IN_A_BUFFER; i++) {
            tree.put(bytes("key " + i), VALUE);
        }
        LsmTree recovered = open(memory.afterKill());
        assertNotNull(recovered.get(bytes("first")));
        assertNotNull(recovered.get(bytes("key " + (PUTS_IN_A_BUFFER - 1))));
    }

    @Test
    void whatCannotBeCutOffStays() throws IOException {
        LsmTree tree = open(files);
        takeAgain(tree);
        fillAndFlush(tree);
        tree.put(bytes("last"), bytes("value"));
        files.inject(Fault.on(Operation.CUT_OFF).forEver("too many segments"));
        closeWithoutWaiting(tree);
        assertTrue(files.failures() > 0);
        LsmTree next = open(memory);
        assertArrayEquals(bytes("value"), next.get(bytes("last")));
        assertNotNull(next.get(bytes("first")));
    }

    @Test
    void whereLogsAreSyncedNoneIsTakenAgain() throws IOException {
        LsmTree tree = open(memory, Durability.POWER);
        long log = fillAndFlush(tree);
        assertFalse(logs(memory).contains(log));
    }

    @Test
    void closingLeavesNoLogThatIsNotNeededAndNothingBehindTheRecordsOfTheLastOne() throws IOException {
        LsmTree tree = open(memory);
        takeAgain(tree);
        long taken = logs(memory).get(logs(memory).size() - 1);
        long used = fillAndFlush(tree);
        assertTrue(logs(memory).contains(used));
        tree.put(bytes("last"), bytes("value"));
        int before = memory.content(name(taken)).length;
        closeWithoutWaiting(tree);
        assertFalse(logs(memory).contains(used));
        assertTrue(memory.content(name(taken)).length < before / 2, "what an older log held is gone");
        assertArrayEquals(bytes("value"), open(memory).get(bytes("last")));
    }

    @Test
    void closingLeavesNothingInALogThatWasTakenAgainAndNotWrittenTo() throws IOException {
        LsmTree tree = open(memory);
        takeAgain(tree);
        closeWithoutWaiting(tree);
        assertEquals(
                LOG_HEADER_BYTES,
                memory.content(name(logs(memory).get(logs(memory).size() - 1))).length);
    }

    /** By the real clock. */
    @Test
    void aTreeThatRestsKeepsNone() throws InterruptedException {
        LsmTree tree = openWithThreads();
        for (int i = 0; i <= PUTS_IN_A_BUFFER; i++) {
            tree.put(bytes("key " + i), VALUE);
        }
        tree.flush();
        long needed = logs(memory).get(logs(memory).size() - 1);
        Workers.await("the rest", Duration.ofSeconds(30), () -> logs(memory).get(0) >= needed);
        assertNotNull(tree.get(bytes("key 0")));
    }

    /** By the real clock: three memtables are flushed, so that both the log that is written to and the next one have the files of others. */
    @Test
    void aTreeThatRestsHasLogsThatAreNoLongerThanTheirRecords() throws Exception {
        LsmTree tree = openWithThreads();
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j <= PUTS_IN_A_BUFFER; j++) {
                tree.put(bytes("key " + j), VALUE);
            }
            tree.flush();
        }
        tree.put(bytes("first"), VALUE);
        tree.put(bytes("second"), VALUE);
        Workers.await("the rest", Duration.ofSeconds(30), () -> longest(memory) < 3 * VALUE.length);
        tree.put(bytes("last"), bytes("value"));
        LsmTree recovered = open(memory.afterKill());
        assertArrayEquals(bytes("value"), recovered.get(bytes("last")));
        assertNotNull(recovered.get(bytes("second")));
    }

    /** Has the next log take the file of one that was flushed, while the one between them has two puts in it. */
    private void takeAgain(LsmTree tree) throws IOException {
        fillAndFlush(tree);
        tree.put(bytes("first"), VALUE);
        tree.put(bytes("second"), VALUE);
        creations.remove().run();
    }

    /** Closing waits for what it has others do: here it does that itself. */
    private void closeWithoutWaiting(LsmTree tree) {
        closing = true;
        tree.close();
        closing = false;
    }

    /** Fills a memtable and flushes it; answers which log has become needless by that. */
    private long fillAndFlush(LsmTree tree) {
        while (flushes.isEmpty()) {
            creations.forEach(Runnable::run);
            creations.clear();
            tree.put(bytes("filling"), VALUE);
        }
        List<Long> logs = logs(memory);
        catchUp();
        return logs.get(logs.size() - 2);
    }

    /**
     * Two sessions that are killed leave a chain of logs, with ones that were never written to in between. After a loss of power any of
     * them may have lost everything behind its header: then all that is left is what was put before that.
     */
    @Test
    void whicheverLogsLoseTheirRecordsWhatCameBeforeIsLeft() throws IOException {
        createAtOnce = true;
        List<Long> logOfPut = new ArrayList<>();
        MemoryFileSystem directory = new MemoryFileSystem();
        for (int session = 0; session < 3; session++) {
            LsmTree tree = open(directory);
            Map<Long, Integer> lengths = lengths(directory);
            for (int i = 0; i < 20; i++) {
                tree.put(bytes("key " + logOfPut.size()), VALUE);
                Map<Long, Integer> longer = lengths(directory);
                longer.entrySet().removeAll(lengths.entrySet());
                lengths = lengths(directory);
                longer.values().remove(LOG_HEADER_BYTES);
                assertEquals(1, longer.size(), "one log has become longer");
                logOfPut.add(longer.keySet().iterator().next());
            }
            directory = directory.afterKill();
        }
        List<Long> logs = logs(directory);
        Set<Long> used = new HashSet<>(logOfPut);
        assertTrue(logs.size() > used.size() + 1, logs + " of which are used " + used);
        for (int lost = 0; lost < 1 << logs.size(); lost++) {
            MemoryFileSystem left = directory.afterKill();
            int expected = logOfPut.size();
            for (int i = 0; i < logs.size(); i++) {
                if ((lost & 1 << i) != 0) {
                    String name = name(logs.get(i));
                    left.setContent(name, Arrays.copyOf(left.content(name), LOG_HEADER_BYTES));
                    int first = logOfPut.indexOf(logs.get(i));
                    expected = first < 0 ? expected : Math.min(expected, first);
                }
            }
            check(left, expected, "lost bits " + Integer.toBinaryString(lost) + " of " + logs);
        }
    }

    private void check(MemoryFileSystem left, int expected, String what) {
        LsmTree tree = open(left);
        assertPuts(tree, expected, what);
        tree.put(bytes("later"), bytes("value"));
        MemoryFileSystem again = left.afterKill();
        LsmTree recovered = open(again);
        assertPuts(recovered, expected, what + ", opened again");
        assertArrayEquals(bytes("value"), recovered.get(bytes("later")), what);
        closeRuntimes();
    }

    private static void assertPuts(LsmTree tree, int expected, String what) {
        if (expected > 0) {
            assertNotNull(tree.get(bytes("key " + (expected - 1))), what);
            assertNotNull(tree.get(bytes("key 0")), what);
        }
        assertNull(tree.get(bytes("key " + expected)), what);
    }

    private LsmTree openWithThreads() {
        LsmRuntime runtime = LsmRuntime.builder().build();
        runtimes.add(runtime);
        return runtime.open(memory, options(Durability.PROCESS));
    }

    private LsmTree open(FileSystem fileSystem) {
        return open(fileSystem, Durability.PROCESS);
    }

    private LsmTree open(FileSystem fileSystem, Durability durability) {
        LsmRuntime runtime =
                LsmRuntime.builder().executor(this::execute).blockCache(false).build();
        runtimes.add(runtime);
        return runtime.open(fileSystem, options(durability));
    }

    private static LsmOptions options(Durability durability) {
        return LsmOptions.builder()
                .durability(durability)
                .commitEveryWrite(true)
                .writeBufferBytes((long) PUTS_IN_A_BUFFER * VALUE.length)
                .maxWriteBuffers(16)
                .build();
    }

    private void execute(Runnable task) {
        if (closing || (createAtOnce && task instanceof FutureTask)) {
            task.run();
        } else {
            (task instanceof FutureTask ? creations : flushes).add(task);
        }
    }

    private long syncs() {
        return files.count(Operation.SYNC) + files.count(Operation.SYNC_DIRECTORY);
    }

    private static List<Long> logs(MemoryFileSystem files) {
        return files.list().stream()
                .filter(name -> name.endsWith(".log"))
                .map(name -> Long.valueOf(name.substring(0, name.length() - 4)))
                .sorted()
                .toList();
    }

    private static int longest(MemoryFileSystem files) {
        int longest = 0;
        for (Long log : logs(files)) {
            try {
                longest = Math.max(longest, files.content(name(log)).length);
            } catch (NoSuchFileException e) {
                // Deleted meanwhile.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return longest;
    }

    private static Map<Long, Integer> lengths(MemoryFileSystem files) throws IOException {
        Map<Long, Integer> lengths = new HashMap<>();
        for (Long log : logs(files)) {
            lengths.put(log, files.content(name(log)).length);
        }
        return lengths;
    }

    private static String name(long log) {
        return "%06d.log".formatted(log);
    }
}
