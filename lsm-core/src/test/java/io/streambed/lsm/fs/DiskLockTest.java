package io.streambed.lsm.fs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.InvocationTargetException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A directory has one owner: in this process, for another class loader in it, and among processes. */
@Timeout(60)
class DiskLockTest {
    private static final String SELF = Long.toString(ProcessHandle.current().pid());

    @TempDir
    private Path directory;

    private DiskFileSystem fs;

    @BeforeEach
    void open() throws IOException {
        fs = DiskFileSystem.at(directory);
    }

    @Test
    void aSecondOpenerInThisProcessIsRefusedByName() throws IOException {
        DiskFileSystem sameDirectory = DiskFileSystem.at(directory.resolve("../" + directory.getFileName()));
        try (Closeable lock = fs.lock("LOCK")) {
            DirectoryInUseException refused =
                    assertThrows(DirectoryInUseException.class, () -> sameDirectory.lock("LOCK"));
            assertEquals(
                    "directory " + directory.toRealPath() + " is in use by this process (" + SELF
                            + "): close it there first",
                    refused.getMessage());
        }
        sameDirectory.lock("LOCK").close();
    }

    @Test
    void aSecondOpenerOfAnotherClassLoaderIsRefused() throws Exception {
        URL[] classes = {
            DiskFileSystem.class.getProtectionDomain().getCodeSource().getLocation()
        };
        try (URLClassLoader loader = new URLClassLoader(classes, ClassLoader.getPlatformClassLoader())) {
            Class<?> other = loader.loadClass(DiskFileSystem.class.getName());
            assertNotSame(DiskFileSystem.class, other);
            Object otherFs = other.getMethod("at", Path.class).invoke(null, directory);
            Object othersLock;
            try (Closeable lock = fs.lock("LOCK")) {
                InvocationTargetException refused = assertThrows(
                        InvocationTargetException.class,
                        () -> other.getMethod("lock", String.class).invoke(otherFs, "LOCK"));
                assertEquals(
                        DirectoryInUseException.class.getName(),
                        refused.getCause().getClass().getName());
            }
            othersLock = other.getMethod("lock", String.class).invoke(otherFs, "LOCK");
            assertThrows(DirectoryInUseException.class, () -> fs.lock("LOCK"));
            ((Closeable) othersLock).close();
            fs.lock("LOCK").close();
        }
    }

    @Test
    void anotherProcessIsRefusedAndTellsTheOwner() throws Exception {
        try (Closeable lock = fs.lock("LOCK")) {
            String answer = answerOfAnotherProcess();
            assertTrue(answer.contains("is in use by process " + SELF + ":"), answer);
            // A refused opener in this process must not have opened and closed the file: that would free it for others.
            assertThrows(DirectoryInUseException.class, () -> fs.lock("LOCK"));
            assertTrue(answerOfAnotherProcess().contains("is in use by process " + SELF + ":"));
        }
        assertEquals("locked", answerOfAnotherProcess());
    }

    @Test
    void aKilledOwnerLeavesTheDirectoryFree() throws Exception {
        Process child = start();
        try (BufferedReader out = output(child)) {
            assertEquals("locked", out.readLine());
            DirectoryInUseException refused = assertThrows(DirectoryInUseException.class, () -> fs.lock("LOCK"));
            assertTrue(
                    refused.getMessage().contains("is in use by process " + child.pid() + ":"), refused.getMessage());
        } finally {
            child.destroyForcibly();
        }
        assertTrue(child.waitFor(20, TimeUnit.SECONDS));
        try (Closeable lock = fs.lock("LOCK")) {
            assertEquals(SELF, Files.readString(directory.resolve("LOCK")).strip());
        }
    }

    @Test
    void theOwnersNumberReplacesALongerOne() throws IOException {
        Files.writeString(directory.resolve("LOCK"), "12345678901234567890");
        try (Closeable lock = fs.lock("LOCK")) {
            assertEquals(SELF, Files.readString(directory.resolve("LOCK")).strip());
        }
    }

    @Test
    void closingTwiceDoesNotFreeWhatIsAnothersNow() throws Exception {
        Closeable first = fs.lock("LOCK");
        first.close();
        try (Closeable second = fs.lock("LOCK")) {
            first.close();
            DirectoryInUseException refused = assertThrows(DirectoryInUseException.class, () -> fs.lock("LOCK"));
            assertTrue(refused.getMessage().contains("this process"), refused.getMessage());
            assertTrue(answerOfAnotherProcess().contains("is in use by process " + SELF + ":"));
        }
    }

    @Test
    void aRefusedOrFailedOpenerLeavesNothingInTheTable() throws IOException {
        Files.createDirectory(directory.resolve("LOCK"));
        assertThrows(IOException.class, () -> fs.lock("LOCK"));
        assertFalse(System.getProperties().stringPropertyNames().stream()
                .anyMatch(key -> key.contains(directory.getFileName().toString())));
        Files.delete(directory.resolve("LOCK"));
        fs.lock("LOCK").close();
        assertFalse(System.getProperties().stringPropertyNames().stream()
                .anyMatch(key -> key.contains(directory.getFileName().toString())));
    }

    @Test
    void anOwnerThatDidNotIntroduceItselfIsUnknown() throws Exception {
        Process child = start();
        try (BufferedReader out = output(child)) {
            assertEquals("locked", out.readLine());
            Files.writeString(directory.resolve("LOCK"), "\u001b[31m");
            DirectoryInUseException refused = assertThrows(DirectoryInUseException.class, () -> fs.lock("LOCK"));
            assertTrue(refused.getMessage().contains("process unknown"), refused.getMessage());
        } finally {
            child.destroyForcibly();
            child.waitFor();
        }
    }

    private String answerOfAnotherProcess() throws Exception {
        Process child = start();
        try (BufferedReader out = output(child)) {
            return out.readLine();
        } finally {
            child.destroyForcibly();
            child.waitFor();
        }
    }

    private Process start() throws IOException, URISyntaxException {
        String classPath = Path.of(DiskFileSystem.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                + File.pathSeparator
                + Path.of(DiskLockTest.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI());
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(java, "-cp", classPath, Owner.class.getName(), directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static BufferedReader output(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    }

    /** The other process: takes the directory, says so, and keeps it until its input ends or it is killed. */
    static final class Owner {
        private Owner() {}

        public static void main(String[] arguments) throws IOException {
            try (Closeable lock = DiskFileSystem.at(Path.of(arguments[0])).lock("LOCK")) {
                System.out.println("locked");
                while (System.in.read() >= 0) {
                    // keeps the lock
                }
            } catch (DirectoryInUseException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
