package io.streambed.lsm.corruption;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import io.streambed.lsm.Direction;
import io.streambed.lsm.KeyRange;
import io.streambed.lsm.LsmException;
import io.streambed.lsm.LsmIterator;
import io.streambed.lsm.LsmRuntime;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.testing.ByteMaps;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/**
 * Uses a damaged tree in every way and judges its answers: each is right, or an {@link LsmException} that names the damaged file.
 * Never a wrong answer, never another exception, never much more memory than an intact tree needs.
 */
final class DamagedTree {
    /** What opening and reading an intact tree of a few KB may allocate, buffers of logs and the new table included. */
    private static final long MOST_ALLOCATED = 8L << 20;

    private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Database database;
    private final MemoryFileSystem files;
    private final List<String> names;
    private final int oldestAllowed;

    /**
     * @param names the damaged files, one of which each error must name
     * @param oldestAllowed the oldest commit that may be found instead of the last one
     */
    DamagedTree(Database database, MemoryFileSystem files, List<String> names, int oldestAllowed) {
        this.database = database;
        this.files = files;
        this.names = names;
        this.oldestAllowed = oldestAllowed;
    }

    /** Opens, reads all, compacts, reads all, closes. Answers whether an error was told. */
    boolean use(LsmRuntime runtime) {
        long before = THREAD.getCurrentThreadAllocatedBytes();
        boolean told = false;
        LsmTree tree = null;
        try {
            tree = runtime.open(files, database.options());
        } catch (LsmException e) {
            requireTyped(e);
            told = true;
        }
        if (tree != null) {
            NavigableMap<byte[], byte[]> expected = state(tree);
            told |= readAll(tree, expected);
            try {
                tree.compact();
            } catch (LsmException e) {
                requireTyped(e);
                told = true;
            }
            told |= readAll(tree, expected);
            tree.close();
        }
        long allocated = THREAD.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < MOST_ALLOCATED, () -> allocated + " bytes were allocated");
        assertTrue(files.openHandles() == 0, () -> "open after close: " + files.openHandleNames());
        return told;
    }

    /** The committed state that the tree says it is at. */
    private NavigableMap<byte[], byte[]> state(LsmTree tree) {
        byte[] metadata = tree.committedMetadata();
        for (int commit = database.last(); commit >= oldestAllowed; commit--) {
            if (Arrays.equals(metadata, Database.metadata(commit))) {
                return database.states().get(commit);
            }
        }
        return fail("the tree is at " + ByteMaps.show(metadata) + "; allowed are commits " + oldestAllowed + " to "
                + database.last());
    }

    private boolean readAll(LsmTree tree, NavigableMap<byte[], byte[]> expected) {
        boolean told = false;
        for (byte[] key : database.states().get(database.last()).keySet()) {
            told |= get(tree, expected, key);
        }
        told |= get(tree, expected, ByteMaps.bytes("key 5"));
        told |= get(tree, expected, ByteMaps.bytes("key 99"));
        for (Direction direction : Direction.values()) {
            told |= scan(tree, expected, direction);
        }
        return told;
    }

    private boolean get(LsmTree tree, NavigableMap<byte[], byte[]> expected, byte[] key) {
        try {
            byte[] found = tree.get(key);
            if (!Arrays.equals(found, expected.get(key))) {
                fail("get " + ByteMaps.show(key) + ": expected " + ByteMaps.show(expected.get(key)) + ", found "
                        + ByteMaps.show(found));
            }
            return false;
        } catch (LsmException e) {
            requireTyped(e);
            return true;
        }
    }

    private boolean scan(LsmTree tree, NavigableMap<byte[], byte[]> expected, Direction direction) {
        Iterator<Map.Entry<byte[], byte[]>> entries =
                ByteMaps.part(expected, KeyRange.all(), direction).entrySet().iterator();
        try (LsmIterator iterator = tree.iterator(KeyRange.all(), direction)) {
            while (iterator.next()) {
                if (!entries.hasNext()) {
                    fail(direction + " scan goes on behind the end with "
                            + ByteMaps.show(iterator.key().toByteArray()));
                }
                Map.Entry<byte[], byte[]> entry = entries.next();
                byte[] key = iterator.key().toByteArray();
                byte[] value = iterator.value().toByteArray();
                if (!Arrays.equals(key, entry.getKey()) || !Arrays.equals(value, entry.getValue())) {
                    fail(direction + " scan: expected " + ByteMaps.show(entry.getKey()) + "="
                            + ByteMaps.show(entry.getValue()) + ", found " + ByteMaps.show(key) + "="
                            + ByteMaps.show(value));
                }
            }
            if (entries.hasNext()) {
                fail(direction + " scan ends before "
                        + ByteMaps.show(entries.next().getKey()));
            }
            return false;
        } catch (LsmException e) {
            requireTyped(e);
            return true;
        }
    }

    private void requireTyped(LsmException e) {
        boolean kind = e.kind() == LsmException.Kind.CORRUPTION || e.kind() == LsmException.Kind.IO;
        if (!kind
                || names.stream()
                        .noneMatch(name -> String.valueOf(e.getMessage()).contains(name))) {
            throw new AssertionError("error does not say what is wrong: " + e.kind() + ": " + e.getMessage(), e);
        }
    }
}
