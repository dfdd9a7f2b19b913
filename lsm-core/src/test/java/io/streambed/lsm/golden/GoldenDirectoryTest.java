package io.streambed.lsm.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.streambed.lsm.Compression;
import io.streambed.lsm.LsmMetrics;
import io.streambed.lsm.LsmOptions;
import io.streambed.lsm.LsmRuntime;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.WriteBatch;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.testing.ByteMaps;
import io.streambed.lsm.testing.TreeReads;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.NavigableMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Directories as format 1 leaves them, kept in {@code src/test/resources/golden}, which every later release must open. Each holds
 * every kind of file: CURRENT, a manifest, tables, and a log to replay whose end was not committed. {@code -Drewrite=true} writes
 * them anew; that is right only as long as no release has written the format.
 */
class GoldenDirectoryTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");

    @ParameterizedTest
    @EnumSource(Compression.class)
    void aDirectoryOfFormat1Opens(Compression compression) throws IOException {
        NavigableMap<byte[], byte[]> expected = ByteMaps.create();
        MemoryFileSystem written = write(compression, expected);
        Path directory =
                GOLDEN.resolve("directory-format-1-" + compression.name().toLowerCase(Locale.ROOT));
        if (Boolean.getBoolean("rewrite")) {
            store(written, directory);
        }
        MemoryFileSystem stored = load(directory);
        assertEquals(written.list(), stored.list(), "the same writes make the same files");
        for (String name : stored.list()) {
            if (compression == Compression.ZSTD && name.endsWith(".sst")) {
                continue; // The next release of its library may compress better; what it decompresses to is checked
                // below.
            }
            assertArrayEquals(stored.content(name), written.content(name), name + " has the same bytes");
        }
        try (LsmRuntime runtime = runtime();
                LsmTree tree = runtime.open(stored, options(compression))) {
            assertArrayEquals(ByteMaps.bytes("offset 300"), tree.committedMetadata());
            TreeReads.check(tree, expected);
            tree.compact();
            TreeReads.check(tree, expected);
        }
    }

    @Test
    void theVoidWritesOfADirectoryOfFormat1StayVoid() throws IOException {
        MemoryFileSystem stored = load(GOLDEN.resolve("directory-format-1-none"));
        try (LsmRuntime runtime = runtime();
                LsmTree tree = runtime.open(stored, options(Compression.NONE))) {
            LsmMetrics metrics = tree.metrics();
            assertEquals(2, metrics.levels().get(0).runs(), "one flush before the first crash, one after it");
            assertArrayEquals(null, tree.get(ByteMaps.bytes("void")));
        }
    }

    /** Two sessions that both end in a kill: the first leaves void writes in a table, the second a log with an uncommitted end. */
    private static MemoryFileSystem write(Compression compression, NavigableMap<byte[], byte[]> expected) {
        MemoryFileSystem files = new MemoryFileSystem();
        try (LsmRuntime runtime = runtime()) {
            LsmTree first = runtime.open(files, options(compression));
            for (int i = 0; i < 200; i++) {
                put(first, expected, "key" + i % 150, "value " + i + " ".repeat(i % 40));
            }
            first.commit(ByteMaps.bytes("offset 200"));
            first.put(ByteMaps.bytes("void"), ByteMaps.bytes("never committed, though flushed"));
            first.flush();
            MemoryFileSystem killed = files.afterKill();
            first.close();

            LsmTree second = runtime.open(killed, options(compression));
            WriteBatch batch = new WriteBatch();
            for (int i = 0; i < 50; i++) {
                byte[] key = ByteMaps.bytes("key" + i * 3);
                batch.delete(key);
                expected.remove(key);
            }
            second.write(batch);
            second.commit(ByteMaps.bytes("offset 250"));
            second.flush();
            put(second, expected, "", "");
            put(second, expected, "last", "in the log only");
            second.delete(ByteMaps.bytes("key1"));
            expected.remove(ByteMaps.bytes("key1"));
            second.commit(ByteMaps.bytes("offset 300"));
            second.put(ByteMaps.bytes("void"), ByteMaps.bytes("x".repeat(70_000)));
            MemoryFileSystem left = killed.afterKill();
            second.close();
            return left;
        }
    }

    private static void put(LsmTree tree, NavigableMap<byte[], byte[]> expected, String key, String value) {
        tree.put(ByteMaps.bytes(key), ByteMaps.bytes(value));
        expected.put(ByteMaps.bytes(key), ByteMaps.bytes(value));
    }

    private static LsmOptions options(Compression compression) {
        return LsmOptions.builder()
                .commitEveryWrite(false)
                .compression(compression)
                .blockBytes(512)
                .build();
    }

    private static LsmRuntime runtime() {
        return LsmRuntime.builder().executor(Runnable::run).build();
    }

    private static void store(MemoryFileSystem files, Path directory) throws IOException {
        Files.createDirectories(directory);
        try (DirectoryStream<Path> old = Files.newDirectoryStream(directory)) {
            for (Path file : old) {
                Files.delete(file);
            }
        }
        for (String name : files.list()) {
            Files.write(directory.resolve(name), files.content(name));
        }
    }

    private static MemoryFileSystem load(Path directory) throws IOException {
        MemoryFileSystem files = new MemoryFileSystem();
        try (DirectoryStream<Path> stored = Files.newDirectoryStream(directory)) {
            for (Path file : stored) {
                files.setContent(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        assertFalse(files.list().isEmpty(), "no golden directory " + directory);
        return files;
    }
}
