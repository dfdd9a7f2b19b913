package io.streambed.lsm.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.Direction;
import io.streambed.lsm.KeyRange;
import io.streambed.lsm.LsmIterator;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.WriteBatch;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;

/**
 * Keys whose values check themselves: a value holds its key, a version that only grows, padding, and a checksum of all that.
 * The last ten keys are only written together, in one batch, and always have the same version.
 */
final class Registers {
    static final int COUNT = 1_000;
    static final int TOGETHER = 10;

    private final LsmTree tree;

    Registers(LsmTree tree) {
        this.tree = tree;
    }

    /** What one reader has seen of each key; later reads of the same reader may not see older versions. */
    static final class Seen {
        private final long[] versions = new long[COUNT];

        private void see(int key, long version, String how) {
            assertTrue(
                    version >= versions[key],
                    () -> how + " of key " + key + ": version " + version + " after " + versions[key]);
            versions[key] = version;
        }
    }

    /** Gives every key a version. */
    void writeAll(long version, Random random) {
        for (int key = 0; key < COUNT - TOGETHER; key++) {
            tree.put(key(key), value(key, version, random));
        }
        writeTogether(version, random);
    }

    void write(long version, Random random) {
        int key = random.nextInt(COUNT - TOGETHER);
        tree.put(key(key), value(key, version, random));
    }

    void writeTogether(long version, Random random) {
        WriteBatch batch = new WriteBatch();
        for (int key = COUNT - TOGETHER; key < COUNT; key++) {
            batch.put(key(key), value(key, version, random));
        }
        tree.write(batch);
    }

    void get(Random random, Seen seen) {
        int key = random.nextInt(COUNT);
        byte[] value = tree.get(key(key));
        assertTrue(value != null, () -> "key " + key + " is gone");
        seen.see(key, check(key, value), "get");
    }

    /** Scans a range of one key. */
    void scanOne(Random random, Seen seen) {
        int key = random.nextInt(COUNT);
        try (LsmIterator iterator = tree.iterator(KeyRange.closed(key(key), key(key)), Direction.FORWARD)) {
            assertTrue(iterator.next(), () -> "key " + key + " is gone");
            seen.see(key, check(key, iterator.value().toByteArray()), "scan");
        }
    }

    /** Scans everything; there must be every key, and the last ten of one version. */
    void scan(Direction direction, Seen seen) {
        int count = 0;
        long together = -1;
        try (LsmIterator iterator = tree.iterator(KeyRange.all(), direction)) {
            while (iterator.next()) {
                int key = direction == Direction.FORWARD ? count : COUNT - 1 - count;
                assertTrue(Arrays.equals(key(key), iterator.key().toByteArray()), "a key is missing in a scan");
                long version = check(key, iterator.value().toByteArray());
                seen.see(key, version, direction + " scan");
                if (key >= COUNT - TOGETHER) {
                    assertTrue(together < 0 || together == version, "a scan sees a part of a batch");
                    together = version;
                }
                count++;
            }
        }
        assertEquals(COUNT, count, "keys in a scan");
    }

    private static byte[] key(int key) {
        return ByteBuffer.allocate(8).putInt(0x6b65793a).putInt(key).array();
    }

    private static byte[] value(int key, long version, Random random) {
        byte[] bytes = new byte[20 + random.nextInt(100)];
        ByteBuffer.wrap(bytes).putInt(4, key).putLong(8, version);
        ByteBuffer.wrap(bytes).putInt(0, crc(bytes));
        return bytes;
    }

    private static long check(int key, byte[] value) {
        ByteBuffer buffer = ByteBuffer.wrap(value);
        assertEquals(crc(value), buffer.getInt(0), "checksum of a value");
        assertEquals(key, buffer.getInt(4), "key that a value belongs to");
        return buffer.getLong(8);
    }

    private static int crc(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 4, bytes.length - 4);
        return (int) crc.getValue();
    }
}
