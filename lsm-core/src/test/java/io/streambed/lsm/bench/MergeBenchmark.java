package io.streambed.lsm.bench;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.internal.entry.EntryKind;
import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.iterator.MergingIterator;
import io.streambed.lsm.internal.sstable.BlockCache;
import io.streambed.lsm.internal.sstable.BlockCodec;
import io.streambed.lsm.internal.sstable.ReadMode;
import io.streambed.lsm.internal.sstable.TableCache;
import io.streambed.lsm.internal.sstable.TableReader;
import io.streambed.lsm.internal.sstable.TableWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Tables that interleave at random, merged: nanoseconds for one of 320,000 entries, keys of 20 bytes, values of 100. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgs = "-Xmx1g")
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class MergeBenchmark {
    private static final int ENTRIES = 320_000;

    /** How many tables share the entries. */
    @Param({"2", "4", "16"})
    public int runs;

    private final List<TableReader> tables = new ArrayList<>();

    /** Writes the tables, to memory. */
    @Setup
    public void write() throws IOException {
        Random random = new Random(1);
        MemoryFileSystem fs = new MemoryFileSystem();
        TableCache cache = new TableCache(new BlockCache(0), 100, 64 << 20);
        Slice value = Slice.of(new byte[100]);
        for (int run = 0; run < runs; run++) {
            byte[][] keys = new byte[ENTRIES / runs][20];
            for (byte[] key : keys) {
                random.nextBytes(key);
            }
            Arrays.sort(keys, Arrays::compareUnsigned);
            String name = "table-" + run;
            try (TableWriter writer =
                    new TableWriter(fs, name, run + 1, TableWriter.Settings.withCodec(BlockCodec.NONE))) {
                for (int i = 0; i < keys.length; i++) {
                    writer.add(Slice.of(keys[i]), i + 1, EntryKind.PUT, value);
                }
                writer.finish();
            }
            tables.add(cache.get(fs, name, run + 1));
        }
    }

    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public long forward() throws IOException {
        long sum = 0;
        try (InternalIterator merged = merge()) {
            for (boolean on = merged.first(); on; on = merged.next()) {
                sum += merged.userKey().length() + merged.value().length();
            }
        }
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public long reverse() throws IOException {
        long sum = 0;
        try (InternalIterator merged = merge()) {
            for (boolean on = merged.last(); on; on = merged.prev()) {
                sum += merged.userKey().length() + merged.value().length();
            }
        }
        return sum;
    }

    private InternalIterator merge() throws IOException {
        List<InternalIterator> sources = new ArrayList<>();
        for (TableReader table : tables) {
            sources.add(table.iterator(ReadMode.CACHED));
        }
        return MergingIterator.of(sources);
    }
}
