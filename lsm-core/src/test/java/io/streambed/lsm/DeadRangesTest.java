package io.streambed.lsm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.fs.MemoryFileSystem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Readers jump over long rows of deleted keys, and never over one that is alive at their moment. */
class DeadRangesTest {
    private static final int KEYS = 400;
    private static final int STEPS = 4_000;

    /** Deletes whole ranges, puts into them, and walks from anywhere in both directions, now and at snapshots. */
    @Test
    void whatIsAliveIsFound() {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            NavigableMap<String, String> expected = new TreeMap<>();
            Map<Snapshot, NavigableMap<String, String>> snapshots = new HashMap<>();
            try (LsmRuntime runtime =
                            LsmRuntime.builder().executor(Runnable::run).build();
                    LsmTree tree = runtime.open(new MemoryFileSystem(), LsmOptions.defaults())) {
                for (int i = 0; i < STEPS; i++) {
                    step(tree, expected, snapshots, random, "seed " + seed + ", step " + i);
                }
                snapshots.keySet().forEach(Snapshot::close);
            }
        }
    }

    private static void step(
            LsmTree tree,
            NavigableMap<String, String> expected,
            Map<Snapshot, NavigableMap<String, String>> snapshots,
            Random random,
            String where) {
        int from = random.nextInt(KEYS);
        switch (random.nextInt(12)) {
            case 0 -> {
                WriteBatch batch = new WriteBatch();
                for (int i = from; i < Math.min(KEYS, from + random.nextInt(200)); i++) {
                    batch.delete(bytes(key(i)));
                    expected.remove(key(i));
                }
                tree.write(batch);
            }
            case 1, 2 -> {
                tree.put(bytes(key(from)), bytes("" + from));
                expected.put(key(from), "" + from);
            }
            case 3 -> {
                WriteBatch batch = new WriteBatch();
                for (int i = 0; i < 5; i++) {
                    int k = random.nextInt(KEYS);
                    batch.put(bytes(key(k)), bytes("" + i));
                    expected.put(key(k), "" + i);
                }
                tree.write(batch);
            }
            case 4 -> {
                if (random.nextInt(20) == 0) {
                    tree.flush();
                } else if (random.nextInt(10) == 0 && snapshots.size() < 3) {
                    snapshots.put(tree.snapshot(), new TreeMap<>(expected));
                }
            }
            default -> {
                KeyRange range = random.nextBoolean()
                        ? KeyRange.all()
                        : new KeyRange(bytes(key(from)), bytes(key(from + random.nextInt(KEYS))));
                Direction direction = random.nextBoolean() ? Direction.FORWARD : Direction.REVERSE;
                int most = random.nextInt(4) == 0 ? 1 : Integer.MAX_VALUE;
                try (LsmIterator iterator = tree.iterator(range, direction)) {
                    assertEquals(cut(expected, range, direction, most), walk(iterator, most), where);
                }
                snapshots.forEach((snapshot, then) -> {
                    try (LsmIterator iterator = tree.iterator(range, direction, snapshot)) {
                        assertEquals(cut(then, range, direction, most), walk(iterator, most), where + ", snapshot");
                    }
                });
            }
        }
    }

    /** A queue in the memtable: what was popped is passed once, and not by each pop again. */
    @Test
    void aPopDoesNotWalkOverWhatWasPoppedBefore() {
        try (LsmRuntime runtime = LsmRuntime.builder().executor(Runnable::run).build();
                LsmTree tree = runtime.open(new MemoryFileSystem(), LsmOptions.defaults())) {
            for (int i = 0; i < 50_000; i++) {
                tree.put(bytes(key(i)), bytes("v"));
            }
            // Without the jump these are 1.2 thousand million steps over tombstones: minutes.
            long begin = System.nanoTime();
            for (int i = 0; i < 49_000; i++) {
                try (LsmIterator iterator = tree.iterator(KeyRange.all(), Direction.FORWARD)) {
                    assertTrue(iterator.next());
                    assertEquals(key(i), new String(iterator.key().toByteArray(), UTF_8));
                }
                tree.delete(bytes(key(i)));
                tree.put(bytes(key(50_000 + i)), bytes("v"));
            }
            System.out.println("DeadRangesTest: " + (System.nanoTime() - begin) / 49_000 + " ns for a pop and a push");
        }
    }

    private static List<String> cut(NavigableMap<String, String> map, KeyRange range, Direction direction, int most) {
        NavigableMap<String, String> part = range.from() == null
                ? map
                : map.subMap(new String(range.from(), UTF_8), true, new String(range.to(), UTF_8), false);
        List<String> found = new ArrayList<>();
        (direction == Direction.FORWARD ? part : part.descendingMap()).forEach((key, value) -> {
            if (found.size() < most) {
                found.add(key + "=" + value);
            }
        });
        return found;
    }

    private static List<String> walk(LsmIterator iterator, int most) {
        List<String> found = new ArrayList<>();
        while (found.size() < most && iterator.next()) {
            found.add(new String(iterator.key().toByteArray(), UTF_8) + "="
                    + new String(iterator.value().toByteArray(), UTF_8));
        }
        return found;
    }

    private static String key(int i) {
        return String.format("%06d", i);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
