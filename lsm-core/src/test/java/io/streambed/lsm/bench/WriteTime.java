package io.streambed.lsm.bench;

import com.sun.management.OperatingSystemMXBean;
import io.streambed.lsm.fs.AppendFile;
import io.streambed.lsm.fs.DiskFileSystem;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What it costs to hand a file over to the operating system, by the size of the pieces and where they begin: at multiples of their
 * size, or anywhere. Prints the processor time of the process for each KiB, the least of some rounds: of a new file, its deletion included,
 * and of one that is written over.
 *
 * <pre>
 *  java -cp … io.streambed.lsm.bench.WriteTime
 * </pre>
 */
public final class WriteTime {
    private static final int ROUNDS = 4;
    private static final int FILES = 32;
    private static final int FILE_BYTES = 16 << 20;
    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private WriteTime() {}

    /** Runs it. */
    public static void main(String[] args) throws IOException {
        Path directory = Files.createTempDirectory("write-time");
        DiskFileSystem files = DiskFileSystem.at(directory);
        // Pieces that are a little shorter end anywhere.
        for (int kilobytes = 16; kilobytes <= 512; kilobytes *= 2) {
            for (int piece : new int[] {kilobytes << 10, (kilobytes << 10) - 90}) {
                long created = Long.MAX_VALUE;
                long over = Long.MAX_VALUE;
                for (int round = 0; round < ROUNDS; round++) {
                    created = Math.min(created, create(files, piece));
                    over = Math.min(over, overwrite(files, piece));
                }
                int kib = FILES * (FILE_BYTES >> 10);
                System.out.printf("%6d bytes: %4d ns, written over %4d ns%n", piece, created / kib, over / kib);
            }
        }
        Files.delete(directory);
    }

    private static long create(DiskFileSystem files, int piece) throws IOException {
        byte[] bytes = new byte[piece];
        long before = SYSTEM.getProcessCpuTime();
        for (int i = 0; i < FILES; i++) {
            fill(files.create("file"), bytes);
            files.delete("file");
        }
        return SYSTEM.getProcessCpuTime() - before;
    }

    private static long overwrite(DiskFileSystem files, int piece) throws IOException {
        byte[] bytes = new byte[piece];
        fill(files.create("file"), bytes);
        long before = SYSTEM.getProcessCpuTime();
        for (int i = 0; i < FILES; i++) {
            fill(files.overwriteStaged("file", "STAGING"), bytes);
        }
        long took = SYSTEM.getProcessCpuTime() - before;
        files.delete("file");
        return took;
    }

    private static void fill(AppendFile created, byte[] bytes) throws IOException {
        try (AppendFile file = created) {
            for (int left = FILE_BYTES; left > 0; left -= bytes.length) {
                file.write(bytes, 0, Math.min(left, bytes.length));
            }
        }
    }
}
