package io.streambed.lsm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.testing.Seeds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Ranges of one group show all of it, wherever it lies. Repeat one with -Dstreambed.seed=. */
class KeyGroupTest {
    private static final int SUFFIX = 4;
    private static final int STEPS = 20_000;

    private static final LsmOptions GROUPED = LsmOptions.builder()
            .groupSuffixBytes(SUFFIX)
            .commitEveryWrite(false)
            .build();

    private final long seed = Seeds.seed("KeyGroupTest");
    private final Random random = new Random(seed);
    private final LsmRuntime runtime =
            LsmRuntime.builder().executor(Runnable::run).build();
    private final NavigableMap<String, String> expected = new TreeMap<>();

    /** Against a map: puts and deletes in groups small and large, of keys that begin with one another; flushes, compactions, reopenings. */
    @Test
    void showAllThatIsOfTheGroup() {
        MemoryFileSystem files = new MemoryFileSystem();
        LsmTree tree = runtime.open(files, GROUPED);
        Snapshot snapshot = tree.snapshot();
        NavigableMap<String, String> atSnapshot = new TreeMap<>();
        try {
            for (int i = 0; i < STEPS; i++) {
                switch (random.nextInt(400)) {
                    case 0 -> tree.flush();
                    case 1 -> tree.compact();
                    case 2 -> {
                        tree.commit(new byte[0]);
                        snapshot.close();
                        tree.close();
                        boolean knows = random.nextInt(4) > 0;
                        tree = runtime.open(
                                files,
                                knows
                                        ? GROUPED
                                        : GROUPED.toBuilder()
                                                .groupSuffixBytes(0)
                                                .build());
                        snapshot = tree.snapshot();
                        atSnapshot = new TreeMap<>(expected);
                    }
                    case 3 -> {
                        snapshot.close();
                        snapshot = tree.snapshot();
                        atSnapshot = new TreeMap<>(expected);
                    }
                    default -> write(tree);
                }
                if (random.nextInt(4) == 0) {
                    compare(tree, expected, null);
                } else if (random.nextInt(8) == 0) {
                    compare(tree, atSnapshot, snapshot);
                }
            }
        } finally {
            tree.close();
        }
    }

    /** Who sees a group only must not tell others that nothing is alive where it looked. */
    @Test
    void deadKeysOfOneGroupHideNoneOfAnother() {
        try (LsmTree tree = runtime.open(new MemoryFileSystem(), GROUPED)) {
            // More deleted keys than it takes to make a reader tell of them, some in a table and no more in the
            // memtable than are found as a group is; and between them a longer one, which is alive.
            for (int i = 0; i < 60; i++) {
                tree.put(bytes(key("a", i)), new byte[1]);
            }
            tree.flush();
            for (int i = 0; i < 60; i++) {
                if (i == 30) {
                    tree.flush();
                    tree.put(bytes("a0040x0000"), new byte[1]);
                }
                tree.delete(bytes(key("a", i)));
            }
            assertEquals(List.of(), scan(tree, group("a", 0, 59), "a", Direction.FORWARD, null));
            // The writer takes over what a scan has told.
            tree.delete(bytes(key("a", 0)));
            try (LsmIterator all = tree.iterator(KeyRange.all(), Direction.FORWARD)) {
                assertEquals(true, all.next());
                assertEquals("a0040x0000", string(all.key()));
            }
        }
    }

    @Test
    void nothingBelowTheFloorIsShown() {
        try (LsmTree tree = runtime.open(new MemoryFileSystem(), GROUPED)) {
            for (int i = 0; i < 10; i++) {
                tree.put(bytes(key("a", i)), bytes("" + i));
            }
            tree.dropBelow(bytes(key("a", 7)));
            assertEquals(
                    List.of(key("a", 7) + " 7", key("a", 8) + " 8"),
                    scan(tree, group("a", 2, 8), "a", Direction.FORWARD, null));
            tree.dropBelow(bytes("a0008!"));
            assertEquals(List.of(key("a", 9) + " 9"), scan(tree, group("a", 2, 9), "a", Direction.REVERSE, null));
        }
    }

    private void write(LsmTree tree) {
        String key = anyKey();
        if (random.nextInt(4) == 0) {
            tree.delete(bytes(key));
            expected.remove(key);
        } else {
            String value = Integer.toString(random.nextInt());
            tree.put(bytes(key), bytes(value));
            expected.put(key, value);
        }
    }

    private void compare(LsmTree tree, NavigableMap<String, String> map, @Nullable Snapshot at) {
        String name = anyName();
        int first = random.nextInt(150);
        int last = first + random.nextInt(random.nextBoolean() ? 5 : 150);
        List<String> wanted = new ArrayList<>();
        for (int i = first; i <= last; i++) {
            String key = key(name, i);
            if (map.containsKey(key)) {
                wanted.add(key + " " + map.get(key));
            }
        }
        assertEquals(wanted, scan(tree, group(name, first, last), name, Direction.FORWARD, at));
        List<String> reversed = scan(tree, group(name, first, last), name, Direction.REVERSE, at);
        Collections.reverse(reversed);
        assertEquals(wanted, reversed);
    }

    private static KeyRange group(String name, int first, int last) {
        return KeyRange.closed(bytes(key(name, first)), bytes(key(name, last))).ofGroup();
    }

    /** Keys and values of a group. */
    private static List<String> scan(
            LsmTree tree, KeyRange range, String name, Direction direction, @Nullable Snapshot at) {
        List<String> found = new ArrayList<>();
        try (LsmIterator entries = at == null ? tree.iterator(range, direction) : tree.iterator(range, direction, at)) {
            while (entries.next()) {
                String key = string(entries.key());
                if (key.length() == name.length() + SUFFIX && key.startsWith(name)) {
                    found.add(key + " " + string(entries.value()));
                }
            }
        }
        return found;
    }

    private String anyKey() {
        return key(anyName(), random.nextInt(random.nextInt(3) == 0 ? 150 : 20));
    }

    /** Names that others begin with, also as if with a suffix of their own. */
    private String anyName() {
        return switch (random.nextInt(6)) {
            case 0 -> "a";
            case 1 -> "a0010";
            case 2 -> "b";
            case 3 -> "";
            default -> "name-" + random.nextInt(200);
        };
    }

    private static String key(String name, int suffix) {
        return name + String.format("%04d", suffix);
    }

    private static byte[] bytes(String string) {
        return string.getBytes(UTF_8);
    }

    private static String string(Slice slice) {
        return new String(slice.toByteArray(), UTF_8);
    }
}
