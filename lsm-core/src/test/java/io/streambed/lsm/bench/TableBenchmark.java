package io.streambed.lsm.bench;

import io.streambed.lsm.bytes.KeyHash;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.fs.DiscardingFileSystem;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.internal.entry.EntryKind;
import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.entry.SeqRanges;
import io.streambed.lsm.internal.sstable.BlockCache;
import io.streambed.lsm.internal.sstable.BlockCodec;
import io.streambed.lsm.internal.sstable.ReadMode;
import io.streambed.lsm.internal.sstable.TableCache;
import io.streambed.lsm.internal.sstable.TableReader;
import io.streambed.lsm.internal.sstable.TableSummary;
import io.streambed.lsm.internal.sstable.TableWriter;
import java.io.IOException;
import java.util.Arrays;
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

/**
 * One table of 500,000 entries: keys of 16 to 24 random bytes, values of 100 bytes. Reads take keys in random order; the hash
 * comes with the key, as it does from the memtable. Scans and writes are given for one entry.
 *
 * <pre>
 *  ./mvnw -q -pl lsm-core test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath -Dmdep.includeScope=test
 *  java -cp lsm-core/target/test-classes:lsm-core/target/classes:$(cat lsm-core/target/classpath) \
 *      org.openjdk.jmh.Main TableBenchmark
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 1,
        jvmArgs = {"-Xmx2g", "-Xmn64m", "-XX:+UseSerialGC"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TableBenchmark {
    private static final int ENTRIES = 500_000;

    /** How blocks are stored. */
    public enum Codec {
        /** As they are. */
        NONE,
        /** Compressed. */
        LZ4
    }

    /** How blocks are stored. */
    @Param
    public Codec codec;

    private final byte[][] sorted = new byte[ENTRIES][];
    private final byte[][] asked = new byte[ENTRIES][];
    private final long[] hashes = new long[ENTRIES];
    private final byte[][] missing = new byte[ENTRIES][];
    private final long[] missingHashes = new long[ENTRIES];
    private final Slice key = new Slice();
    private final byte[] value = new byte[100];
    private final Slice valueSlice = Slice.of(value);
    private TableWriter.Settings settings;
    private TableReader cached;
    private TableReader uncached;
    private InternalIterator iterator;
    private int next;

    /** Makes the table and reads all of it once. */
    @Setup
    public void makeTable() throws IOException {
        Random random = new Random(1);
        for (int i = 0; i < ENTRIES; i++) {
            sorted[i] = new byte[16 + random.nextInt(9)];
            random.nextBytes(sorted[i]);
        }
        // Copies lie in memory in the order in which they are made, so that asking costs the same for all ways to
        // answer.
        for (int i = 0; i < ENTRIES; i++) {
            asked[i] = sorted[i].clone();
            hashes[i] = KeyHash.of(asked[i]);
            missing[i] = sorted[i].clone();
            missing[i][missing[i].length - 1]++;
            missingHashes[i] = KeyHash.of(missing[i]);
        }
        Arrays.sort(sorted, Arrays::compareUnsigned);
        for (int i = 0; i < ENTRIES; i++) {
            sorted[i] = sorted[i].clone();
        }
        settings = TableWriter.Settings.withCodec(codec == Codec.NONE ? BlockCodec.NONE : BlockCodec.lz4());
        random.nextBytes(value);
        // Half of each value compresses.
        Arrays.fill(value, 50, 100, (byte) 'x');
        MemoryFileSystem fs = new MemoryFileSystem();
        try (TableWriter writer = new TableWriter(fs, "table", 1, settings)) {
            fill(writer);
        }
        cached = new TableCache(new BlockCache(256 << 20), 1, 64 << 20).get(fs, "table", 1);
        uncached = new TableCache(new BlockCache(0), 1, 64 << 20).get(fs, "table", 1);
        iterator = cached.iterator(ReadMode.CACHED);
        scan(ReadMode.CACHED);
    }

    /** A filter that has the key. */
    @Benchmark
    public boolean filterHit() throws IOException {
        return cached.mayContain(hashes[draw()]);
    }

    /** A filter that does not have the key. */
    @Benchmark
    public boolean filterMissing() throws IOException {
        return cached.mayContain(missingHashes[draw()]);
    }

    /** Filter, index, block in the cache, value. */
    @Benchmark
    public byte[] getHit() throws IOException {
        int i = draw();
        return cached.mayContain(hashes[i]) ? get(cached, asked[i], hashes[i]) : null;
    }

    /** A key that is not there: the filter, and once in a hundred times the block. */
    @Benchmark
    public byte[] getMissing() throws IOException {
        int i = draw();
        return cached.mayContain(missingHashes[i]) ? get(cached, missing[i], missingHashes[i]) : null;
    }

    /** The same key found by binary search: what {@link #getHit} would cost without tags and without filter. */
    @Benchmark
    public byte[] seekHit() throws IOException {
        byte[] wanted = asked[draw()];
        iterator.seek(key.set(wanted, 0, wanted.length));
        return iterator.value().toByteArray();
    }

    /** A block that has to be read, from a file in memory. */
    @Benchmark
    public byte[] getUncached() throws IOException {
        int i = draw();
        return get(uncached, asked[i], hashes[i]);
    }

    /** All entries, through the block cache. */
    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public long scanCached() throws IOException {
        return scan(ReadMode.CACHED);
    }

    /** All entries, as compaction reads them. */
    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public long scanSequential() throws IOException {
        return scan(ReadMode.SEQUENTIAL);
    }

    /** A whole table, to nowhere. */
    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public TableSummary write() throws IOException {
        try (TableWriter writer = new TableWriter(new DiscardingFileSystem(), "table", 1, settings)) {
            return fill(writer);
        }
    }

    private TableSummary fill(TableWriter writer) throws IOException {
        for (int i = 0; i < ENTRIES; i++) {
            writer.add(key.set(sorted[i], 0, sorted[i].length), 1_000_000 + i, EntryKind.PUT, valueSlice);
        }
        return writer.finish();
    }

    private long scan(ReadMode mode) throws IOException {
        long sum = 0;
        try (InternalIterator at = cached.iterator(mode)) {
            for (boolean on = at.first(); on; on = at.next()) {
                sum += at.userKey().length() + at.value().length() + at.seqNo();
            }
        }
        return sum;
    }

    private static byte[] get(TableReader reader, byte[] wanted, long hash) throws IOException {
        return reader.get(wanted, 0, wanted.length, hash, Long.MAX_VALUE, SeqRanges.NONE);
    }

    /** One index after the other: the keys themselves are in random order. */
    private int draw() {
        next = next + 1 == ENTRIES ? 0 : next + 1;
        return next;
    }
}
