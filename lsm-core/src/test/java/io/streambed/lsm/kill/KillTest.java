package io.streambed.lsm.kill;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.Durability;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.fs.DiskFileSystem;
import io.streambed.lsm.testing.ByteMaps;
import io.streambed.lsm.testing.Seeds;
import io.streambed.lsm.testing.TreeFilesCheck;
import io.streambed.lsm.testing.TreeReads;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process is killed while it writes; what it had acknowledged is there, and nothing that was not committed. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KillTest {
    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"PROCESS", "POWER"})
    void aKilledProcessLosesNothingThatItHadAcknowledged(Durability durability, @TempDir Path directory)
            throws IOException, InterruptedException {
        long seed = Seeds.seed("KillTest " + durability);
        Random random = new Random(seed);
        CommittedWork work = new CommittedWork(seed);
        NavigableMap<byte[], byte[]> expected = ByteMaps.create();
        long verified = 0;
        for (int round = 0; round < Seeds.scaled(6); round++) {
            long acknowledged = runAndKill(directory, durability, seed, 1 + random.nextInt(400), random);
            try (LsmTree tree = LsmTree.open(directory, Child.options(durability))) {
                long found = Long.parseLong(ByteMaps.text(tree.committedMetadata()));
                assertTrue(
                        found == acknowledged || found == acknowledged + 1,
                        () -> "acknowledged " + acknowledged + ", found " + found);
                while (verified < found) {
                    verified++;
                    work.commit(expected, verified);
                }
                TreeReads.check(tree, expected);
            }
            TreeFilesCheck.check(DiskFileSystem.at(directory));
        }
        System.out.println("KillTest: " + durability + ", killed at last after commit " + verified);
    }

    /** Runs a child until it has acknowledged so many commits, and a little longer; answers the last one acknowledged. */
    private static long runAndKill(Path directory, Durability durability, long seed, int commits, Random random)
            throws IOException, InterruptedException {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        directory.toString(),
                        durability.name(),
                        Long.toString(seed))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long last = 0;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII))) {
            for (int i = 0; i < commits; i++) {
                String line = lines.readLine();
                assertTrue(line != null, "the child has ended by itself");
                last = Long.parseLong(line);
            }
            for (int pause = random.nextInt(3_000_000); pause > 0; pause--) {
                Thread.onSpinWait();
            }
            // By its handle: Process.destroyForcibly would close the pipe, with what is left in it.
            child.toHandle().destroyForcibly();
            // What stood in the pipe was acknowledged before the end; the last line may be a part of one.
            StringBuilder rest = new StringBuilder();
            for (int c = lines.read(); c >= 0; c = lines.read()) {
                rest.append((char) c);
            }
            String whole = rest.substring(0, rest.lastIndexOf("\n") + 1);
            if (!whole.isEmpty()) {
                last = Long.parseLong(whole.strip().substring(whole.strip().lastIndexOf('\n') + 1));
            }
            child.waitFor();
        } finally {
            child.destroyForcibly();
        }
        return last;
    }
}
