package io.streambed.lsm.bench;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.fs.DiscardingFileSystem;
import io.streambed.lsm.fs.DiskFileSystem;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.internal.log.BatchEncoding;
import io.streambed.lsm.internal.log.LogHeader;
import io.streambed.lsm.internal.log.WalReader;
import io.streambed.lsm.internal.log.WalWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
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
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * What the write-ahead log itself costs for each record, the operating system left out but where it says so: keys of 16 bytes, values
 * of 100, which makes records of about 130.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LogBenchmark {
    private static final int BATCH = 100;
    private static final int REPLAYED = 10_000;

    private final byte[] key = new byte[16];
    private final byte[] value = new byte[100];
    private final BatchEncoding.Writer batch = new BatchEncoding.Writer();
    private final MemoryFileSystem full = new MemoryFileSystem();
    private WalWriter wal;
    private WalWriter onDisk;
    private Path directory;
    private long seqNo;

    @Setup
    public void setUp() throws IOException {
        Random random = new Random(1);
        random.nextBytes(key);
        random.nextBytes(value);
        for (int i = 0; i < BATCH; i++) {
            batch.put(key, value);
        }
        wal = WalWriter.create(new DiscardingFileSystem(), "log", LogHeader.first(7));
        directory = Files.createTempDirectory("log-benchmark");
        onDisk = WalWriter.create(DiskFileSystem.at(directory), "log", LogHeader.first(7));
        try (WalWriter written = WalWriter.create(full, "log", LogHeader.first(7))) {
            for (int i = 0; i < REPLAYED; i++) {
                written.put(i, key, value, true);
            }
        }
    }

    /** Deletes the log on disk. */
    @TearDown
    public void deleteLog() throws IOException {
        onDisk.close();
        Files.delete(directory.resolve("log"));
        Files.delete(directory);
    }

    @Benchmark
    public void put() throws IOException {
        wal.put(++seqNo, key, value, false);
    }

    @Benchmark
    public void putAndHandOver() throws IOException {
        wal.put(++seqNo, key, value, true);
        wal.flush();
    }

    @Benchmark
    public void delete() throws IOException {
        wal.delete(++seqNo, key, false);
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void putInBatch() throws IOException {
        wal.batch(seqNo += BATCH, batch, false);
    }

    /** A commit after ten puts that survives the end of the process, to a file on disk. */
    @Benchmark
    public void commitOfTenToDisk() throws IOException {
        putTenAndCommit();
        onDisk.flush();
    }

    /** The same, synced: it survives a loss of power. */
    @Benchmark
    public void commitOfTenToDiskSynced() throws IOException {
        putTenAndCommit();
        onDisk.sync();
    }

    private void putTenAndCommit() throws IOException {
        for (int i = 0; i < 10; i++) {
            onDisk.put(++seqNo, key, value, false);
        }
        onDisk.commit(seqNo, value);
    }

    @Benchmark
    @OperationsPerInvocation(REPLAYED)
    public long replay() throws IOException {
        Sum sum = new Sum();
        try (WalReader reader = WalReader.open(full, "log", 7)) {
            while (reader.next()) {
                reader.applyTo(sum);
            }
        }
        return sum.sum;
    }

    private static final class Sum implements WalReader.Target {
        private long sum;

        @Override
        public void put(long seqNo, Slice key, Slice value) {
            sum += key.length() + value.length();
        }

        @Override
        public void delete(long seqNo, Slice key) {
            sum += key.length();
        }
    }

    public static void main(String[] arguments) throws RunnerException {
        new Runner(new OptionsBuilder()
                        .include(LogBenchmark.class.getSimpleName())
                        .build())
                .run();
    }
}
