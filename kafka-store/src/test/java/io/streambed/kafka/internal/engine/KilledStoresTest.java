package io.streambed.kafka.internal.engine;

import static io.streambed.kafka.testing.TestContext.bytes;
import static io.streambed.kafka.testing.TestContext.key;
import static io.streambed.kafka.testing.TestContext.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.kafka.LsmStores;
import io.streambed.kafka.testing.TestContext;
import io.streambed.lsm.LsmTree;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.TimestampedBytesStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Processes that are killed while they write stores of every kind, or convert one: what is there afterwards is what a commit left. */
class KilledStoresTest {
    private static final TopicPartition LOG = new TopicPartition("log", 0);

    /** Some 20 MB, which are converted a megabyte at a time. */
    private static final int ENTRIES = 50_000;

    private static final String FILLING = "x".repeat(400);

    @TempDir
    Path directory;

    private final Random random = new Random();

    /** Killed several times over the same directory. The store has to be one that was given all up to its last commit and was never killed. */
    @ParameterizedTest
    @EnumSource(KindOfStore.class)
    @Timeout(120)
    void areAtACommitAndShowWhatOthersShowThere(KindOfStore kind) throws Exception {
        Path killed = Files.createDirectory(directory.resolve("killed"));
        for (int kill = 0; kill < 3; kill++) {
            Process writer = start(Writer.class, kind.name(), killed.toString());
            long said = -1;
            int commits = 20 + random.nextInt(150);
            try (BufferedReader lines = lines(writer)) {
                for (int i = 0; i < commits; i++) {
                    said = Long.parseLong(await(lines, "committed ").substring("committed ".length()));
                }
                writer.destroyForcibly().waitFor();
            }
            assertEquals(128 + 9, writer.exitValue());
            verify(kind, killed, said);
        }
    }

    /** The process to be killed. Writes and commits for ever, and says which commits it has made. Arguments: the kind of store, its directory. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) {
            KindOfStore kind = KindOfStore.valueOf(arguments[0]);
            TestContext context = kind.context(Path.of(arguments[1]));
            StateStore store = context.open(kind.make());
            Long last = store.committedOffset(LOG);
            for (long n = last == null ? 0 : last + 1; ; n++) {
                kind.write(context, store, n);
                store.commit(Map.of(LOG, n));
                System.out.println("committed " + n);
            }
        }
    }

    private void verify(KindOfStore kind, Path killed, long said) throws IOException {
        StateStore store = kind.context(killed).open(kind.make());
        long at = store.committedOffset(LOG);
        assertTrue(at >= said, () -> "at commit " + at + ", but " + said + " was said to be made");
        assertEquals(Position.fromMap(Map.of("in", Map.of(0, at))), store.getPosition());
        TestContext context = kind.context(Files.createTempDirectory(directory, "never-killed"));
        StateStore other = context.open(kind.make());
        for (long n = 0; n <= at; n++) {
            kind.write(context, other, n);
        }
        List<String> expected = kind.contents(other);
        assertTrue(expected.size() > 20, expected::toString);
        assertEquals(expected, kind.contents(store));
        other.close();
        store.close();
    }

    /** Killed while it converts: all is in the old format, or all is in the new one, and the next opening makes it so. */
    @Test
    @Timeout(180)
    void areInOneFormatIfKilledWhileTheyAreConverted() throws Exception {
        boolean killedInBetween = false;
        for (int attempt = 0; attempt < 3 && !killedInBetween; attempt++) {
            killedInBetween = isKilledInBetween(Files.createTempDirectory(directory, "task"));
        }
        assertTrue(killedInBetween, "each time the conversion was done before the kill");
    }

    /** Converts a store in spite of some kills; returns whether one of them found it half done. */
    private boolean isKilledInBetween(Path task) throws Exception {
        TestContext context = new TestContext(task, Map.of("lsm.write.buffer.bytes", "65536"));
        KeyValueStore<Bytes, byte[]> plain = context.open(LsmStores.persistentKeyValueStore("store"));
        for (int i = 0; i < ENTRIES; i++) {
            plain.put(key("k" + i), bytes(i + FILLING));
        }
        plain.commit(Map.of(LOG, 7L));
        plain.close();
        Path files = task.resolve("lsm/store");
        int halfDone = 0;
        for (int kill = 0; kill < 3 && lastFormat(files) == StoreFormat.KEY_VALUE_PLAIN; kill++) {
            Process converter = start(Converter.class, task.toString());
            try (BufferedReader lines = lines(converter)) {
                await(lines, "opening");
                // An opening makes two by itself, and each megabyte two or more.
                awaitFiles(files, newestFile(files) + 4 + random.nextInt(12));
                converter.destroyForcibly().waitFor();
            }
            if (lastFormat(files) == StoreFormat.KEY_VALUE_PLAIN) {
                halfDone++;
                KeyValueStore<Bytes, byte[]> again = context.open(LsmStores.persistentKeyValueStore("store"));
                assertEntries(again, false);
                again.close();
            }
        }
        KeyValueStore<Bytes, byte[]> converted = context.open(LsmStores.persistentTimestampedKeyValueStore("store"));
        assertEntries(converted, true);
        converted.close();
        assertEquals(StoreFormat.KEY_VALUE_TIMESTAMPED, lastFormat(files));
        return halfDone > 0;
    }

    /** Opens the store in DIRECTORY as a timestamped one. */
    static final class Converter {
        private Converter() {}

        public static void main(String[] arguments) throws IOException {
            TestContext context = new TestContext(Path.of(arguments[0]), Map.of("lsm.write.buffer.bytes", "65536"));
            System.out.println("opening");
            context.open(LsmStores.persistentTimestampedKeyValueStore("store"));
            // To be killed.
            System.in.read();
        }
    }

    private static void assertEntries(KeyValueStore<Bytes, byte[]> store, boolean timestamped) {
        assertEquals(7, store.committedOffset(LOG));
        int entries = 0;
        try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
            while (all.hasNext()) {
                var entry = all.next();
                byte[] value = bytes(text(entry.key.get()).substring(1) + FILLING);
                assertArrayEquals(
                        timestamped ? TimestampedBytesStore.convertToTimestampedFormat(value) : value, entry.value);
                entries++;
            }
        }
        assertEquals(ENTRIES, entries);
    }

    private static StoreFormat lastFormat(Path files) throws Exception {
        try (LsmTree tree = LsmTree.open(files)) {
            return CommitMetadata.decode(tree.committedMetadata()).format();
        }
    }

    /** The greatest number in the name of a file of the store, which gives its files rising ones. */
    private static long newestFile(Path files) throws IOException {
        try (Stream<Path> list = Files.list(files)) {
            return list.map(file -> file.getFileName().toString().replaceAll("\\D", ""))
                    .filter(number -> !number.isEmpty())
                    .mapToLong(Long::parseLong)
                    .max()
                    .orElse(0);
        }
    }

    private static void awaitFiles(Path files, long newest) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (newestFile(files) < newest) {
            assertTrue(System.nanoTime() < deadline, "nothing is converted");
            Thread.sleep(1);
        }
    }

    private static String await(BufferedReader lines, String begin) throws IOException {
        String line = lines.readLine();
        List<String> others = new ArrayList<>();
        while (line != null && !line.startsWith(begin)) {
            others.add(line);
            line = lines.readLine();
        }
        assertTrue(line != null, () -> "the process ended and said " + others);
        return line;
    }

    private static Process start(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static BufferedReader lines(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }
}
