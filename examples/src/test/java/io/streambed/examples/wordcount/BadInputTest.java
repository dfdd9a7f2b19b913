package io.streambed.examples.wordcount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.examples.AppRun;
import io.streambed.examples.ChildApp;
import io.streambed.examples.app.DataDirectory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is wrong with what the user gave: one line says so, the status is not zero, and it does not take long. */
@Timeout(240)
class BadInputTest {
    @TempDir
    private Path directory;

    private record Case(String name, int status, String line, String options) {}

    @TestFactory
    Stream<DynamicTest> isToldInOneLine() throws Exception {
        Path file = Files.writeString(directory.resolve("file.txt"), "some words");
        Path missing = directory.resolve("missing.txt");
        Path damaged = Files.createDirectories(directory.resolve("damaged"));
        Files.writeString(damaged.resolve("streambed.properties"), "format=1");
        int closedPort;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            closedPort = socket.getLocalPort();
        }
        String here = "127.0.0.1:" + closedPort;
        return Stream.of(
                        new Case("unknown option", 2, "unknown option --words", "--words"),
                        new Case("bad number", 2, "'many' is not an int", "--top many"),
                        new Case("negative number", 2, "--top is -5", "--top -5"),
                        new Case("no such file", 1, "missing.txt cannot be read: no such file", "--input " + missing),
                        new Case("directory as input", 1, "is a directory", "--input " + directory),
                        new Case("file as data directory", 1, "there is a file of that name", "--data-dir " + file),
                        new Case("no place for a data directory", 1, "cannot be used", "--data-dir /proc/none/data"),
                        new Case("no name for a data directory", 1, "is empty", "--data-dir="),
                        new Case("damaged data directory", 1, "is damaged: it has no app", "--data-dir " + damaged),
                        new Case("no address", 1, "bad address of a Kafka broker", "--bootstrap-servers nowhere"),
                        new Case(
                                "unknown host",
                                1,
                                "bad address of a Kafka broker",
                                "--bootstrap-servers none.invalid:9092"),
                        new Case("unreachable", 1, "no Kafka broker answers at " + here, "--bootstrap-servers " + here))
                .map(bad -> DynamicTest.dynamicTest(bad.name(), () -> check(bad)));
    }

    @Test
    void isADataDirectoryInUse() throws Exception {
        Path data = directory.resolve("data");
        try (DataDirectory taken = DataDirectory.open(data, "word-count")) {
            check(new Case("in use", 1, taken + " is in use by another process", "--data-dir " + data));
        }
    }

    @Test
    void isAWordThatIsTooLong() throws Exception {
        Path text = Files.writeString(directory.resolve("text"), "short\n" + "x".repeat(3_000_000));
        AppRun run = run("--input " + text);
        assertEquals(1, run.status(), run.err());
        assertTrue(run.err().endsWith("after line 1; such words are not counted\n"), run.err());
        assertEquals("", run.out());
    }

    private void check(Case bad) throws Exception {
        long begin = System.nanoTime();
        AppRun run = run(bad.options());
        long seconds = (System.nanoTime() - begin) / 1_000_000_000;
        assertEquals(bad.status(), run.status(), run.err());
        assertEquals("", run.out());
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().contains(bad.line()), run.err());
        assertTrue(seconds < 60, "took " + seconds + " s");
    }

    private AppRun run(String options) throws Exception {
        try (ChildApp app = ChildApp.start(directory, ("word-count " + options).split(" ", -1))) {
            return app.await();
        }
    }
}
