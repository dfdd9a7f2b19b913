package io.streambed.lsm.bench;

import io.streambed.lsm.fs.AppendFile;
import io.streambed.lsm.fs.DiskFileSystem;
import io.streambed.lsm.fs.FileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * How long a log takes to hand over its buffer, for buffers of several sizes: 64 MiB appended to a file, not synced. Prints the median of a
 * call, and what that is for a put of {@value #PUT_BYTES} bytes; the last of some rounds.
 *
 * <pre>
 *  java -cp … io.streambed.lsm.bench.AppendTime
 * </pre>
 */
public final class AppendTime {
    private static final int ROUNDS = 5;
    private static final int FILE_BYTES = 64 << 20;
    private static final int PUT_BYTES = 130;

    private AppendTime() {}

    /** Runs it. */
    public static void main(String[] args) throws IOException {
        Path directory = Files.createTempDirectory("append-time");
        FileSystem files = DiskFileSystem.at(directory);
        for (int round = 1; round <= ROUNDS; round++) {
            for (int kilobytes = 4; kilobytes <= 64; kilobytes *= 2) {
                long nanos = medianNanos(files, kilobytes << 10);
                if (round == ROUNDS) {
                    System.out.printf(
                            "%2d KiB: %6d ns a call, %3d ns a put%n",
                            kilobytes, nanos, nanos * PUT_BYTES / (kilobytes << 10));
                }
            }
        }
        Files.delete(directory);
    }

    private static long medianNanos(FileSystem files, int bytes) throws IOException {
        byte[] buffer = new byte[bytes];
        long[] times = new long[FILE_BYTES / bytes];
        try (AppendFile file = files.create("log")) {
            for (int i = 0; i < times.length; i++) {
                long begin = System.nanoTime();
                file.write(buffer, 0, bytes);
                times[i] = System.nanoTime() - begin;
            }
        }
        files.delete("log");
        Arrays.sort(times);
        return times[times.length / 2];
    }
}
