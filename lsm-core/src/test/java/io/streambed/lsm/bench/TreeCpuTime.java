package io.streambed.lsm.bench;

import com.sun.management.OperatingSystemMXBean;
import io.streambed.lsm.Compression;
import io.streambed.lsm.Direction;
import io.streambed.lsm.KeyRange;
import io.streambed.lsm.LsmIterator;
import io.streambed.lsm.LsmOptions;
import io.streambed.lsm.LsmRuntime;
import io.streambed.lsm.LsmTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * A whole tree on disk: keys of 20 bytes in groups of 20 that begin alike, values of 100 bytes. Prints processor time of the
 * process, its collector and compiler included, in nanoseconds an operation; the least and the median of some rounds, of which the first
 * does not count. Flushes and compactions run in the writer's thread, so that all runs of it read tables of the same shape. The tree is
 * deleted at the end.
 *
 * <pre>
 *  java -Xmx1g -cp … io.streambed.lsm.bench.TreeCpuTime [entries=2000000] [rounds=5] [compression=NONE] [memory=134217728] [only=ROW]
 * </pre>
 *
 * {@code memory} is the runtime's budget in bytes; {@code only} leaves out the rows whose name does not begin with it.
 */
public final class TreeCpuTime {
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int GROUP = 20;
    private static final int SMALL = 50_000;

    private final Map<String, List<Double>> figures = new LinkedHashMap<>();
    private final String only;
    private final byte[] value = new byte[100];
    private long state = 42;
    private long sum;

    private TreeCpuTime(String only) {
        this.only = only;
    }

    /** One operation; says something that depends on its result. */
    private interface Operation {
        long run(int i);
    }

    /** Runs it. */
    public static void main(String[] args) throws IOException {
        Map<String, String> given = new LinkedHashMap<>();
        for (String arg : args) {
            String[] parts = arg.split("=", 2);
            given.put(parts[0], parts[1]);
        }
        int entries = Integer.parseInt(given.getOrDefault("entries", "2000000"));
        int rounds = Integer.parseInt(given.getOrDefault("rounds", "5"));
        TreeCpuTime run = new TreeCpuTime(given.getOrDefault("only", ""));
        LsmOptions options = LsmOptions.builder()
                .commitEveryWrite(false)
                .compression(Compression.valueOf(given.getOrDefault("compression", "NONE")))
                .build();
        Path directory = Files.createTempDirectory("tree-cpu-time");
        try (LsmRuntime runtime = LsmRuntime.builder()
                        .memoryBytes(Long.parseLong(given.getOrDefault("memory", "134217728")))
                        .executor(Runnable::run)
                        .build();
                LsmTree large = runtime.open(directory.resolve("large"), options);
                LsmTree small = runtime.open(directory.resolve("small"), options)) {
            run.fill(large, entries);
            for (int round = 0; round <= rounds; round++) {
                run.read(large, entries, round > 0);
                run.readSmall(small, round > 0);
            }
            run.change(large, entries);
            run.print();
        } finally {
            delete(directory);
        }
    }

    private void fill(LsmTree tree, int entries) {
        measure("fill, random", true, entries, i -> {
            tree.put(key(shuffled(i, entries)), value(i));
            return 0;
        });
        tree.flush();
    }

    private void read(LsmTree tree, int entries, boolean counts) {
        measure("get, hit", counts, 300_000, i -> tree.get(key(draw(entries))).length);
        measure("get, Zipf hit", counts, 300_000, i -> tree.get(key(drawUnevenly(entries))).length);
        measure("get, missing", counts, 300_000, i -> tree.get(key(entries + draw(entries))) == null ? 1 : 0);
        measure(
                "range of 50",
                counts,
                30_000,
                i -> walk(tree, new KeyRange(key(draw(entries)), null), Direction.FORWARD, 50));
        measure("reverse range of 50", counts, 30_000, i -> {
            return walk(tree, KeyRange.closed(null, key(draw(entries))), Direction.REVERSE, 50);
        });
        measure("prefix scan of 20", counts, 50_000, i -> {
            return walk(tree, prefix(draw(entries)), Direction.FORWARD, Integer.MAX_VALUE);
        });
        measure("prefix scan, missing", counts, 50_000, i -> {
            return walk(tree, prefix(entries + draw(entries)), Direction.FORWARD, Integer.MAX_VALUE);
        });
        measureWhole("scan all, an entry", counts, entries, () -> {
            return walk(tree, KeyRange.all(), Direction.FORWARD, Integer.MAX_VALUE);
        });
    }

    /** What fits into the memtable. */
    private void readSmall(LsmTree tree, boolean counts) {
        measure("small: put", counts, SMALL, i -> {
            tree.put(key(shuffled(i, SMALL)), value(i));
            return 0;
        });
        measure("small: get, hit", counts, 300_000, i -> tree.get(key(draw(SMALL))).length);
        measure("small: get, missing", counts, 300_000, i -> tree.get(key(SMALL + draw(SMALL))) == null ? 1 : 0);
        measure(
                "small: range of 50",
                counts,
                30_000,
                i -> walk(tree, new KeyRange(key(draw(SMALL)), null), Direction.FORWARD, 50));
        measure("small: read, modify, write", counts, 300_000, i -> readModifyWrite(tree, draw(SMALL)));
    }

    /** Changes the tree's shape, so it comes last. */
    private void change(LsmTree tree, int entries) {
        measure("read, modify, write", true, 1_000_000, i -> readModifyWrite(tree, draw(entries)));
    }

    private static long readModifyWrite(LsmTree tree, long number) {
        byte[] key = key(number);
        byte[] found = tree.get(key);
        found[0]++;
        tree.put(key, found);
        return found[0];
    }

    /** Copies keys and values as a store does. */
    private static long walk(LsmTree tree, KeyRange range, Direction direction, int most) {
        long bytes = 0;
        try (LsmIterator entries = tree.iterator(range, direction)) {
            for (int i = 0; i < most && entries.next(); i++) {
                bytes += entries.key().toByteArray().length + entries.value().toByteArray().length;
            }
        }
        return bytes;
    }

    private void measure(String name, boolean counts, int count, Operation operation) {
        measureWhole(name, counts, count, () -> {
            long result = 0;
            for (int i = 0; i < count; i++) {
                result += operation.run(i);
            }
            return result;
        });
    }

    private void measureWhole(String name, boolean counts, int count, LongSupplier work) {
        if (!name.startsWith(only) && !name.startsWith("fill") && !name.startsWith("small: put")) {
            return;
        }
        long start = PROCESS.getProcessCpuTime();
        sum += work.getAsLong();
        double nanos = (double) (PROCESS.getProcessCpuTime() - start) / count;
        if (counts) {
            figures.computeIfAbsent(name, absent -> new ArrayList<>()).add(nanos);
        }
    }

    private void print() {
        figures.forEach((name, of) -> {
            Collections.sort(of);
            System.out.printf("%-28s least %8.1f   median %8.1f ns%n", name, of.get(0), of.get(of.size() / 2));
        });
        System.out.println("(" + sum + ")");
    }

    private static byte[] key(long number) {
        byte[] key = new byte[20];
        LONG.set(key, 0, mix(number / GROUP));
        long own = mix(~number);
        LONG.set(key, 12, own);
        LONG.set(key, 8, own * 31 ^ number);
        return key;
    }

    private static KeyRange prefix(long number) {
        return KeyRange.prefix(Arrays.copyOf(key(number), Long.BYTES));
    }

    /** Half of it compresses. */
    private byte[] value(int number) {
        for (int at = 0; at < 48; at += Long.BYTES) {
            LONG.set(value, at, mix((long) number << 6 | at));
        }
        return value;
    }

    /** Each number below {@code bound} once, in no order. */
    private static long shuffled(int i, int bound) {
        return i * 1_000_003L % bound;
    }

    private long draw(int bound) {
        state += 0x9d6c_3a95_e1b4_5c2bL;
        return Math.multiplyHigh(mix(state) >>> 1, 2L * bound);
    }

    /** As Zipf with exponent 1: the logarithm is spread evenly. */
    private long drawUnevenly(int bound) {
        double even = (double) draw(1 << 30) / (1 << 30);
        return shuffled((int) Math.pow(bound, even) % bound, bound);
    }

    private static long mix(long number) {
        long mixed = (number + 0x5ac6_b38d_72e9_1d4fL) * 0xc39a_56d1_4be2_78a5L;
        mixed = (mixed ^ mixed >>> 32) * 0x9e6f_1d35_c8a7_4b69L;
        return mixed ^ mixed >>> 29;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
