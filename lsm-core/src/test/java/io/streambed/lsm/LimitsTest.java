package io.streambed.lsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** The stated limits: what is within them works all the way to disk and back, what is beyond them is refused and changes nothing. */
class LimitsTest {
    private static final int LONGEST_KEY = 1 << 20;
    private static final int LONGEST_VALUE = 256 << 20;

    @TempDir
    Path directory;

    @Test
    void theLongestKeyWorks() {
        byte[] key = new byte[LONGEST_KEY];
        Arrays.fill(key, (byte) 0xff);
        try (LsmTree tree = LsmTree.open(directory)) {
            tree.put(key, new byte[] {1});
            tree.flush();
        }
        try (LsmTree tree = LsmTree.open(directory)) {
            assertArrayEquals(new byte[] {1}, tree.get(key));
            tree.delete(key);
            assertNull(tree.get(key));
        }
    }

    @Test
    void theLongestValueWorks() {
        byte[] key = {7};
        byte[] value = new byte[LONGEST_VALUE];
        value[LONGEST_VALUE - 1] = 3;
        try (LsmTree tree = LsmTree.open(directory)) {
            tree.put(key, value);
            assertTrue(Arrays.equals(value, tree.get(key)), "from the memtable");
        }
        try (LsmTree tree = LsmTree.open(directory)) {
            assertTrue(Arrays.equals(value, tree.get(key)), "from the log");
            tree.flush();
        }
        try (LsmTree tree = LsmTree.open(directory)) {
            assertTrue(Arrays.equals(value, tree.get(key)), "from a table");
        }
    }

    @Test
    void whatIsTooLongIsRefusedByNameAndChangesNothing() {
        try (LsmTree tree = LsmTree.open(directory)) {
            tree.put(new byte[0], new byte[0]);
            WriteBatch batch = new WriteBatch();
            byte[] key = new byte[LONGEST_KEY + 1];
            byte[] value = new byte[LONGEST_VALUE + 1];
            refused("key of 1048577 bytes; the limit is 1048576 bytes", () -> tree.put(key, new byte[0]));
            refused("key of 1048577 bytes; the limit is 1048576 bytes", () -> tree.delete(key));
            refused("key of 1048577 bytes; the limit is 1048576 bytes", () -> batch.put(key, new byte[0]));
            refused("value of 268435457 bytes; the limit is 268435456 bytes", () -> tree.put(new byte[1], value));
            refused("value of 268435457 bytes; the limit is 268435456 bytes", () -> batch.put(new byte[1], value));
            assertTrue(batch.isEmpty());
            assertEquals(1, tree.metrics().lastSeqNo());
            assertArrayEquals(new byte[0], tree.get(new byte[0]));
        }
    }

    @Test
    void anOptionOutOfRangeIsRefusedWithItsValueAndItsRange() {
        refused(
                "writeBufferBytes = 1 is out of range; it may be 65536 to 1073741824",
                () -> LsmOptions.builder().writeBufferBytes(1).build());
        refused(
                "openTables = 1 is out of range; it may be 16 to 1000000",
                () -> LsmRuntime.builder().openTables(1));
        refused("name must not be empty", () -> LsmOptions.builder().name("").build());
    }

    private static void refused(String message, Executable call) {
        LsmException e = assertThrows(LsmException.class, call);
        assertEquals(LsmException.Kind.INVALID, e.kind());
        assertEquals(message, e.getMessage());
    }
}
