package io.streambed.lsm.testing;

import static org.junit.jupiter.api.Assertions.fail;

import io.streambed.lsm.Direction;
import io.streambed.lsm.KeyRange;
import io.streambed.lsm.LsmIterator;
import io.streambed.lsm.LsmTree;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;

/** Reads a tree in every way there is and compares with a map. */
public final class TreeReads {
    private TreeReads() {}

    /** What a scan of the whole tree gives; fails if keys do not come in order. */
    public static NavigableMap<byte[], byte[]> scan(LsmTree tree, Direction direction) {
        NavigableMap<byte[], byte[]> found = ByteMaps.create();
        byte[] last = null;
        try (LsmIterator iterator = tree.iterator(KeyRange.all(), direction)) {
            while (iterator.next()) {
                byte[] key = iterator.key().toByteArray();
                if (last != null && (Arrays.compareUnsigned(last, key) < 0) != (direction == Direction.FORWARD)) {
                    fail(direction + " scan gives " + ByteMaps.show(key) + " after " + ByteMaps.show(last));
                }
                found.put(key, iterator.value().toByteArray());
                last = key;
            }
        }
        return found;
    }

    /** Fails unless the tree holds exactly {@code expected}: by scans in both directions, and key by key. */
    public static void check(LsmTree tree, NavigableMap<byte[], byte[]> expected) {
        for (Direction direction : Direction.values()) {
            NavigableMap<byte[], byte[]> found = scan(tree, direction);
            if (!ByteMaps.equal(expected, found)) {
                fail(direction + " scan: expected " + ByteMaps.show(expected) + "\nfound " + ByteMaps.show(found));
            }
        }
        checkGets(tree, expected);
    }

    /** Fails unless a get of each key gives its value, and of the key right behind it nothing, if nothing is there. */
    public static void checkGets(LsmTree tree, NavigableMap<byte[], byte[]> expected) {
        for (Map.Entry<byte[], byte[]> entry : expected.entrySet()) {
            byte[] key = entry.getKey();
            checkGet(key, entry.getValue(), tree.get(key));
            byte[] behind = Arrays.copyOf(key, key.length + 1);
            checkGet(behind, expected.get(behind), tree.get(behind));
        }
    }

    /** Fails unless {@code found} is {@code expected}; null is no value. */
    public static void checkGet(byte[] key, byte[] expected, byte[] found) {
        if (!Arrays.equals(expected, found)) {
            fail("get " + ByteMaps.show(key) + ": expected " + ByteMaps.show(expected) + ", found "
                    + ByteMaps.show(found));
        }
    }
}
