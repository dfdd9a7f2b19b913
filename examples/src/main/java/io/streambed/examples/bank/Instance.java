package io.streambed.examples.bank;

import io.streambed.examples.app.AppException;
import io.streambed.examples.app.Reasons;
import io.streambed.examples.streams.Patience;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.streams.StreamsConfig;

/**
 * One instance of the application, as whoever has started its process sees it. Its state outlives the process.
 *
 * <pre>
 *  DIRECTORY/settings   of Streams, for the process
 *  DIRECTORY/log        what the process logged, from its latest start
 *  DIRECTORY/dump       accounts that it has written out
 *  DIRECTORY/state/     the state directory
 * </pre>
 *
 * <p>Used by one thread.
 */
final class Instance {
    /** A file in a task's directory that is gone if the directory was wiped. */
    private static final String MARK = "bank-was-here";

    private static final int POLL_MILLIS = 20;

    private final int number;
    private final Path directory;
    private final int filler;
    private Process process;
    private long startNanos;
    private Life life;

    /** What a process says while it lives; filled by the thread that reads it. */
    private static final class Life {
        private final CompletableFuture<Long> running = new CompletableFuture<>();
        private final CompletableFuture<String> ended = new CompletableFuture<>();
        private volatile CompletableFuture<String> answer = new CompletableFuture<>();
        private volatile long restored;
        private volatile long records;
        private volatile long flushes;
    }

    /** Starts an instance in a directory of its own. */
    Instance(int number, Path directory, int filler, Properties settings) throws IOException {
        this.number = number;
        this.directory = Files.createDirectories(directory);
        this.filler = filler;
        this.life = new Life();
        this.process = start(settings);
    }

    int number() {
        return number;
    }

    /** Records restored from changelogs since the latest start. */
    long restored() {
        return life.restored;
    }

    /** Records that went through the topology since the latest start. */
    long records() {
        return life.records;
    }

    /** Memtables flushed since the latest start. */
    long flushes() {
        return life.flushes;
    }

    boolean isRunning() {
        return life.running.isDone();
    }

    /** From the start of the process until all its tasks ran. */
    long millisUntilRunning() {
        return TimeUnit.NANOSECONDS.toMillis(life.running.join() - startNanos);
    }

    /**
     * Nothing, as long as the instance works.
     *
     * @throws AppException if it has ended
     */
    void check() {
        if (life.ended.isDone()) {
            throw new AppException("instance " + number + " ended by itself: " + life.ended.join() + "; its log is "
                    + directory.resolve("log"));
        }
    }

    /** Waits a moment, or less if the instance ends meanwhile. */
    void pause() throws InterruptedException {
        try {
            life.ended.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        check();
    }

    /** Ends the process as {@code kill -9} does. */
    void kill() throws IOException, InterruptedException {
        for (Path task : tasks()) {
            Files.writeString(task.resolve(MARK), "");
        }
        process.destroyForcibly().waitFor();
    }

    /** Starts the process again, with the state as the former one has left it. */
    void restart(Properties settings) throws IOException {
        life = new Life();
        process = start(settings);
    }

    /** Directories of tasks that were wiped since the instance was killed, of those that there were then. */
    int wipedSinceKilled() throws IOException {
        int wiped = 0;
        for (Path task : tasks()) {
            wiped += Files.exists(task.resolve(MARK)) ? 0 : 1;
        }
        return wiped;
    }

    /** Whether Streams called a task corrupted since the latest start. */
    boolean sawCorruption() throws IOException {
        try (Stream<String> lines = Files.lines(directory.resolve("log"))) {
            return lines.anyMatch(line -> line.contains("TaskCorruptedException") || line.contains("task corruption"));
        }
    }

    /** Adds the accounts of its store to {@code accounts}. */
    void dump(Map<Long, Account> accounts) throws IOException, InterruptedException {
        Path file = directory.resolve("dump");
        Patience patience = new Patience();
        while (!ask("dump " + file).equals("dumped")) {
            pause();
            if (patience.isOver(0)) {
                throw new AppException(
                        "instance " + number + " cannot read its accounts; its log is " + directory.resolve("log"));
            }
        }
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            for (long left = Files.size(file) / (4 * Long.BYTES); left > 0; left--) {
                long number = in.readLong();
                Account account = new Account(in.readLong(), in.readLong(), in.readLong());
                if (accounts.put(number, account) != null) {
                    throw new AppException("account " + number + " is in two stores");
                }
            }
        }
        Files.delete(file);
    }

    /** Closes the application cleanly, and waits for the end of the process. */
    void close() throws IOException, InterruptedException {
        ask("close");
        process.waitFor();
    }

    /** Ends the process by force, if there is any. */
    void destroy() {
        process.destroyForcibly();
    }

    private String ask(String command) throws IOException, InterruptedException {
        CompletableFuture<String> answer = new CompletableFuture<>();
        life.answer = answer;
        Writer commands = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        commands.write(command + "\n");
        commands.flush();
        while (true) {
            try {
                return answer.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                check();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private Process start(Properties shared) throws IOException {
        Properties settings = new Properties();
        settings.putAll(shared);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, directory.resolve("state").toString());
        Path file = directory.resolve("settings");
        try (Writer out = Files.newBufferedWriter(file)) {
            settings.store(out, null);
        }
        startNanos = System.nanoTime();
        Process started = new ProcessBuilder(command(file))
                .redirectError(directory.resolve("log").toFile())
                .start();
        Life its = life;
        Thread reader = new Thread(() -> read(started, its), "instance " + number);
        reader.setDaemon(true);
        reader.start();
        return started;
    }

    private List<String> command(Path settings) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"));
        // Where this process is told to do with the quick compiler, as in tests, which mostly start instances.
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("-XX:TieredStopAtLevel="))
                .forEach(command::add);
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        if (Runtime.version().feature() >= 23) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                InstanceProcess.class.getName(),
                settings.toString(),
                Integer.toString(filler)));
        return command;
    }

    private static void read(Process process, Life life) {
        String reason = "no reason given";
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ", -1);
                switch (words[0]) {
                    case "at" -> {
                        life.restored = Long.parseLong(words[1]);
                        life.records = Long.parseLong(words[2]);
                        life.flushes = Long.parseLong(words[3]);
                    }
                    case "running" -> life.running.complete(System.nanoTime());
                    case "failed" -> reason = line.substring("failed ".length());
                    default -> life.answer.complete(line);
                }
            }
        } catch (IOException e) {
            reason = Reasons.of(e);
        }
        life.ended.complete(reason);
    }

    private List<Path> tasks() throws IOException {
        Path state = directory.resolve("state");
        if (!Files.exists(state)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.walk(state, 2)) {
            return paths.filter(path -> path.getFileName().toString().matches("\\d+_\\d+") && hasStore(path))
                    .toList();
        }
    }

    private static boolean hasStore(Path task) {
        return Files.exists(task.resolve("lsm")) || Files.exists(task.resolve("rocksdb"));
    }
}
