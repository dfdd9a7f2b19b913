package io.streambed.lsm.bench;

import io.streambed.lsm.fs.AppendFile;
import io.streambed.lsm.fs.DiskFileSystem;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.fs.ReadFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * How fast a table that was just written is read through, in pieces of 256 KiB: by a new mapping, as point reads open their files, and by
 * positional reads, as compactions do. Prints the median of some rounds, in GB/s.
 *
 * <pre>
 *  java -cp … io.streambed.lsm.bench.ReadTime
 * </pre>
 */
public final class ReadTime {
    private static final int ROUNDS = 21;
    private static final int FILE_BYTES = 16 << 20;
    private static final int PIECE_BYTES = 256 << 10;

    private ReadTime() {}

    /** Runs it. */
    public static void main(String[] args) throws IOException {
        Path directory = Files.createTempDirectory("read-time");
        FileSystem files = DiskFileSystem.at(directory);
        double[] mapped = new double[ROUNDS];
        double[] positional = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            try (AppendFile file = files.create("table")) {
                file.write(new byte[FILE_BYTES], 0, FILE_BYTES);
            }
            long begin = System.nanoTime();
            readThrough(files.openForRandomReads("table"));
            mapped[round] = FILE_BYTES / (double) (System.nanoTime() - begin);
            begin = System.nanoTime();
            readThrough(files.open("table"));
            positional[round] = FILE_BYTES / (double) (System.nanoTime() - begin);
            files.delete("table");
        }
        Files.delete(directory);
        Arrays.sort(mapped);
        Arrays.sort(positional);
        System.out.printf("new mapping %.1f GB/s, positional %.1f GB/s%n", mapped[ROUNDS / 2], positional[ROUNDS / 2]);
    }

    private static void readThrough(ReadFile opened) throws IOException {
        byte[] piece = new byte[PIECE_BYTES];
        try (ReadFile file = opened) {
            for (int at = 0; at < FILE_BYTES; at += PIECE_BYTES) {
                file.readFully(at, piece, 0, PIECE_BYTES);
            }
        }
    }
}
