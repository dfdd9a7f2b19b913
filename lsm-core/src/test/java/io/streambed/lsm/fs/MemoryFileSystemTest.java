package io.streambed.lsm.fs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract in memory, and what is left after the power failed. */
class MemoryFileSystemTest extends FileSystemContract {
    private final MemoryFileSystem fs = new MemoryFileSystem();

    @Override
    FileSystem fs() {
        return fs;
    }

    @ParameterizedTest
    @EnumSource(CrashMode.class)
    void whatWasSyncedIsLeft(CrashMode mode) throws IOException {
        try (AppendFile file = fs.create("a")) {
            append(file, "synced");
            file.sync();
            fs.syncDirectory();
            append(file, " and lost perhaps");
            fs.rename("a", "b");
            for (int seed = 0; seed < 50; seed++) {
                MemoryFileSystem after = fs.afterCrash(mode, new Random(seed));
                assertEquals(1, after.list().size());
                String left = text(after, after.list().get(0));
                assertTrue(left.startsWith("synced"), left);
            }
        }
    }

    @Test
    void nothingElseIsLeftInTheWorstCase() throws IOException {
        AppendFile file = fs.create("a");
        append(file, "1");
        file.sync();
        assertEquals(List.of(), after(CrashMode.NONE).list(), "a synced file whose name was not");

        fs.syncDirectory();
        append(file, "2");
        assertEquals("1", text(after(CrashMode.NONE), "a"));
        fs.rename("a", "b");
        assertEquals(List.of("a"), after(CrashMode.NONE).list());
        fs.syncDirectory();
        assertEquals(List.of("b"), after(CrashMode.NONE).list());
        fs.delete("b");
        assertEquals("1", text(after(CrashMode.NONE), "b"), "a name whose deletion was not synced");
        fs.syncDirectory();
        assertEquals(List.of(), after(CrashMode.NONE).list());
    }

    @Test
    void allIsLeftInTheBestCase() throws IOException {
        append(fs.create("a"), "1");
        fs.rename("a", "b");
        append(fs.create("c"), "2");
        fs.delete("c");
        MemoryFileSystem after = after(CrashMode.ALL);
        assertEquals(List.of("b"), after.list());
        assertEquals("1", text(after, "b"));
        assertEquals("1", text(after.afterCrash(CrashMode.NONE, new Random(0)), "b"), "an image is synced");
    }

    @Test
    void aPrefixMayEndAnywhere() throws IOException {
        AppendFile file = fs.create("a");
        append(file, "ab");
        file.sync();
        fs.syncDirectory();
        append(file, "cd");
        append(file, "efgh");
        assertEquals(
                Set.of("ab", "abc", "abcd", "abcde", "abcdef", "abcdefg", "abcdefgh"),
                lefts(CrashMode.RANDOM_PREFIX, "a"));
    }

    @Test
    void whatWasNotSyncedOfAFileThatIsWrittenOverIsAsItWas() throws IOException {
        AppendFile first = fs.create("a");
        append(first, "123456789");
        first.sync();
        fs.syncDirectory();
        AppendFile file = fs.overwriteStaged("a", "STAGING");
        append(file, "ab");
        assertEquals("123456789", text(after(CrashMode.NONE), "a"));
        file.sync();
        append(file, "cd");
        assertEquals("ab3456789", text(after(CrashMode.NONE), "a"));
        assertEquals("abcd56789", text(after(CrashMode.ALL), "a"));
        assertEquals(Set.of("ab3456789", "abc456789", "abcd56789"), lefts(CrashMode.RANDOM_PREFIX, "a"));
        assertEquals(Set.of("ab3456789", "abcd56789"), lefts(CrashMode.RANDOM_SECTORS, "a"));
        assertEquals("abcd56789", text(fs.afterKill(), "a"));
        file.cutOff();
        assertEquals("abcd", text(fs.afterKill(), "a"));
        assertEquals("ab3456789", text(after(CrashMode.NONE), "a"), "that it was cut off was not synced");
        file.sync();
        assertEquals("abcd", text(after(CrashMode.NONE), "a"));
    }

    @Test
    void sectorsAreLeftOneByOne() throws IOException {
        AppendFile file = fs.create("a");
        append(file, "x".repeat(100));
        file.sync();
        fs.syncDirectory();
        append(file, "x".repeat(1_000));
        Set<String> lefts = lefts(CrashMode.RANDOM_SECTORS, "a");
        // Three sectors, each there or not; with the rest missing or zero where the last ones are not.
        String synced = "x".repeat(100);
        String first = "x".repeat(412);
        String second = "x".repeat(512);
        String third = "x".repeat(76);
        String no1 = "\0".repeat(412);
        String no2 = "\0".repeat(512);
        String no3 = "\0".repeat(76);
        assertEquals(
                Set.of(
                        synced,
                        synced + no1 + no2 + no3,
                        synced + first,
                        synced + first + no2 + no3,
                        synced + no1 + second,
                        synced + no1 + second + no3,
                        synced + first + second,
                        synced + first + second + no3,
                        synced + no1 + no2 + third,
                        synced + first + no2 + third,
                        synced + no1 + second + third,
                        synced + first + second + third),
                lefts);
    }

    @Test
    void changesOfTheDirectoryAreLeftOneByOne() throws IOException {
        append(fs.create("old"), "1");
        fs.syncDirectory();
        fs.create("a");
        fs.rename("a", "b");
        fs.delete("old");
        Set<List<String>> some = new HashSet<>();
        Set<List<String>> first = new HashSet<>();
        for (int seed = 0; seed < 200; seed++) {
            some.add(fs.afterCrash(CrashMode.RANDOM_SECTORS, new Random(seed)).list());
            first.add(fs.afterCrash(CrashMode.RANDOM_PREFIX, new Random(seed)).list());
        }
        assertEquals(
                Set.of(List.of(), List.of("a"), List.of("b"), List.of("old"), List.of("a", "old"), List.of("b", "old")),
                some);
        assertEquals(Set.of(List.of("old"), List.of("a", "old"), List.of("b", "old"), List.of("b")), first);
    }

    @Test
    void theLengthMayGrowWithoutTheBytes() throws IOException {
        AppendFile file = fs.create("a");
        append(file, "12");
        file.sync();
        append(file, "345");
        assertEquals("12\0\0\0", text(after(CrashMode.ZEROED), "a"));
    }

    @Test
    void aRenameMayOutliveTheBytes() throws IOException {
        append(fs.create("CURRENT"), "old");
        fs.syncDirectory();
        append(fs.create("tmp"), "new");
        fs.rename("tmp", "CURRENT");
        MemoryFileSystem after = after(CrashMode.RENAME_KEPT_DATA_LOST);
        assertEquals(List.of("CURRENT"), after.list());
        assertEquals("", text(after, "CURRENT"));
    }

    @Test
    void aKilledProcessLeavesEverythingButItsHandles() throws IOException {
        AppendFile file = fs.create("a");
        append(file, "12");
        file.sync();
        fs.syncDirectory();
        append(file, "34");
        fs.rename("a", "b");
        try (Closeable lock = fs.lock("LOCK")) {
            MemoryFileSystem after = fs.afterKill();
            assertEquals("1234", text(after, "b"));
            assertEquals(0, after.openHandles());
            after.lock("LOCK").close();
            // The page cache is not the disk: losing the power after that loses what had not been synced.
            assertEquals("12", text(after.afterCrash(CrashMode.NONE, new Random(0)), "a"));
            append(file, "56");
            assertEquals("1234", text(after, "b"), "an image stands still");
        }
    }

    @Test
    void imagesCanBeTakenAfterEveryOperation() throws IOException {
        List<String> contents = new ArrayList<>();
        fs.onOperation(n -> {
            assertEquals(contents.size() + 1, n);
            contents.add(fs.afterKill().list().toString());
        });
        AppendFile file = fs.create("a");
        append(file, "1");
        file.sync();
        assertThrows(IOException.class, () -> fs.create("a"));
        fs.rename("a", "b");
        fs.list();
        fs.open("b").close();
        fs.syncDirectory();
        fs.delete("b");
        assertEquals(List.of("[a]", "[a]", "[a]", "[b]", "[b]", "[]"), contents);
        assertEquals(6, fs.operations());
    }

    @Test
    void handlesAreCounted() throws IOException {
        AppendFile written = fs.create("a");
        ReadFile read = fs.open("a");
        Closeable lock = fs.lock("LOCK");
        assertEquals(List.of("LOCK", "a", "a"), fs.openHandleNames());
        assertEquals(3, fs.openHandles());
        written.close();
        written.close();
        read.close();
        lock.close();
        assertEquals(0, fs.openHandles());
    }

    @Test
    void aTestCanLookAndDamage() throws IOException {
        AppendFile file = fs.create("a");
        append(file, "1");
        fs.setContent("a", "2".getBytes(UTF_8));
        fs.setContent("b", "3".getBytes(UTF_8));
        assertArrayEquals("2".getBytes(UTF_8), fs.content("a"));
        assertEquals("2", text(after(CrashMode.NONE), "a"));
        assertEquals("3", text(after(CrashMode.NONE), "b"));
        assertFalse(fs.list().isEmpty());
    }

    private Set<String> lefts(CrashMode mode, String name) throws IOException {
        Set<String> lefts = new HashSet<>();
        for (int seed = 0; seed < 500; seed++) {
            lefts.add(text(fs.afterCrash(mode, new Random(seed)), name));
        }
        return lefts;
    }

    private MemoryFileSystem after(CrashMode mode) {
        return fs.afterCrash(mode, new Random(7));
    }

    private static void append(AppendFile file, String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        byte[] padded = Arrays.copyOf(bytes, bytes.length + 1);
        file.write(padded, 0, bytes.length);
    }

    private static String text(MemoryFileSystem fs, String name) throws IOException {
        return new String(fs.content(name), UTF_8);
    }
}
