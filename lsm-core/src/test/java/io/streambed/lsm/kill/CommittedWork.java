package io.streambed.lsm.kill;

import static io.streambed.lsm.testing.ByteMaps.bytes;

import io.streambed.lsm.LsmTree;
import io.streambed.lsm.WriteBatch;
import java.util.NavigableMap;
import java.util.Random;

/** What is written before commit k, the same in every process: the parent computes what a child must have left. */
final class CommittedWork {
    private static final int KEYS = 500;

    private final long seed;

    CommittedWork(long seed) {
        this.seed = seed;
    }

    /** Does the writes of commit {@code number} and commits them. */
    void commit(LsmTree tree, long number) {
        WriteBatch batch = new WriteBatch();
        Random random = new Random(seed + number);
        for (int left = 1 + random.nextInt(12); left > 0; left--) {
            byte[] key = key(random);
            if (random.nextInt(4) == 0) {
                batch.delete(key);
            } else {
                batch.put(key, value(number, random));
            }
            if (random.nextInt(3) == 0) {
                tree.write(batch);
                batch.clear();
            }
        }
        tree.write(batch);
        tree.commit(metadata(number));
        // What follows belongs to the next commit, or is void.
        if (number % 40 == 0) {
            tree.put(bytes("never committed"), bytes("x"));
            tree.flush();
            tree.delete(bytes("never committed"));
        }
        if (number % 170 == 0) {
            tree.compact();
        }
    }

    /** The same on a map. */
    void commit(NavigableMap<byte[], byte[]> map, long number) {
        Random random = new Random(seed + number);
        for (int left = 1 + random.nextInt(12); left > 0; left--) {
            byte[] key = key(random);
            if (random.nextInt(4) == 0) {
                map.remove(key);
            } else {
                map.put(key, value(number, random));
            }
            random.nextInt(3);
        }
    }

    static byte[] metadata(long number) {
        return bytes(Long.toString(number));
    }

    private static byte[] key(Random random) {
        return bytes("key " + random.nextInt(KEYS));
    }

    private static byte[] value(long number, Random random) {
        return bytes(number + " ".repeat(random.nextInt(200)));
    }
}
