package io.streambed.lsm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.fs.MemoryFileSystem;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The bounds that each style states, held to while a tree is filled, overwritten and emptied. Everything runs in this thread. */
class CompactionStyleTest {
    private static final int KEYS = 20_000;
    private static final int KEY_LENGTH = 12;

    /** Of each key on the average, where keys are overwritten. */
    private static final int TIMES = 4;

    /**
     * What a style may cost at the most.
     *
     * @param runs at any time
     * @param filled bytes written to tables for each byte of the user's while keys are new
     * @param overwritten the same while they are overwritten
     * @param space entries in tables for each that is alive, after that
     * @param emptied the same after most keys were deleted; only hybrid bounds it
     */
    record Bounds(int runs, double filled, double overwritten, double space, double emptied) {
        static Bounds of(CompactionStyle style) {
            return switch (style) {
                case LEVELED -> new Bounds(4 + 4, 8, 12, 1.5, Double.MAX_VALUE);
                case TIERED -> new Bounds(4 * 4, 4.5, 4.5, 4, Double.MAX_VALUE);
                case HYBRID -> new Bounds(8, 4.5, 8, 1.3, 1.4);
            };
        }
    }

    static Stream<Arguments> all() {
        return Stream.of(CompactionStyle.values())
                .flatMap(style -> Stream.of("uniform", "zipf", "sequential").map(keys -> Arguments.of(style, keys)));
    }

    @ParameterizedTest
    @MethodSource("all")
    void staysWithinItsBounds(CompactionStyle style, String keys) {
        Bounds bounds = Bounds.of(style);
        try (LsmRuntime runtime = LsmRuntime.builder().executor(Runnable::run).build();
                LsmTree tree = runtime.open(new MemoryFileSystem(), options(style))) {
            Random random = new Random(7);
            Set<String> alive = new TreeSet<>();
            IntUnaryOperator filling = keys.equals("sequential") ? i -> i : i -> i * 7_919 % KEYS;
            double filled = run(tree, bounds, KEYS, i -> put(tree, alive, filling.applyAsInt(i)));
            check(filled, keys.equals("sequential") ? 1.2 : bounds.filled, style + " fill " + keys);

            double overwritten = run(tree, bounds, TIMES * KEYS, i -> put(tree, alive, choose(keys, random, i)));
            check(overwritten, bounds.overwritten, style + " overwrite " + keys);
            checkSpace(tree, bounds.space, alive, style + " overwrite " + keys);

            double deleted = run(tree, bounds, KEYS * 9 / 10, i -> delete(tree, alive, filling.applyAsInt(i)));
            assertTrue(deleted > 0, "written while deleting");
            checkSpace(tree, bounds.emptied, alive, style + " delete " + keys);
            assertEquals(alive, keysOf(tree));
        }
    }

    /** Flushes that follow the times of keys are left as they are: each byte is written once, and once more where they are too many. */
    @Test
    void runsOfDifferentTimesStayApart() {
        LsmOptions options = options(CompactionStyle.HYBRID).toBuilder()
                .keyTime(key -> Long.parseLong(new String(key.toByteArray(), UTF_8).substring(KEY_LENGTH)))
                .build();
        try (LsmRuntime runtime = LsmRuntime.builder().executor(Runnable::run).build();
                LsmTree tree = runtime.open(new MemoryFileSystem(), options)) {
            Bounds bounds = new Bounds(32, 0, 0, 0, 0);
            double first = run(tree, bounds, KEYS / 4, i -> tree.put(timed(i), new byte[100]));
            assertTrue(tree.metrics().runs() > 8, () -> "runs " + tree.metrics().runs());
            check(first, 1.2, "fill in the order of times");
            double all = run(tree, bounds, KEYS, i -> tree.put(timed(i), new byte[100]));
            check(all, 2.2, "fill on and on in the order of times");
            for (int i = 0; i < KEYS; i++) {
                assertNotNull(tree.get(timed(i)), "entry " + i);
            }
            assertEquals(KEYS, keysOf(tree).size());

            // Others of the first times, now and then: those lie in many runs from then on.
            double late = run(tree, bounds, KEYS, i -> tree.put(timed(i % 2 == 0 ? i % 200 : i), new byte[100]));
            check(late, Bounds.of(CompactionStyle.HYBRID).overwritten, "late entries");
            assertTrue(
                    tree.metrics().runs() <= Bounds.of(CompactionStyle.HYBRID).runs,
                    "runs " + tree.metrics().runs());
            assertEquals(KEYS, keysOf(tree).size());
        }
    }

    /** A hundred keys, at one time after the other. */
    private static byte[] timed(int i) {
        return (key(i * 7 % 100) + i / 100).getBytes(UTF_8);
    }

    private static LsmOptions options(CompactionStyle style) {
        return LsmOptions.builder()
                .compactionStyle(style)
                .durability(Durability.NONE)
                .writeBufferBytes(64 << 10)
                .tableBytes(128 << 10)
                .build();
    }

    private interface Step {
        void run(int i);
    }

    /** Bytes written to tables for each byte of the user's. */
    private static double run(LsmTree tree, Bounds bounds, int count, Step step) {
        LsmMetrics before = tree.metrics();
        for (int i = 0; i < count; i++) {
            step.run(i);
            if (i % 500 == 0) {
                int runs = tree.metrics().runs();
                assertTrue(runs <= bounds.runs, runs + " runs after " + i);
            }
        }
        tree.flush();
        LsmMetrics after = tree.metrics();
        long tables = after.flushes().writtenBytes()
                - before.flushes().writtenBytes()
                + after.compactions().writtenBytes()
                - before.compactions().writtenBytes();
        return (double) tables / (after.writes().userBytes() - before.writes().userBytes());
    }

    private static void check(double found, double bound, String what) {
        assertTrue(found <= bound, what + ": " + found + " is above " + bound);
    }

    private static void checkSpace(LsmTree tree, double bound, Set<String> alive, String what) {
        long entries = tree.metrics().levels().stream()
                .mapToLong(LsmMetrics.Level::entries)
                .sum();
        check((double) entries / alive.size(), bound, what + ", space");
    }

    private static int choose(String keys, Random random, int i) {
        return switch (keys) {
            case "uniform" -> random.nextInt(KEYS);
            case "zipf" -> (int) Math.pow(KEYS, random.nextDouble()) - 1;
            default -> i % KEYS;
        };
    }

    private static void put(LsmTree tree, Set<String> alive, int i) {
        tree.put(key(i).getBytes(UTF_8), new byte[100]);
        alive.add(key(i));
    }

    private static void delete(LsmTree tree, Set<String> alive, int i) {
        tree.delete(key(i).getBytes(UTF_8));
        alive.remove(key(i));
    }

    private static Set<String> keysOf(LsmTree tree) {
        Set<String> found = new TreeSet<>();
        try (LsmIterator iterator = tree.iterator(KeyRange.all(), Direction.FORWARD)) {
            while (iterator.next()) {
                found.add(new String(iterator.key().toByteArray(), UTF_8));
            }
        }
        return found;
    }

    private static String key(int i) {
        return String.format("key-%08d", i);
    }
}
