package io.streambed.lsm.bench;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.sun.management.OperatingSystemMXBean;
import io.streambed.lsm.internal.sstable.CacheProbe;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntUnaryOperator;

/**
 * The block cache beside Caffeine, whose policy is W-TinyLFU, as a block cache would use it: bounded in bytes, its upkeep done by the
 * threads that read. Prints hit ratios of the second half of a million reads, then processor time of the process for a read, collector
 * included.
 *
 * <pre>
 *  java -Xmx1g -cp … io.streambed.lsm.bench.CacheComparison
 * </pre>
 */
public final class CacheComparison {
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final int BLOCKS = 50_000;
    private static final int READS = 1_000_000;

    /** For hit ratios blocks are small, so that memory is of no matter. */
    private static final int SMALL = 1024;

    private static final int BLOCK = 4096;
    private static final long CAPACITY = 32 << 20;

    /** What a block costs beyond its bytes, as each cache counts it: node, array header, and Caffeine's key. */
    private static final int OWN_OVERHEAD = 64;

    private static final int CAFFEINE_OVERHEAD = 96;

    /** A cache that reads a block from {@code source} if it does not have it, and says whether it had. */
    private interface Cached {
        boolean read(int ordinal, byte[] source, byte[] scratch);
    }

    private record Key(long table, int ordinal) {}

    private CacheComparison() {}

    /** Runs it. */
    public static void main(String[] args) throws InterruptedException, ExecutionException {
        Random random = new Random(1);
        int[] zipf = zipf(BLOCKS, 0.99, random);
        int[] flatZipf = zipf(BLOCKS, 0.8, random);
        for (double part : new double[] {0.01, 0.05, 0.2}) {
            compareRatio("Zipf 0.99", part, i -> zipf[i]);
            compareRatio("Zipf 0.8", part, i -> flatZipf[i]);
        }
        compareRatio("half Zipf 0.99, half a scan", 0.05, i -> i % 2 == 0 ? zipf[i] : i / 2 % BLOCKS);
        compareRatio("half Zipf 0.99, half a scan", 0.2, i -> i % 2 == 0 ? zipf[i] : i / 2 % BLOCKS);
        compareRatio("Zipf 0.99, each fourth part a scan", 0.05, i -> i / BLOCKS % 4 == 3 ? i % BLOCKS : zipf[i]);
        compareRatio("Zipf 0.99, moves each 100,000", 0.05, i -> (zipf[i] + i / 100_000 * 7919) % BLOCKS);
        for (double part : new double[] {0.2, 0.5, 0.9}) {
            compareRatio("loop", part, i -> i % BLOCKS);
        }
        for (int threads : new int[] {1, 2, 4}) {
            compareCost("hit", threads, 7_000, false);
            compareCost("miss, 50 times the room", threads, 400_000, false);
            compareCost("Zipf 0.99, room for a fifth", threads, 40_000, true);
        }
    }

    private static void compareRatio(String what, double part, IntUnaryOperator reads) {
        long capacity = (long) (BLOCKS * part);
        System.out.printf(
                "%-36s room for %2.0f %%   own %4.1f %%   caffeine %4.1f %%%n",
                what,
                part * 100,
                ratio(new CacheProbe(capacity * (SMALL + OWN_OVERHEAD), BLOCKS)::read, reads),
                ratio(caffeine(capacity * (SMALL + CAFFEINE_OVERHEAD)), reads));
    }

    private static double ratio(Cached cache, IntUnaryOperator reads) {
        byte[] source = new byte[SMALL];
        byte[] scratch = new byte[SMALL];
        int hits = 0;
        for (int i = 0; i < READS; i++) {
            boolean hit = cache.read(reads.applyAsInt(i), source, scratch);
            hits += hit && i >= READS / 2 ? 1 : 0;
        }
        return 200.0 * hits / READS;
    }

    private static void compareCost(String what, int threads, int blocks, boolean uneven)
            throws InterruptedException, ExecutionException {
        Random random = new Random(2);
        int[] reads = uneven
                ? zipf(blocks, 0.99, random)
                : random.ints(READS, 0, blocks).toArray();
        System.out.printf(
                "%-36s %d threads      own %4.0f ns   caffeine %4.0f ns%n",
                what,
                threads,
                cost(new CacheProbe(CAPACITY, blocks)::read, threads, reads),
                cost(caffeine(CAPACITY), threads, reads));
    }

    /** The least of five rounds. */
    private static double cost(Cached cache, int threads, int[] reads) throws InterruptedException, ExecutionException {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            double least = Double.MAX_VALUE;
            for (int round = 0; round < 5; round++) {
                long start = PROCESS.getProcessCpuTime();
                List<Future<Integer>> running = new ArrayList<>();
                for (int t = 0; t < threads; t++) {
                    int first = t * (reads.length / threads);
                    running.add(pool.submit(() -> {
                        byte[] source = new byte[BLOCK];
                        byte[] scratch = new byte[BLOCK];
                        int hits = 0;
                        for (int i = 0; i < reads.length; i++) {
                            hits += cache.read(reads[(i + first) % reads.length], source, scratch) ? 1 : 0;
                        }
                        return hits;
                    }));
                }
                long hits = 0;
                for (Future<Integer> thread : running) {
                    hits += thread.get();
                }
                if (hits == 0) {
                    throw new IllegalStateException("a cache that has nothing");
                }
                least = Math.min(least, (double) (PROCESS.getProcessCpuTime() - start) / threads / reads.length);
            }
            return least;
        } finally {
            pool.shutdown();
        }
    }

    private static Cached caffeine(long capacity) {
        Cache<Key, byte[]> cache = Caffeine.newBuilder()
                .maximumWeight(capacity)
                .weigher((Key key, byte[] block) -> block.length + CAFFEINE_OVERHEAD)
                .executor(Runnable::run)
                .build();
        return (ordinal, source, scratch) -> {
            Key key = new Key(7, ordinal);
            if (cache.getIfPresent(key) != null) {
                return true;
            }
            cache.put(key, source.clone());
            return false;
        };
    }

    /** Draws of that distribution, whose popular numbers lie about anywhere. */
    private static int[] zipf(int bound, double exponent, Random random) {
        double[] sums = new double[bound];
        double sum = 0;
        for (int i = 0; i < bound; i++) {
            sum += 1 / Math.pow(i + 1, exponent);
            sums[i] = sum;
        }
        int[] draws = new int[READS];
        for (int i = 0; i < READS; i++) {
            int at = Arrays.binarySearch(sums, random.nextDouble() * sum);
            long rank = Math.min(bound - 1, at < 0 ? -at - 1 : at);
            draws[i] = (int) (rank * 7919 % bound);
        }
        return draws;
    }
}
