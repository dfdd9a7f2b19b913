package io.streambed.lsm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.fs.MemoryFileSystem;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user of the engine sees. */
class LsmTreeTest {
    private static final LsmOptions MANUAL =
            LsmOptions.builder().commitEveryWrite(false).build();

    private final MemoryFileSystem files = new MemoryFileSystem();
    private final LsmRuntime runtime =
            LsmRuntime.builder().executor(Runnable::run).build();

    @Test
    void whatWasPutIsRead() {
        try (LsmTree tree = runtime.open(files, LsmOptions.defaults())) {
            tree.put(bytes("a"), bytes("1"));
            tree.put(bytes(""), bytes(""));
            assertArrayEquals(bytes("1"), tree.get(bytes("a")));
            assertArrayEquals(bytes(""), tree.get(bytes("")));
            assertNull(tree.get(bytes("b")));
        }
    }

    @Test
    void whatWasDeletedIsGoneWhereverItWas() {
        try (LsmTree tree = runtime.open(files, LsmOptions.defaults())) {
            tree.put(bytes("a"), bytes("1"));
            tree.delete(bytes("a"));
            assertNull(tree.get(bytes("a")));
            tree.put(bytes("a"), bytes("2"));
            tree.flush();
            tree.delete(bytes("a"));
            assertNull(tree.get(bytes("a")));
            tree.flush();
            assertNull(tree.get(bytes("a")));
            tree.compact();
            assertNull(tree.get(bytes("a")));
            assertEquals(0, tree.metrics().tableBytes(), "nothing is left of a key that was deleted at the bottom");
        }
    }

    @Test
    void closingFlushesWhatWouldTakeTheNextOpeningLongToRead() {
        assertTrue(tablesAfterClosing(4200, true) > 0);
    }

    @Test
    void closingFlushesNeitherLittleNorWhatNobodyCommitted() {
        assertEquals(0, tablesAfterClosing(2500, true));
        assertEquals(0, tablesAfterClosing(4200, false));
    }

    private long tablesAfterClosing(int kilobytes, boolean commits) {
        MemoryFileSystem own = new MemoryFileSystem();
        try (LsmTree tree = runtime.open(own, MANUAL)) {
            for (int i = 0; i < kilobytes; i++) {
                tree.put(bytes("key" + i), new byte[1024]);
            }
            if (commits) {
                tree.commit(bytes("all"));
            }
        }
        try (LsmTree tree = runtime.open(own, MANUAL)) {
            assertEquals(commits, tree.get(bytes("key0")) != null);
            return tree.metrics().tableBytes();
        }
    }

    @Test
    void openingDeletesATableThatNothingNamesThoughThereIsNoOther() {
        MemoryFileSystem own = new MemoryFileSystem();
        try (LsmTree tree = runtime.open(own, MANUAL)) {
            tree.put(bytes("a"), bytes("1"));
            tree.commit(bytes("all"));
        }
        own.setContent("000099.sst", bytes("what a killed flush left"));
        try (LsmTree tree = runtime.open(own, MANUAL)) {
            assertEquals(
                    List.of(),
                    own.list().stream().filter(name -> name.endsWith(".sst")).toList());
            assertArrayEquals(bytes("1"), tree.get(bytes("a")));
        }
    }

    @Test
    void closingAndOpeningChangesNothing(@TempDir Path directory) {
        try (LsmTree tree = LsmTree.open(directory)) {
            tree.put(bytes("a"), bytes("1"));
            tree.flush();
            tree.put(bytes("b"), bytes("2"));
        }
        try (LsmTree tree = LsmTree.open(directory)) {
            assertEquals(List.of("a=1", "b=2"), all(tree, Direction.FORWARD));
            tree.put(bytes("c"), bytes("3"));
        }
        try (LsmTree tree = LsmTree.open(directory)) {
            assertEquals(List.of("c=3", "b=2", "a=1"), all(tree, Direction.REVERSE));
        }
    }

    @Test
    void aSecondOpenerIsRefused() {
        try (LsmTree tree = runtime.open(files, LsmOptions.defaults())) {
            LsmException refused = assertThrows(LsmException.class, () -> runtime.open(files, LsmOptions.defaults()));
            assertEquals(LsmException.Kind.IN_USE, refused.kind());
            assertNotNull(tree);
        }
    }

    @Test
    void onlyWhatWasCommittedSurvivesACrash() {
        LsmTree tree = runtime.open(files, MANUAL);
        tree.put(bytes("a"), bytes("1"));
        tree.commit(bytes("offset 1"));
        tree.put(bytes("a"), bytes("2"));
        tree.put(bytes("b"), bytes("2"));
        tree.flush();
        MemoryFileSystem after = files.afterKill();
        try (LsmTree recovered = runtime.open(after, MANUAL)) {
            assertArrayEquals(bytes("offset 1"), recovered.committedMetadata());
            assertEquals(List.of("a=1"), all(recovered, Direction.FORWARD));
            assertArrayEquals(bytes("1"), recovered.get(bytes("a")));
            recovered.put(bytes("c"), bytes("3"));
            recovered.compact();
            assertEquals(List.of("a=1", "c=3"), all(recovered, Direction.FORWARD));
        }
        tree.close();
    }

    @Test
    void aSnapshotKeepsItsMoment() {
        try (LsmTree tree = runtime.open(files, LsmOptions.defaults())) {
            tree.put(bytes("a"), bytes("1"));
            try (Snapshot snapshot = tree.snapshot()) {
                tree.put(bytes("a"), bytes("2"));
                tree.compact();
                assertArrayEquals(bytes("1"), tree.get(bytes("a"), snapshot));
                assertArrayEquals(bytes("2"), tree.get(bytes("a")));
            }
        }
    }

    @Test
    void aRangeOfOneKeyIsFoundAsThatKeyIs() {
        try (LsmTree tree = runtime.open(files, MANUAL)) {
            for (String table : List.of("ac", "abc", "bc")) {
                for (byte key : bytes(table)) {
                    tree.put(new byte[] {key}, bytes(table));
                }
                tree.flush();
            }
            tree.put(bytes("d"), bytes("memtable"));
            tree.delete(bytes("b"));
            for (Direction direction : Direction.values()) {
                assertEquals(List.of("abc"), values(tree, "a", direction));
                assertEquals(List.of(), values(tree, "b", direction));
                assertEquals(List.of("bc"), values(tree, "c", direction));
                assertEquals(List.of("memtable"), values(tree, "d", direction));
                assertEquals(List.of(), values(tree, "", direction));
            }
            long before = blocksLookedAt(tree);
            assertEquals(List.of("abc"), values(tree, "a", Direction.FORWARD));
            assertEquals(before + 1, blocksLookedAt(tree), "the newest table with the key is enough");
            assertEquals(0, tree.metrics().openIterators());
        }
    }

    @Test
    void anIteratorOverNothingIsLikeAnyOther() {
        LsmIterator ofClosedTree;
        try (LsmTree tree = runtime.open(files, MANUAL)) {
            for (Direction direction : Direction.values()) {
                LsmIterator iterator = tree.iterator(KeyRange.all(), direction);
                assertEquals(1, tree.metrics().openIterators());
                assertThrows(IllegalStateException.class, iterator::key);
                assertFalse(iterator.next());
                tree.put(bytes("a"), bytes("came later"));
                assertFalse(iterator.next());
                assertThrows(IllegalStateException.class, iterator::value);
                tree.delete(bytes("a"));
                tree.compact();
                iterator.close();
                iterator.close();
                assertEquals(0, tree.metrics().openIterators());
                assertEquals(
                        LsmException.Kind.CLOSED,
                        assertThrows(LsmException.class, iterator::next).kind());
                assertThrows(LsmException.class, iterator::key);
            }
            ofClosedTree = tree.iterator(KeyRange.all(), Direction.FORWARD);
        }
        assertEquals(
                LsmException.Kind.CLOSED,
                assertThrows(LsmException.class, ofClosedTree::next).kind());
        ofClosedTree.close();
    }

    /** What is void has the numbers of writes that a recovery has dropped, and the moment of a read is the last of them. */
    @Test
    void aRangeOfOneKeyIsFoundAfterARecoveryThatDropsWrites() {
        try (LsmTree tree = runtime.open(files, MANUAL)) {
            tree.put(bytes("a"), bytes("1"));
            tree.commit(bytes("all"));
            tree.put(bytes("a"), bytes("2"));
            tree.flush();
        }
        // Before a compaction has swept them out.
        Queue<Runnable> background = new ArrayDeque<>();
        try (LsmRuntime lazy = LsmRuntime.builder().executor(background::add).build();
                LsmTree tree = lazy.open(files, MANUAL)) {
            List<String> found = values(tree, "a", Direction.FORWARD);
            background.forEach(Runnable::run);
            assertEquals(List.of("1"), found);
        }
    }

    private static long blocksLookedAt(LsmTree tree) {
        LsmMetrics.Reads reads = tree.metrics().reads();
        return reads.blockHits() + reads.blockMisses();
    }

    private static List<String> values(LsmTree tree, String key, Direction direction) {
        List<String> values = new ArrayList<>();
        try (LsmIterator entries = tree.iterator(KeyRange.closed(bytes(key), bytes(key)), direction)) {
            while (entries.next()) {
                assertArrayEquals(bytes(key), entries.key().toByteArray());
                values.add(new String(entries.value().toByteArray(), UTF_8));
            }
        }
        return values;
    }

    @Test
    void anIteratorKeepsItsMomentWhileTablesAreReplaced() {
        try (LsmTree tree = runtime.open(files, LsmOptions.defaults())) {
            tree.put(bytes("a"), bytes("1"));
            tree.put(bytes("b"), bytes("1"));
            tree.flush();
            try (LsmIterator iterator = tree.iterator(KeyRange.all(), Direction.FORWARD)) {
                tree.delete(bytes("b"));
                tree.put(bytes("c"), bytes("1"));
                tree.compact();
                assertTrue(iterator.next());
                assertTrue(iterator.next());
                assertArrayEquals(bytes("b"), iterator.key().toByteArray());
                assertFalse(iterator.next());
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static List<String> all(LsmTree tree, Direction direction) {
        List<String> found = new ArrayList<>();
        try (LsmIterator iterator = tree.iterator(KeyRange.all(), direction)) {
            while (iterator.next()) {
                found.add(new String(iterator.key().toByteArray(), UTF_8) + "="
                        + new String(iterator.value().toByteArray(), UTF_8));
            }
        }
        return found;
    }
}
