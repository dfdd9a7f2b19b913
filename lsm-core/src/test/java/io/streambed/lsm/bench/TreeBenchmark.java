package io.streambed.lsm.bench;

import io.streambed.lsm.Direction;
import io.streambed.lsm.KeyRange;
import io.streambed.lsm.LsmIterator;
import io.streambed.lsm.LsmOptions;
import io.streambed.lsm.LsmRuntime;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.fs.MemoryFileSystem;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A whole tree of 300,000 entries, keys of 16 bytes, values of 100, in a file system in memory; flushes and compactions run in the
 * writer's thread. {@link TreeCpuTime} has the same on disk, and more of it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgs = "-Xmx2g")
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class TreeBenchmark {
    private static final int ENTRIES = 300_000;
    private static final int WALKED = 50;

    private final byte[] value = new byte[100];
    private LsmRuntime runtime;
    private LsmTree tree;
    private long drawn = 1;

    /** Fills the tree. */
    @Setup
    public void fill() {
        runtime = LsmRuntime.builder()
                .memoryBytes(64 << 20)
                .executor(Runnable::run)
                .build();
        tree = runtime.open(
                new MemoryFileSystem(),
                LsmOptions.builder().commitEveryWrite(false).build());
        for (int i = 0; i < ENTRIES; i++) {
            tree.put(key(i), value);
        }
        tree.flush();
    }

    /** Closes it. */
    @TearDown
    public void close() {
        runtime.close();
    }

    @Benchmark
    public byte[] getHit() {
        return tree.get(key(draw()));
    }

    @Benchmark
    public byte[] getMissing() {
        return tree.get(key(ENTRIES + draw()));
    }

    @Benchmark
    public void put() {
        tree.put(key(draw()), value);
    }

    /** Seeks, and walks so many entries; nanoseconds for one of them. */
    @Benchmark
    @OperationsPerInvocation(WALKED)
    public long iterate50() {
        return walk(new KeyRange(key(draw()), null), Direction.FORWARD);
    }

    @Benchmark
    @OperationsPerInvocation(WALKED)
    public long iterate50InReverse() {
        return walk(new KeyRange(null, key(draw())), Direction.REVERSE);
    }

    private long walk(KeyRange range, Direction direction) {
        long sum = 0;
        try (LsmIterator entries = tree.iterator(range, direction)) {
            for (int i = 0; i < WALKED && entries.next(); i++) {
                sum += entries.key().length() + entries.value().length();
            }
        }
        return sum;
    }

    private int draw() {
        drawn = drawn * 0x5851_f42d_4c95_7f2dL + 0x1405_7b7e_f767_814fL;
        return (int) Math.multiplyHigh(drawn >>> 1, 2L * ENTRIES);
    }

    private static byte[] key(long number) {
        return ByteBuffer.allocate(16)
                .putLong(number * 0x9e37_79b9_7f4a_7c15L)
                .putLong(number)
                .array();
    }
}
