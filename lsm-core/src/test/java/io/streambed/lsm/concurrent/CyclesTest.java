package io.streambed.lsm.concurrent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import io.streambed.lsm.LsmOptions;
import io.streambed.lsm.LsmRuntime;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.testing.Seeds;
import io.streambed.lsm.testing.TreeFilesCheck;
import io.streambed.lsm.testing.Workers;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opening and closing, again and again, leaves nothing behind. */
class CyclesTest {
    private static final byte[] KEY = {1};

    @Test
    void twoThousandOpeningsLeaveNothingOpenAndNoThreads() throws IOException, InterruptedException {
        MemoryFileSystem files = new MemoryFileSystem();
        long threads = engineThreads();
        for (int i = 0; i < Seeds.scaled(2_000); i++) {
            try (LsmRuntime runtime = LsmRuntime.builder().build();
                    LsmTree tree = runtime.open(files, LsmOptions.defaults())) {
                use(tree, i);
            }
            assertEquals(0, files.openHandles());
        }
        TreeFilesCheck.checkClosed(files);
        Workers.await("threads to end", Duration.ofMinutes(1), () -> engineThreads() <= threads);
    }

    @Test
    void openingsOnDiskLeaveNoHandles(@TempDir Path directory) {
        useOnDisk(directory, 0);
        long before = handles();
        for (int i = 1; i < Seeds.scaled(150); i++) {
            useOnDisk(directory, i);
        }
        long after = handles();
        assertTrue(after < before + 20, () -> after + " handles, " + before + " before");
    }

    private static void useOnDisk(Path directory, int number) {
        try (LsmTree tree = LsmTree.open(directory)) {
            use(tree, number);
        }
    }

    private static void use(LsmTree tree, int number) {
        if (number > 0) {
            assertArrayEquals(bytes(number - 1), tree.get(KEY));
        }
        tree.put(KEY, bytes(number));
        if (number % 50 == 0) {
            tree.flush();
        }
    }

    private static byte[] bytes(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    private static long handles() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getOpenFileDescriptorCount()
                : 0;
    }

    private static long engineThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("lsm-"))
                .count();
    }
}
