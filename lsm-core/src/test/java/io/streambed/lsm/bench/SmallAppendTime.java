package io.streambed.lsm.bench;

import com.sun.management.OperatingSystemMXBean;
import io.streambed.lsm.fs.AppendFile;
import io.streambed.lsm.fs.DiskFileSystem;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What it costs to give a few bytes to the operating system, as a commit after a few writes does: appended by a call; by a call to where
 * zeros were written before, which does not change the file's length; copied into a mapping of such zeros; and staged, as the log's small
 * commits are. Prints median, p99 and the processor time of the process for each append; the last of some rounds.
 *
 * <pre>
 *  java -cp … io.streambed.lsm.bench.SmallAppendTime
 * </pre>
 */
public final class SmallAppendTime {
    private static final int ROUNDS = 4;
    private static final int APPENDS = 100_000;
    private static final int ZEROS = 64 << 10;
    private static final int MAPPED = 1 << 20;
    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private SmallAppendTime() {}

    /** Takes {@code bytes}; all that is needed to tell the ways apart. */
    private interface Way extends AutoCloseable {
        void append(byte[] bytes) throws IOException;

        @Override
        void close() throws IOException;
    }

    private static final class Appended implements Way {
        private final FileOutputStream stream;

        Appended(Path file) throws IOException {
            stream = new FileOutputStream(file.toFile(), true);
        }

        @Override
        public void append(byte[] bytes) throws IOException {
            stream.write(bytes);
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }

    private static final class Staged implements Way {
        private final AppendFile file;

        Staged(Path path) throws IOException {
            file = DiskFileSystem.at(path.resolveSibling("."))
                    .createStaged(path.getFileName().toString(), "STAGING");
        }

        @Override
        public void append(byte[] bytes) throws IOException {
            file.write(bytes, 0, bytes.length);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    /** Into zeros that are there already, by a call or through a mapping. */
    private static final class IntoZeros implements Way {
        private final RandomAccessFile file;
        private final FileChannel channel;
        private final boolean mapped;
        private final byte[] zeros = new byte[ZEROS];
        private long length;
        private long end;
        private @Nullable MappedByteBuffer mapping;
        private long mappingStart;

        IntoZeros(Path path, boolean mapped) throws IOException {
            this.file = new RandomAccessFile(path.toFile(), "rw");
            this.channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            this.mapped = mapped;
        }

        @Override
        public void append(byte[] bytes) throws IOException {
            if (length + bytes.length > end) {
                file.seek(end);
                file.write(zeros);
                end += ZEROS;
                file.seek(length);
            }
            if (mapped) {
                copy(bytes);
            } else {
                file.write(bytes);
            }
            length += bytes.length;
        }

        private void copy(byte[] bytes) throws IOException {
            MappedByteBuffer current = mapping;
            if (current == null || length + bytes.length > mappingStart + current.capacity()) {
                mappingStart = length & -4096L;
                current = channel.map(FileChannel.MapMode.READ_WRITE, mappingStart, MAPPED);
                mapping = current;
            }
            current.put((int) (length - mappingStart), bytes);
        }

        @Override
        public void close() throws IOException {
            file.setLength(length);
            channel.close();
            file.close();
        }
    }

    /** Runs it. */
    public static void main(String[] args) throws IOException {
        Path directory = Files.createTempDirectory("small-append-time");
        Path file = directory.resolve("log");
        for (int round = 1; round <= ROUNDS; round++) {
            for (int bytes : new int[] {200, 1400}) {
                print(round, "append", bytes, new Appended(file), file);
                print(round, "into zeros", bytes, new IntoZeros(file, false), file);
                print(round, "mapped", bytes, new IntoZeros(file, true), file);
                print(round, "staged", bytes, new Staged(file), file);
            }
        }
        Files.delete(directory.resolve("STAGING"));
        Files.delete(directory);
    }

    private static void print(int round, String name, int bytes, Way way, Path file) throws IOException {
        byte[] record = new byte[bytes];
        Arrays.fill(record, (byte) 7);
        long[] times = new long[APPENDS];
        long before = SYSTEM.getProcessCpuTime();
        try (way) {
            for (int i = 0; i < APPENDS; i++) {
                long begin = System.nanoTime();
                way.append(record);
                times[i] = System.nanoTime() - begin;
            }
        }
        long cpu = SYSTEM.getProcessCpuTime() - before;
        Files.delete(file);
        Arrays.sort(times);
        if (round == ROUNDS) {
            System.out.printf(
                    "%4d bytes, %-10s: %5d ns, p99 %6d ns, processor %5d ns%n",
                    bytes, name, times[APPENDS / 2], times[APPENDS / 100 * 99], cpu / APPENDS);
        }
    }
}
