package io.streambed.lsm.bench;

import io.streambed.lsm.CompactionStyle;
import io.streambed.lsm.LsmMetrics;
import io.streambed.lsm.LsmOptions;
import io.streambed.lsm.LsmRuntime;
import io.streambed.lsm.LsmTree;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * What a style of compaction writes, and what it leaves: fills a tree with entries of 120 B in random order, then reads and overwrites some of
 * them. Counts bytes and runs; tells the longest put, of the writer's time on the clock, and what settling takes, too.
 *
 * <pre>
 * CompactionCost STYLE ENTRIES OVERWRITES [DIRECTORY]
 * </pre>
 */
final class CompactionCost {
    private static final int VALUE_BYTES = 100;
    private static final int KEY_BYTES = 20;
    private static final long COMMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final LsmTree tree;
    private final ThreadPoolExecutor threads;
    private final int entries;
    private final SplittableRandom random = new SplittableRandom(42);
    private final byte[] value = new byte[VALUE_BYTES];
    private long lastCommit = System.nanoTime();
    private final long[] puts;
    private int measured;

    private CompactionCost(LsmTree tree, ThreadPoolExecutor threads, int entries, int overwrites) {
        this.tree = tree;
        this.threads = threads;
        this.entries = entries;
        this.puts = new long[Math.max(entries, overwrites)];
    }

    public static void main(String[] args) throws IOException {
        CompactionStyle style = CompactionStyle.valueOf(args[0].toUpperCase(Locale.ROOT));
        int entries = Integer.parseInt(args[1]);
        int overwrites = Integer.parseInt(args[2]);
        Path directory = args.length > 3
                ? Files.createTempDirectory(Path.of(args[3]), "cost")
                : Files.createTempDirectory("cost");
        LsmOptions options = LsmOptions.builder()
                .commitEveryWrite(false)
                .compactionStyle(style)
                .build();
        // One for the flush, one for the compaction, as the runtime has them on two processors.
        ThreadPoolExecutor threads = (ThreadPoolExecutor) Executors.newFixedThreadPool(2);
        try (LsmRuntime runtime = LsmRuntime.builder().executor(threads).build();
                LsmTree tree = runtime.open(directory, options)) {
            CompactionCost cost = new CompactionCost(tree, threads, entries, overwrites);
            cost.fill();
            cost.overwrite(overwrites);
        } finally {
            threads.shutdown();
            try (Stream<Path> files = Files.walk(directory).sorted(Comparator.reverseOrder())) {
                files.forEach(file -> file.toFile().delete());
            }
        }
    }

    private void fill() {
        LsmMetrics before = tree.metrics();
        long begin = System.nanoTime();
        for (int i = 0; i < entries; i++) {
            put(key(i));
        }
        report("fill", before, entries, System.nanoTime() - begin);
    }

    private void overwrite(int count) {
        if (count == 0) {
            return;
        }
        LsmMetrics before = tree.metrics();
        long begin = System.nanoTime();
        for (int i = 0; i < count; i++) {
            byte[] key = key(random.nextInt(entries));
            tree.get(key);
            put(key);
        }
        report("read-modify-write", before, count, System.nanoTime() - begin);
    }

    private void put(byte[] key) {
        random.nextBytes(value);
        long begin = System.nanoTime();
        tree.put(key, value);
        if (begin - lastCommit > COMMIT_NANOS) {
            tree.commit(key);
            lastCommit = begin;
        }
        puts[measured++] = System.nanoTime() - begin;
    }

    /** The i-th key: all different, in no order. */
    private static byte[] key(int i) {
        long mixed = i * 0x9E3779B97F4A7C15L;
        return ByteBuffer.allocate(KEY_BYTES)
                .putLong(Long.reverseBytes(mixed))
                .putLong(mixed)
                .putInt(i)
                .array();
    }

    private void report(String what, LsmMetrics before, int count, long nanos) {
        tree.commit(new byte[] {1});
        long begin = System.nanoTime();
        tree.flush();
        settle();
        long settling = System.nanoTime() - begin;
        LsmMetrics after = tree.metrics();
        double user = after.writes().userBytes() - before.writes().userBytes();
        double log = after.writes().logBytes() - before.writes().logBytes();
        double flushed = after.flushes().writtenBytes() - before.flushes().writtenBytes();
        double compacted =
                after.compactions().writtenBytes() - before.compactions().writtenBytes();
        Arrays.sort(puts, 0, measured);
        System.out.printf(
                Locale.ROOT,
                "%s %s of %,d: written for a user's byte %.2f = log %.2f + flush %.2f + compaction %.2f; runs %d;"
                        + " tables / data %.3f, estimated %.3f; %.2f us each, settled after %.1f s; stalls %d, %.0f ms;"
                        + " put p99.9 %.0f us, longest %.1f %.1f %.1f ms%n",
                tree.options().compactionStyle(),
                what,
                count,
                (log + flushed + compacted) / user,
                log / user,
                flushed / user,
                compacted / user,
                after.runs(),
                after.tableBytes() / ((double) entries * (KEY_BYTES + VALUE_BYTES)),
                after.spaceAmplification(),
                nanos / 1e3 / count,
                settling / 1e9,
                after.writes().stalls() - before.writes().stalls(),
                (after.writes().stallNanos() - before.writes().stallNanos()) / 1e6,
                puts[(int) (measured * 0.999)] / 1e3,
                puts[measured - 1] / 1e6,
                puts[measured - 2] / 1e6,
                puts[measured - 3] / 1e6);
        measured = 0;
    }

    /** Waits until neither flush nor compaction has anything to do. */
    private void settle() {
        while (threads.getActiveCount() > 0 || !threads.getQueue().isEmpty()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }
}
