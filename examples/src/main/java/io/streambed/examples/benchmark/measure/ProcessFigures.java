package io.streambed.examples.benchmark.measure;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** What the operating system says about this process. -1 where it does not say it: bytes and memory are known on Linux only. */
final class ProcessFigures {
    private static final Path IO = Path.of("/proc/self/io");
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private ProcessFigures() {}

    /** Processor time of all threads, the JVM's own among them. */
    static long cpuNanos() {
        return SYSTEM.getProcessCpuTime();
    }

    /** Bytes given to write calls, whether they have reached the disk or not. */
    static long writtenBytes() {
        return field(IO, "wchar:");
    }

    /** Memory that no file stands behind: heap, native allocations, stacks. */
    static long anonymousBytes() {
        long kilobytes = field(STATUS, "RssAnon:");
        return kilobytes < 0 ? -1 : kilobytes << 10;
    }

    /** Size of all files under a directory, some of which may vanish meanwhile. */
    static long directoryBytes(Path directory) {
        try (var files = Files.walk(directory)) {
            List<Path> all = files.toList();
            long sum = 0;
            for (Path file : all) {
                sum += size(file);
            }
            return sum;
        } catch (NoSuchFileException e) {
            return directoryBytes(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long size(Path file) throws IOException {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    private static long field(Path file, String name) {
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith(name)) {
                    // Not by a regular expression: it is asked for in the midst of a measurement.
                    String value = line.substring(name.length()).strip();
                    int end = value.indexOf(' ');
                    return Long.parseLong(end < 0 ? value : value.substring(0, end));
                }
            }
            return -1;
        } catch (IOException e) {
            return -1;
        }
    }
}
