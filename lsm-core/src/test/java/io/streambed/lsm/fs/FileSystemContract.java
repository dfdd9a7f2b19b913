package io.streambed.lsm.fs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every file system does; what is in memory must not be kinder than a disk. */
abstract class FileSystemContract {
    /** An empty file system, the same one throughout a test. */
    abstract FileSystem fs();

    @Test
    void whatIsWrittenIsRead() throws IOException {
        byte[] bytes = new byte[1_000_000];
        new Random(1).nextBytes(bytes);
        try (AppendFile file = fs().create("a")) {
            assertEquals(0, file.length());
            file.write(bytes, 0, 0);
            file.write(bytes, 0, 3);
            file.write(bytes, 3, bytes.length - 3);
            assertEquals(bytes.length, file.length());
            file.sync();
            file.sync();
        }
        try (ReadFile file = fs().open("a")) {
            assertEquals(bytes.length, file.length());
            byte[] read = new byte[bytes.length + 2];
            file.readFully(0, read, 1, bytes.length);
            assertArrayEquals(bytes, Arrays.copyOfRange(read, 1, bytes.length + 1));
            byte[] middle = new byte[4];
            file.readFully(777_777, middle, 1, 2);
            assertArrayEquals(new byte[] {0, bytes[777_777], bytes[777_778], 0}, middle);
        }
    }

    @Test
    void readingBeyondTheEndFails() throws IOException {
        write("a", "12345");
        try (ReadFile file = fs().open("a")) {
            byte[] target = new byte[8];
            file.readFully(5, target, 0, 0);
            assertThrows(EOFException.class, () -> file.readFully(0, target, 0, 6));
            assertThrows(EOFException.class, () -> file.readFully(5, target, 0, 1));
            assertThrows(EOFException.class, () -> file.readFully(1L << 40, target, 0, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> file.readFully(0, target, 5, 4));
        }
    }

    @Test
    void aFileCanBeReadWhileItIsWritten() throws IOException {
        try (AppendFile file = fs().create("a")) {
            file.write("12".getBytes(UTF_8), 0, 2);
            try (ReadFile early = fs().open("a")) {
                file.write("34".getBytes(UTF_8), 0, 2);
                assertEquals(2, early.length());
            }
            assertEquals("1234", read("a"));
        }
    }

    @Test
    void aTakenNameIsNotCreatedAgain() throws IOException {
        write("a", "first");
        assertThrows(FileAlreadyExistsException.class, () -> fs().create("a"));
        assertEquals("first", read("a"));
    }

    @Test
    void whatIsNotThereIsNotOpenedDeletedOrRenamed() {
        assertThrows(NoSuchFileException.class, () -> fs().open("a"));
        assertThrows(NoSuchFileException.class, () -> fs().delete("a"));
        assertThrows(NoSuchFileException.class, () -> fs().overwriteStaged("a", "STAGING"));
        assertThrows(NoSuchFileException.class, () -> fs().rename("a", "b"));
    }

    @Test
    void renamingReplaces() throws IOException {
        write("a", "old");
        write("b", "new");
        fs().rename("b", "a");
        fs().syncDirectory();
        assertEquals(List.of("a"), fs().list());
        assertEquals("new", read("a"));
    }

    @Test
    void aFileThatIsWrittenOverHoldsBehindThatWhatItHeld() throws IOException {
        write("a", "123456789");
        try (AppendFile file = fs().overwriteStaged("a", "STAGING")) {
            assertEquals(0, file.length());
            assertEquals("123456789", read("a"));
            file.write("abc".getBytes(UTF_8), 0, 3);
            file.sync();
            file.write("de".getBytes(UTF_8), 0, 2);
            assertEquals(5, file.length());
            assertEquals("abcde6789", read("a"));
        }
        assertEquals("abcde6789", read("a"), "also when it is closed");
        try (ReadFile file = fs().open("a")) {
            byte[] last = new byte[2];
            file.readFully(7, last, 0, 2);
            assertEquals("89", new String(last, UTF_8), "nothing of it was written over");
        }
    }

    @Test
    void aFileThatIsWrittenOverCanBecomeLonger() throws IOException {
        write("a", "123");
        try (AppendFile file = fs().overwriteStaged("a", "STAGING")) {
            file.write("abcde".getBytes(UTF_8), 0, 5);
        }
        assertEquals("abcde", read("a"));
    }

    @Test
    void aFileThatWasCutOffEndsWhereItsWritesEnd() throws IOException {
        write("a", "123456789");
        try (AppendFile file = fs().overwriteStaged("a", "STAGING")) {
            file.write("abc".getBytes(UTF_8), 0, 3);
            file.cutOff();
            assertEquals("abc", read("a"));
            file.write("de".getBytes(UTF_8), 0, 2);
            file.cutOff();
            file.sync();
            assertEquals("abcde", read("a"));
        }
        assertEquals("abcde", read("a"));
        try (AppendFile file = fs().create("b")) {
            file.write("abc".getBytes(UTF_8), 0, 3);
            file.cutOff();
            assertEquals("abc", read("b"), "a new one does so by itself");
        }
    }

    @Test
    void namesAreListedInOrder() throws IOException {
        assertEquals(List.of(), fs().list());
        for (String name : List.of("b", "MANIFEST-1", "a.log", "000010", "a")) {
            write(name, "");
        }
        assertEquals(List.of("000010", "MANIFEST-1", "a", "a.log", "b"), fs().list());
        fs().delete("a.log");
        assertEquals(List.of("000010", "MANIFEST-1", "a", "b"), fs().list());
    }

    @Test
    void aNoteTakesThePlaceOfTheLastOne() throws IOException {
        assertNull(fs().noted("NOTE"));
        for (String note : List.of("long enough to be seen behind the next one", "short", "", "again")) {
            fs().note("NOTE", note.getBytes(UTF_8));
            assertEquals(note, new String(fs().noted("NOTE"), UTF_8));
        }
        assertNull(fs().noted("OTHER"));
    }

    @Test
    void anOpenFileOutlivesItsName() throws IOException {
        write("a", "12345");
        write("b", "67890");
        try (ReadFile deleted = fs().open("a");
                ReadFile replaced = fs().open("b")) {
            fs().delete("a");
            write("c", "other");
            fs().rename("c", "b");
            assertEquals("12345", read(deleted));
            assertEquals("67890", read(replaced));
        }
    }

    @Test
    void aClosedFileIsOfNoUseAndCanBeClosedAgain() throws IOException {
        AppendFile written = fs().create("a");
        written.close();
        written.close();
        assertThrows(IOException.class, () -> written.write(new byte[1], 0, 1));
        assertThrows(IOException.class, written::sync);
        ReadFile read = fs().open("a");
        read.close();
        read.close();
        assertThrows(ClosedChannelException.class, () -> read.readFully(0, new byte[1], 0, 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", ".", "..", "../a", "a/b", "/a", "a\\b", "a\0", "a\0.log", ".hidden", "a:b", "a b", "a\n", "\u00e4",
                "~a"
            })
    void aNameIsNotAPath(String name) {
        assertThrows(IllegalArgumentException.class, () -> fs().create(name));
        assertThrows(IllegalArgumentException.class, () -> fs().open(name));
        assertThrows(IllegalArgumentException.class, () -> fs().delete(name));
        assertThrows(IllegalArgumentException.class, () -> fs().rename(name, "a"));
        assertThrows(IllegalArgumentException.class, () -> fs().rename("a", name));
        assertThrows(IllegalArgumentException.class, () -> fs().lock(name));
    }

    @Test
    void aNameHasALimit() throws IOException {
        write("x".repeat(200), "");
        assertThrows(IllegalArgumentException.class, () -> fs().create("x".repeat(201)));
    }

    @Test
    void theDirectoryIsLockedOnceAtATime() throws IOException {
        try (Closeable lock = fs().lock("LOCK")) {
            for (int i = 0; i < 3; i++) {
                DirectoryInUseException refused = assertThrows(DirectoryInUseException.class, () -> fs().lock("LOCK"));
                assertTrue(refused.getMessage().contains(fs().toString()), refused.getMessage());
            }
            assertEquals(List.of("LOCK"), fs().list());
            lock.close();
            try (Closeable next = fs().lock("LOCK")) {
                lock.close(); // for the second time: must not free what is another's now
                assertThrows(DirectoryInUseException.class, () -> fs().lock("LOCK"));
                next.close();
            }
        }
        assertEquals(List.of("LOCK"), fs().list());
    }

    final void write(String name, String content) throws IOException {
        try (AppendFile file = fs().create(name)) {
            byte[] bytes = content.getBytes(UTF_8);
            file.write(bytes, 0, bytes.length);
        }
    }

    final String read(String name) throws IOException {
        try (ReadFile file = fs().open(name)) {
            return read(file);
        }
    }

    private static String read(ReadFile file) throws IOException {
        byte[] bytes = new byte[(int) file.length()];
        file.readFully(0, bytes, 0, bytes.length);
        return new String(bytes, UTF_8);
    }
}
