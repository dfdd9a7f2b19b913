package io.streambed.kafka.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.streambed.kafka.LsmStores;
import io.streambed.kafka.testing.TestContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** After a crash the store is exactly at a commit, with that commit's offset and position. */
class StoreCrashTest {
    @TempDir
    Path directory;

    /** What a process has written since its last commit, so much that most of it is in tables, when it is killed. */
    @Test
    @Timeout(60)
    void whatWasNotCommittedIsGoneAlsoIfItWasFlushed() throws Exception {
        Process writer = start("process", "flush");
        try (BufferedReader lines = lines(writer)) {
            assertEquals("flushed", lines.readLine());
            writer.destroyForcibly().waitFor();
        }
        StoreCrashWriter.verify(directory, StoreCrashWriter.COMMITS_BEFORE_FLUSHING - 1);
        KeyValueStore<Bytes, byte[]> store =
                new TestContext(directory).open(LsmStores.persistentKeyValueStore("store"));
        assertEquals(StoreCrashWriter.COMMITS_BEFORE_FLUSHING - 1, store.committedOffset(new TopicPartition("log", 0)));
        store.close();
    }

    /**
     * A process that writes and commits for ever, killed at any moment, several times over the same directory. It says on its output which
     * commits it has made; the store must be at one of them that is not older than the last one said.
     */
    @ParameterizedTest
    @ValueSource(strings = {"process", "power"})
    @Timeout(120)
    void aKilledProcessLeavesACommit(String durability) throws Exception {
        Random random = new Random();
        for (int kill = 0; kill < 3; kill++) {
            Process writer = start(durability, "commit");
            long said = -1;
            int commits = 20 + random.nextInt(200);
            try (BufferedReader lines = lines(writer)) {
                for (int i = 0; i < commits; i++) {
                    said = Long.parseLong(lines.readLine());
                }
                writer.destroyForcibly().waitFor();
            }
            assertEquals(128 + 9, writer.exitValue());
            StoreCrashWriter.verify(directory, said);
        }
    }

    private Process start(String durability, String what) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StoreCrashWriter.class.getName(),
                        directory.toString(),
                        durability,
                        what)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static BufferedReader lines(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }
}
