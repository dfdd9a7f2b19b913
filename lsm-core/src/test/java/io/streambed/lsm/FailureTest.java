package io.streambed.lsm;

import static io.streambed.lsm.testing.ByteMaps.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.fs.Fault;
import io.streambed.lsm.fs.Fault.Operation;
import io.streambed.lsm.fs.FaultFileSystem;
import io.streambed.lsm.fs.MemoryFileSystem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What happens after something has failed, in cases that random tests found or that they could miss. */
class FailureTest {
    private final MemoryFileSystem memory = new MemoryFileSystem();
    private final FaultFileSystem files = new FaultFileSystem(memory);
    private final LsmRuntime runtime =
            LsmRuntime.builder().executor(Runnable::run).blockCache(false).build();

    @Test
    void anIteratorThatFailedDoesNotGoOnAsIfNothingHadBeen() {
        LsmOptions options = LsmOptions.builder().blockBytes(512).build();
        try (LsmTree tree = runtime.open(files, options)) {
            for (int i = 0; i < 1_000; i++) {
                tree.put(bytes("key " + i), bytes("value " + i));
            }
            tree.flush();
            tree.put(bytes("key 1"), bytes("in memory"));
            for (Direction direction : Direction.values()) {
                try (LsmIterator iterator = tree.iterator(KeyRange.all(), direction)) {
                    assertTrue(iterator.next());
                    files.inject(Fault.on(Operation.READ).nth(1).once("gone"));
                    LsmException first = assertThrows(LsmException.class, () -> count(iterator));
                    LsmException second = assertThrows(LsmException.class, iterator::next);
                    assertEquals(first.getMessage(), second.getMessage());
                    files.heal();
                }
            }
        }
    }

    @Test
    void closingSaysThatCommitsWithoutALogAreLost() {
        LsmOptions options = LsmOptions.builder().durability(Durability.NONE).build();
        LsmTree tree = runtime.open(files, options);
        tree.put(bytes("a"), bytes("1"));
        files.inject(Fault.on(Operation.WRITE)
                .inFile(name -> name.endsWith(".sst"))
                .nth(1)
                .once("disk full"));
        assertThrows(LsmException.class, tree::flush);
        LsmException lost = assertThrows(LsmException.class, tree::close);
        assertTrue(lost.getMessage().contains("disk full"), lost.getMessage());
        assertEquals(0, memory.openHandles());
        tree.close();
    }

    @Test
    void aRuntimeClosesAllTreesEvenIfOneFails() {
        LsmOptions options = LsmOptions.builder().durability(Durability.NONE).build();
        MemoryFileSystem others = new MemoryFileSystem();
        runtime.open(files, options).put(bytes("a"), bytes("1"));
        runtime.open(others, options).put(bytes("a"), bytes("1"));
        files.inject(Fault.on(Operation.CREATE).nth(1).forEver("disk full"));
        assertThrows(LsmException.class, runtime::close);
        assertEquals(0, memory.openHandles());
        assertEquals(0, others.openHandles());
    }

    @Test
    void openingDoesNotWaitForWhatACrashLeftBehindToBeDeleted() throws IOException {
        try (LsmTree tree = runtime.open(files, LsmOptions.defaults())) {
            tree.put(bytes("a"), bytes("1"));
        }
        List<String> before = memory.list();
        memory.setContent("000077.sst", bytes("half a table"));
        memory.setContent("CURRENT.tmp", bytes("half a name"));
        List<Runnable> later = new ArrayList<>();
        long operations = memory.operations();
        try (LsmRuntime waiting = LsmRuntime.builder().executor(later::add).build();
                LsmTree tree = waiting.open(files, LsmOptions.defaults())) {
            assertArrayEquals(bytes("1"), tree.get(bytes("a")));
            assertEquals(operations, memory.operations());
            files.inject(Fault.on(Operation.SYNC)
                    .inFile(name -> name.startsWith("MANIFEST"))
                    .nth(1)
                    .once("disk broken"));
            later.remove(0).run();
            // Nothing is deleted before the manifest is on disk.
            assertTrue(memory.list().contains("000077.sst"));
            assertThrows(LsmException.class, () -> tree.put(bytes("b"), bytes("2")));
        }
        runtime.open(files, LsmOptions.defaults()).close();
        assertEquals(before.size(), memory.list().size(), () -> String.valueOf(memory.list()));
    }

    @Test
    void aManifestThatCannotBeReplacedIsClosedWithItsTree() {
        LsmTree tree =
                runtime.open(files, LsmOptions.builder().commitEveryWrite(false).build());
        tree.put(bytes("a"), bytes("1"));
        tree.commit(new byte[2 << 20]); // With so much in it the manifest is to be replaced.
        tree.flush();
        tree.put(bytes("a"), bytes("2"));
        files.inject(Fault.on(Operation.SYNC)
                .inFile(name -> name.startsWith("MANIFEST"))
                .nth(1)
                .once("disk broken"));
        LsmException failed = assertThrows(LsmException.class, tree::flush);
        assertTrue(failed.getMessage().contains("disk broken"), failed.getMessage());
        assertTrue(assertThrows(LsmException.class, tree::flush).getMessage().contains("disk broken"));
        tree.close();
        assertEquals(0, memory.openHandles());
        files.heal();
        try (LsmTree again = runtime.open(files, LsmOptions.defaults())) {
            assertEquals("1", new String(again.get(bytes("a")), UTF_8));
        }
    }

    @Test
    void commitsWithoutWritesDoNotLetTheLogGrowForEver() {
        LsmOptions options = LsmOptions.builder()
                .commitEveryWrite(false)
                .writeBufferBytes(64L << 10)
                .build();
        try (LsmTree tree = runtime.open(files, options)) {
            for (int i = 0; i < 2_000; i++) {
                tree.commit(bytes("offset " + i + "-".repeat(1_000)));
            }
            long logBytes = memory.list().stream()
                    .filter(name -> name.endsWith(".log"))
                    .mapToLong(this::length)
                    .sum();
            // One that is written to, and one whose file is to be taken again.
            assertTrue(logBytes < 800_000, logBytes + " bytes of log");
        }
        try (LsmTree tree = runtime.open(files, options)) {
            assertTrue(new String(tree.committedMetadata(), UTF_8).startsWith("offset 1999"));
        }
    }

    @Test
    void anIteratorClosedAfterItsTreeLeavesTheDirectoryAlone() {
        LsmTree tree = runtime.open(files, LsmOptions.defaults());
        tree.put(bytes("a"), bytes("1"));
        tree.flush();
        LsmIterator iterator = tree.iterator(KeyRange.all(), Direction.FORWARD);
        tree.put(bytes("a"), bytes("2"));
        tree.compact();
        tree.close();
        long operations = memory.operations();
        iterator.close();
        assertEquals(operations, memory.operations());
        LsmException closed = assertThrows(LsmException.class, iterator::next);
        assertEquals(LsmException.Kind.CLOSED, closed.kind());
    }

    private long length(String name) {
        try {
            return memory.content(name).length;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static int count(LsmIterator iterator) {
        int count = 0;
        while (iterator.next()) {
            count++;
        }
        return count;
    }
}
