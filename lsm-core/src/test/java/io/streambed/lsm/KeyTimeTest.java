package io.streambed.lsm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.testing.Seeds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Scans of certain times show all that is of such a time, and read no table that has nothing of it. Repeat one with -Dstreambed.seed=. */
class KeyTimeTest {
    private static final int KEYS = 60;
    private static final int TIMES = 400;
    private static final int STEPS = 6_000;

    private static final LsmOptions TIMED = LsmOptions.builder()
            .keyTime(KeyTimeTest::time)
            .commitEveryWrite(false)
            .build();

    private final long seed = Seeds.seed("KeyTimeTest");
    private final LsmRuntime runtime =
            LsmRuntime.builder().executor(Runnable::run).build();

    /** Against a map: puts and deletes around a time that moves on, flushes, compactions, reopenings, scans both ways. */
    @Test
    void showsAllThatIsOfTheTimesAskedFor() {
        for (CompactionStyle style : CompactionStyle.values()) {
            Random random = new Random(seed ^ style.name().hashCode());
            LsmOptions options = TIMED.toBuilder().compactionStyle(style).build();
            MemoryFileSystem files = new MemoryFileSystem();
            NavigableMap<String, String> expected = new TreeMap<>();
            LsmTree tree = runtime.open(files, options);
            try {
                for (int i = 0; i < STEPS; i++) {
                    int now = i * TIMES / STEPS;
                    switch (random.nextInt(200)) {
                        case 0 -> tree.flush();
                        case 1 -> tree.compact();
                        case 2 -> {
                            tree.commit(new byte[0]);
                            tree.close();
                            // Tables that were written while nobody knew of times are read by those who do, and others.
                            boolean knows = random.nextInt(4) > 0;
                            tree = runtime.open(files, knows ? options : untimed(options));
                        }
                        case 3, 4, 5, 6 -> compare(tree, expected, random);
                        default -> write(tree, expected, random, now);
                    }
                }
            } finally {
                tree.close();
            }
        }
    }

    @Test
    void tablesWithoutSuchATimeAreNotRead() {
        try (LsmTree tree = runtime.open(new MemoryFileSystem(), TIMED)) {
            fill(tree, 0);
            fill(tree, 100);
            fill(tree, 200);
            assertEquals(KEYS, scan(tree, KeyRange.all().ofTimes(100, 100)).size());
            assertEquals(1, blocksRead(tree, KeyRange.all().ofTimes(100, 100)));
            assertEquals(1, blocksRead(tree, KeyRange.all().ofTimes(150, 250)));
            assertEquals(2, blocksRead(tree, KeyRange.all().ofTimes(0, 100)));
            assertEquals(0, blocksRead(tree, KeyRange.all().ofTimes(101, 199)));
            assertEquals(3, blocksRead(tree, KeyRange.all()));
        }
    }

    @Test
    void aCompactionKnowsTheTimesOfWhatItWrites() {
        MemoryFileSystem files = new MemoryFileSystem();
        try (LsmTree tree = runtime.open(files, TIMED)) {
            fill(tree, 100);
            fill(tree, 200);
            tree.compact();
            tree.commit(new byte[0]);
        }
        try (LsmTree tree = runtime.open(files, TIMED)) {
            assertEquals(0, blocksRead(tree, KeyRange.all().ofTimes(0, 99)));
            assertEquals(1, blocksRead(tree, KeyRange.all().ofTimes(150, 150)));
            assertEquals(0, blocksRead(tree, KeyRange.all().ofTimes(201, 300)));
        }
    }

    /** Who sees a part only must not tell others that nothing is alive where it looked. */
    @Test
    void deadKeysOfOneTimeHideNoneOfAnother() {
        try (LsmTree tree = runtime.open(new MemoryFileSystem(), TIMED)) {
            // Behind more deleted keys than it takes to make a reader ask whether there are more.
            tree.put(key(KEYS - 1, 100), new byte[1]);
            tree.flush();
            fill(tree, 200);
            for (int key = 0; key < KEYS; key++) {
                tree.delete(key(key, 200));
            }
            assertTrue(scan(tree, KeyRange.all().ofTimes(200, 200)).isEmpty());
            // The writer takes over what a scan has told.
            tree.delete(key(0, 200));
            assertEquals(1, scan(tree, KeyRange.all()).size());
        }
    }

    private static LsmOptions untimed(LsmOptions options) {
        return options.toBuilder().keyTime(null).build();
    }

    private static void write(LsmTree tree, NavigableMap<String, String> expected, Random random, int now) {
        byte[] key = key(random.nextInt(KEYS), Math.max(0, now - random.nextInt(30)));
        if (random.nextInt(4) == 0) {
            tree.delete(key);
            expected.remove(new String(key, UTF_8));
        } else {
            String value = Integer.toString(random.nextInt());
            tree.put(key, value.getBytes(UTF_8));
            expected.put(new String(key, UTF_8), value);
        }
    }

    private static void compare(LsmTree tree, NavigableMap<String, String> expected, Random random) {
        int first = random.nextInt(TIMES);
        int last = first + random.nextInt(30);
        String from = new String(key(random.nextInt(KEYS), 0), UTF_8);
        String to = new String(key(random.nextInt(KEYS), TIMES), UTF_8);
        if (from.compareTo(to) > 0) {
            return;
        }
        List<String> wanted = new ArrayList<>();
        expected.subMap(from, to).forEach((key, value) -> {
            long time = time(Slice.of(key.getBytes(UTF_8)));
            if (first <= time && time <= last) {
                wanted.add(key + " " + value);
            }
        });
        KeyRange range = new KeyRange(from.getBytes(UTF_8), to.getBytes(UTF_8)).ofTimes(first, last);
        assertEquals(wanted, scan(tree, range));
        List<String> reversed = scan(tree, range, Direction.REVERSE);
        Collections.reverse(reversed);
        assertEquals(wanted, reversed);
    }

    private static void fill(LsmTree tree, int time) {
        for (int key = 0; key < KEYS; key++) {
            tree.put(key(key, time), new byte[1]);
        }
        tree.flush();
    }

    private static long blocksRead(LsmTree tree, KeyRange range) {
        long before =
                tree.metrics().reads().blockMisses() + tree.metrics().reads().blockHits();
        scan(tree, range);
        return tree.metrics().reads().blockMisses() + tree.metrics().reads().blockHits() - before;
    }

    private static List<String> scan(LsmTree tree, KeyRange range) {
        return scan(tree, range, Direction.FORWARD);
    }

    /** Keys and values of a time that is asked for. */
    private static List<String> scan(LsmTree tree, KeyRange range, Direction direction) {
        List<String> found = new ArrayList<>();
        try (LsmIterator entries = tree.iterator(range, direction)) {
            while (entries.next()) {
                long time = time(entries.key());
                if (range.timeFrom() <= time && time <= range.timeTo()) {
                    found.add(string(entries.key()) + " " + string(entries.value()));
                }
            }
        }
        return found;
    }

    private static byte[] key(int key, int time) {
        return String.format("%03d/%04d", key, time).getBytes(UTF_8);
    }

    private static long time(Slice key) {
        return Long.parseLong(string(key).substring(4));
    }

    private static String string(Slice slice) {
        return new String(slice.toByteArray(), UTF_8);
    }
}
