package io.streambed.lsm.bench;

import io.streambed.lsm.internal.sstable.CacheProbe;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** The block cache without what it holds: 8,000 blocks of 4 KiB in 32 MiB; a miss copies a block. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgs = "-Xmx1g")
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class BlockCacheBenchmark {
    private static final int BLOCK = 4096;
    private static final int HELD = 7_000;
    private static final int MANY = 400_000;

    /** Shared by all threads. */
    @State(Scope.Benchmark)
    public static class Caches {
        private final byte[] source = new byte[BLOCK];
        private final CacheProbe full = new CacheProbe(32 << 20, HELD);
        private final CacheProbe small = new CacheProbe(32 << 20, MANY);

        /** Reads all that one of them can hold. */
        @Setup
        public void fill() {
            for (int i = 0; i < HELD; i++) {
                full.read(i, source, source);
            }
        }
    }

    /** Of one thread. */
    @State(Scope.Thread)
    public static class Reader {
        private final byte[] scratch = new byte[BLOCK];
        private long drawn = Thread.currentThread().getId();

        private int draw(int bound) {
            drawn = drawn * 0x5851_f42d_4c95_7f2dL + 0x1405_7b7e_f767_814fL;
            return (int) Math.multiplyHigh(drawn >>> 1, 2L * bound);
        }
    }

    @Benchmark
    public boolean hit(Caches caches, Reader reader) {
        return caches.full.read(reader.draw(HELD), caches.source, reader.scratch);
    }

    @Benchmark
    @Threads(4)
    public boolean hitByFourThreads(Caches caches, Reader reader) {
        return caches.full.read(reader.draw(HELD), caches.source, reader.scratch);
    }

    /** One of fifty times as many blocks as there is room for: nearly always a miss, seldom an eviction. */
    @Benchmark
    public boolean miss(Caches caches, Reader reader) {
        return caches.small.read(reader.draw(MANY), caches.source, reader.scratch);
    }

    /** A block and, at once, again: what is missed twice comes in, and puts another one out. */
    @Benchmark
    public boolean missAndEvict(Caches caches, Reader reader) {
        int ordinal = reader.draw(MANY);
        boolean first = caches.small.read(ordinal, caches.source, reader.scratch);
        boolean second = caches.small.read(ordinal, caches.source, reader.scratch);
        return first && second;
    }

    @Benchmark
    @Threads(4)
    public boolean missAndEvictByFourThreads(Caches caches, Reader reader) {
        return missAndEvict(caches, reader);
    }
}
