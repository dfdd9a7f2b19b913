package io.streambed.lsm.fs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a real directory, and what only a real directory has: modes, links, and things in the way. */
class DiskFileSystemTest extends FileSystemContract {
    @TempDir
    private Path temp;

    private Path directory;
    private DiskFileSystem fs;

    @BeforeEach
    void open() throws IOException {
        directory = temp.resolve("parent/store");
        fs = DiskFileSystem.at(directory);
    }

    @Override
    FileSystem fs() {
        return fs;
    }

    @Test
    void directoriesAndFilesAreTheOwnersAlone() throws IOException {
        write("a", "secret");
        fs.lock("LOCK").close();
        assertEquals("rwx------", mode(directory.getParent()));
        assertEquals("rwx------", mode(directory));
        assertEquals("rw-------", mode(directory.resolve("a")));
        assertEquals("rw-------", mode(directory.resolve("LOCK")));
    }

    /** That it syncs cannot be seen from here; but not that it goes where it may not. */
    @Test
    void thePathIsSyncedUpToWhereNothingCanHaveBeenMade() throws IOException {
        fs.syncPath();
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("-wx------"));
        try {
            fs.syncPath();
        } finally {
            Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void aNoteIsOfOneTimeBetweenTwoStartsOfTheMachine() throws IOException {
        String boot = "0d9c7a52-6a0c-4b8e-9a44-5a3a1e2f7c01";
        FileSystem before = DiskFileSystem.at(directory, boot);
        before.note("NOTE", new byte[] {1, 2, 3});
        assertEquals("rw-------", mode(directory.resolve("NOTE")));
        assertArrayEquals(
                new byte[] {1, 2, 3}, DiskFileSystem.at(directory, boot).noted("NOTE"));
        FileSystem after = DiskFileSystem.at(directory, boot.replace('0', '1'));
        assertNull(after.noted("NOTE"));
        FileSystem nameless = DiskFileSystem.at(directory, null);
        assertNull(nameless.noted("NOTE"));
        nameless.note("NONE", new byte[] {1});
        assertFalse(Files.exists(directory.resolve("NONE")));
        after.note("NOTE", new byte[] {4});
        assertArrayEquals(new byte[] {4}, after.noted("NOTE"));
        assertNull(before.noted("NOTE"));
    }

    @Test
    void aNoteThatIsDamagedIsNone() throws IOException {
        fs.note("NOTE", new byte[] {1, 2, 3});
        byte[] sound = Files.readAllBytes(directory.resolve("NOTE"));
        for (int i = 0; i < sound.length; i++) {
            byte[] damaged = sound.clone();
            damaged[i] ^= 0x10;
            Files.write(directory.resolve("NOTE"), damaged);
            assertNull(fs.noted("NOTE"), "byte " + i);
            Files.write(directory.resolve("NOTE"), Arrays.copyOf(sound, i));
            assertNull(fs.noted("NOTE"), "length " + i);
        }
        Files.write(directory.resolve("NOTE"), sound);
        assertArrayEquals(new byte[] {1, 2, 3}, fs.noted("NOTE"));
    }

    @Test
    void aNoteHasALimitAndFollowsNoLink() throws IOException {
        fs.note("NOTE", new byte[NoteFile.MAX_BYTES]);
        assertEquals(NoteFile.MAX_BYTES, fs.noted("NOTE").length);
        assertThrows(IllegalArgumentException.class, () -> fs.note("NOTE", new byte[NoteFile.MAX_BYTES + 1]));
        Path elsewhere = Files.write(temp.resolve("elsewhere"), new byte[] {7});
        linkTo(directory.resolve("LINK"), elsewhere);
        assertThrows(FileSystemException.class, () -> fs.note("LINK", new byte[1]));
        assertThrows(FileSystemException.class, () -> fs.noted("LINK"));
        assertArrayEquals(new byte[] {7}, Files.readAllBytes(elsewhere));
    }

    @Test
    void aDirectoryThatIsThereKeepsItsMode() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-x---"));
        DiskFileSystem.at(directory);
        assertEquals("rwxr-x---", mode(directory));
    }

    @Test
    void itIsNamedByItsRealPath() throws IOException {
        Path link = linkTo(temp.resolve("link"), directory);
        assertEquals(directory.toRealPath().toString(), DiskFileSystem.at(link).toString());
        assertEquals(
                directory.toRealPath().toString(),
                DiskFileSystem.at(directory.resolve("../store/.")).toString());
    }

    @Test
    void aFileInTheWayIsNamed() throws IOException {
        Path file = Files.createFile(temp.resolve("file"));
        for (Path path : List.of(file, file.resolve("below"))) {
            FileSystemException refused = assertThrows(FileSystemException.class, () -> DiskFileSystem.at(path));
            assertEquals(file.toString(), refused.getFile());
            assertTrue(refused.getMessage().contains("a directory is needed here"), refused.getMessage());
        }
        Path dangling = linkTo(temp.resolve("dangling"), temp.resolve("nowhere"));
        assertThrows(FileSystemException.class, () -> DiskFileSystem.at(dangling));
        assertFalse(Files.exists(temp.resolve("nowhere")));
    }

    @Test
    void aDirectoryThatMayNotBeWrittenToIsRefused() throws IOException {
        assertTrue(directory.toFile().setWritable(false));
        if (Files.isWritable(directory)) {
            // The superuser may write everywhere but where the kernel says no.
            assertThrows(IOException.class, () -> DiskFileSystem.at(Path.of("/proc/self/below")));
        } else {
            FileSystemException refused = assertThrows(FileSystemException.class, () -> DiskFileSystem.at(directory));
            assertTrue(refused.getMessage().contains("may not write"), refused.getMessage());
            assertThrows(IOException.class, () -> DiskFileSystem.at(directory.resolve("below")));
        }
        assertTrue(directory.toFile().setWritable(true));
    }

    @Test
    void aLinkIsNotFollowed() throws IOException {
        Path outside = Files.writeString(temp.resolve("outside"), "precious");
        for (String name : List.of("a", "b", "LOCK")) {
            linkTo(directory.resolve(name), outside);
        }
        linkTo(directory.resolve("dangling"), temp.resolve("nowhere"));

        assertThrows(FileAlreadyExistsException.class, () -> fs.create("a"));
        assertThrows(FileAlreadyExistsException.class, () -> fs.create("dangling"));
        assertThrows(IOException.class, () -> fs.open("a"));
        assertThrows(IOException.class, () -> fs.overwriteStaged("a", "STAGING"));
        assertThrows(IOException.class, () -> fs.lock("LOCK"));
        fs.delete("a");
        write("new", "content");
        fs.rename("new", "b");

        assertEquals("precious", Files.readString(outside));
        assertFalse(Files.exists(temp.resolve("nowhere")));
        assertEquals("content", read("b"));
        assertEquals(List.of("LOCK", "b", "dangling"), fs.list());
    }

    @Test
    void subDirectoriesAndForeignNamesAreLeftAlone() throws IOException {
        Files.createDirectory(directory.resolve("sub"));
        Files.createFile(directory.resolve(".hidden"));
        Files.createFile(directory.resolve("with space"));
        write("a", "");
        assertEquals(List.of("a"), fs.list());
        assertThrows(IOException.class, () -> fs.delete("sub"));
        assertThrows(IOException.class, () -> fs.open("sub"));
        assertTrue(Files.isDirectory(directory.resolve("sub")));
    }

    @Test
    void aDirectoryThatVanishedIsAnErrorAndIsNotMadeAgain() throws IOException {
        Files.delete(directory);
        assertThrows(IOException.class, () -> fs.create("a"));
        assertThrows(IOException.class, fs::list);
        assertThrows(IOException.class, () -> fs.lock("LOCK"));
        if (File.separatorChar == '/') {
            assertThrows(IOException.class, fs::syncDirectory);
        }
        assertFalse(Files.exists(directory));
        DiskFileSystem.at(directory);
        try (Closeable lock = fs.lock("LOCK")) {
            assertEquals(List.of("LOCK"), fs.list());
        }
    }

    @Test
    void afterAFailureAFileIsNotWrittenToAgain() throws IOException {
        Path full = Path.of("/dev/full");
        try (AppendFile file = DiskAppendFile.empty(full)) {
            IOException first = assertThrows(IOException.class, () -> file.write(new byte[10], 0, 10));
            IOException second = assertThrows(IOException.class, () -> file.write(new byte[10], 0, 10));
            IOException third = assertThrows(IOException.class, file::sync);
            assertEquals(first, second.getCause());
            assertEquals(first, third.getCause());
            assertEquals(0, file.length());
        }
    }

    /** The JDK keeps a direct buffer as long as the longest read for each thread that ever read. */
    @Test
    void longReadsTakeLittleMemoryOutsideTheHeap() throws Exception {
        int threads = 20;
        byte[] content = new byte[16 << 20];
        try (AppendFile file = fs.create("long")) {
            file.write(content, 0, content.length);
        }
        long before = directMemory();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try (ReadFile file = fs.open("long")) {
            CyclicBarrier allHaveRead = new CyclicBarrier(threads + 1);
            for (int i = 0; i < threads; i++) {
                Future<?> unused = pool.submit(() -> {
                    file.readFully(0, new byte[content.length], 0, content.length);
                    allHaveRead.await(30, TimeUnit.SECONDS); // alive, and so is the thread's buffer
                    return allHaveRead.await(30, TimeUnit.SECONDS);
                });
            }
            allHaveRead.await(30, TimeUnit.SECONDS);
            long taken = directMemory() - before;
            allHaveRead.await(30, TimeUnit.SECONDS);
            assertTrue(taken <= threads * (128L << 10) + (1 << 20), taken + " bytes");
        } finally {
            pool.shutdownNow();
        }
    }

    private static long directMemory() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    private static Path linkTo(Path link, Path target) throws IOException {
        return Files.createSymbolicLink(link, target);
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
