package io.streambed.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An app in a process of its own, started as the launcher does it, but without RocksDB on the class path: nothing of it is needed.
 * Closing it ends the process by force.
 */
public final class ChildApp implements AutoCloseable {
    /** How long anything may take on a busy machine before it counts as hanging. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** After that it may be about to give up, and its threads tell why. */
    private static final Duration LONG = Duration.ofSeconds(100);

    private final Process process;
    private final Path out;
    private final Thread reader;
    private final StringBuilder err = new StringBuilder();
    private boolean errEnded;

    private ChildApp(Process process, Path out) {
        this.process = process;
        this.out = out;
        this.reader = new Thread(this::read, "standard error of " + process.pid());
        reader.start();
    }

    /** Starts an app that uses a directory for its temporary files, and for what it writes to standard output. */
    public static ChildApp start(Path scratch, String... args) throws IOException {
        return start(scratch, Path.of("/dev/null"), List.of(), args);
    }

    /** Starts an app with a file as its standard input and with further options for its Java. */
    public static ChildApp start(Path scratch, Path in, List<String> javaOptions, String... args) throws IOException {
        Path temporary = Files.createDirectories(scratch.resolve("tmp"));
        Path out = Files.createTempFile(scratch, "out", ".txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                // Unlike the launcher's: what it does here is mostly to start, which takes half as long so.
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + temporary));
        if (Runtime.version().feature() >= 23) {
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        command.addAll(javaOptions);
        command.addAll(List.of("-cp", classPath(), Main.class.getName()));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command)
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .start();
        return new ChildApp(process, out);
    }

    /** Waits for the end, and says what the app did; and what its threads were at, if it took long and failed. */
    public AppRun await() throws IOException, InterruptedException {
        String threads = "";
        if (!process.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)) {
            threads = threads();
            String all = threads;
            assertTrue(
                    process.waitFor(PATIENCE.minus(LONG).toSeconds(), TimeUnit.SECONDS),
                    () -> "hangs; said so far:\n" + err() + all);
        }
        reader.join();
        int status = process.exitValue();
        return new AppRun(status, Files.readString(out), status == 0 ? err() : err() + threads);
    }

    /** What those threads of it are at that may hold others up. */
    private String threads() throws IOException, InterruptedException {
        Process asking = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(process.pid()),
                        "Thread.print")
                .redirectErrorStream(true)
                .start();
        String all = new String(asking.getInputStream().readAllBytes(), UTF_8);
        asking.waitFor();
        return Stream.of(all.split("\n\n", -1))
                .filter(thread -> Stream.of("StreamThread", "StateUpdater", "lsm-", "main")
                        .anyMatch(name -> thread.stripLeading().startsWith("\"") && thread.contains(name)))
                .collect(Collectors.joining("\n\n", "\nafter " + LONG.toSeconds() + " s its threads were at:\n", "\n"));
    }

    /**
     * Waits until standard error is as wanted.
     *
     * @return false if it ended and never was
     */
    public synchronized boolean awaitErr(Predicate<String> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!wanted.test(err.toString())) {
            if (errEnded) {
                return false;
            }
            assertTrue(System.nanoTime() < deadline, () -> "never said what was waited for; said so far:\n" + err);
            wait(1000);
        }
        return true;
    }

    /** Waits for its end, for a while. */
    public boolean endsWithin(long millis) throws InterruptedException {
        return process.waitFor(millis, TimeUnit.MILLISECONDS);
    }

    /** Asks it to end, as {@code kill} does. */
    public void terminate() {
        // Through the handle, as the process's own method also closes our end of its streams.
        process.toHandle().destroy();
    }

    /** Ends it as {@code kill -9} does, and waits for that. */
    public void kill() throws InterruptedException {
        process.toHandle().destroyForcibly();
        process.waitFor();
        reader.join();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }

    /** What it said on standard error by now. */
    public synchronized String err() {
        return err.toString();
    }

    private void read() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getErrorStream(), UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said(line + "\n");
            }
        } catch (IOException e) {
            said("standard error cannot be read: " + e);
        } finally {
            synchronized (this) {
                errEnded = true;
                notifyAll();
            }
        }
    }

    private synchronized void said(String text) {
        err.append(text);
        notifyAll();
    }

    /** The launcher's class path, this module's classes and what the build wrote down beside them, but without RocksDB. */
    private static String classPath() throws IOException {
        try {
            Path classes = Path.of(Main.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            String dependencies = Files.readString(classes.resolveSibling("classpath.txt"));
            return Stream.concat(
                            Stream.of(classes.toString()),
                            Arrays.stream(dependencies.split(File.pathSeparator, -1))
                                    .filter(jar -> !jar.contains("rocksdbjni")))
                    .collect(Collectors.joining(File.pathSeparator));
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
