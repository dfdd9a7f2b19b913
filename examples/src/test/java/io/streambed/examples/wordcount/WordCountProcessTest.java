package io.streambed.examples.wordcount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.examples.AppRun;
import io.streambed.examples.ChildApp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The app as a user has it: a process of its own, with its broker in it, and without RocksDB on its class path. */
@Timeout(400)
class WordCountProcessTest {
    private static final Logger LOG = LoggerFactory.getLogger(WordCountProcessTest.class);
    private static final String ALL = "10000000";
    private static final Path NOTHING = Path.of("/dev/null");
    private static final long BIG = 5_200_000;
    private static final Pattern RECORDS = Pattern.compile("([0-9,]+) records");

    private static final Pattern ROCKSDB = Pattern.compile("OPTIONS-[0-9]+|IDENTITY|LOG|LOG[.]old.*");

    /** A live line comes eight times as often as a plain one. */
    private static final List<String> LIVE = List.of("-Dstreambed.terminal=true", "-Dstreambed.columns=200");

    @TempDir
    private Path directory;

    @Test
    void countsFiveMegabytesAsTheShellDoes() throws Exception {
        Path text = Texts.write(directory.resolve("text"), BIG, new Random(1));
        AppRun run;
        try (ChildApp app = ChildApp.start(directory, text, List.of(), "word-count", "--input", "-", "--top", ALL)) {
            run = app.await();
        }
        assertEquals(0, run.status(), run.err());
        assertSame(Texts.printed(text, 1), run.out());
        if (hasShell()) {
            assertSame(shell(text), run.out());
        }
        assertTrue(run.err().contains(" records ("), run.err());
        assertTrue(run.err().lines().allMatch(line -> line.startsWith("word-count: ")), "talk of others: " + run.err());
        assertEquals(List.of(), list(directory.resolve("tmp")), "temporary files stay behind");
    }

    @Test
    void countsRightHoweverOftenItIsKilled() throws Exception {
        long seed = System.nanoTime();
        LOG.info("killing word-count at moments of seed {}", seed);
        Random random = new Random(seed);
        Path text = Texts.write(directory.resolve("text"), 2_500_000, random);
        long words = Texts.words(text);
        String[] command = {
            "word-count",
            "--input",
            text.toString(),
            "--top",
            ALL,
            "--data-dir",
            directory.resolve("data").toString()
        };
        int killed = 0;
        int completed = 0;
        while (killed < 3 && completed == 0) {
            // Somewhere in what is left, but for the first kill never before there is anything to lose.
            long moment = (killed == 0 ? 1 : 0) + (long) (random.nextDouble() * words / 3);
            try (ChildApp app = ChildApp.start(directory, NOTHING, LIVE, command)) {
                boolean reached = app.awaitErr(err -> records(err) >= moment);
                // And then a little later, as the figures come at fixed times.
                boolean ended = app.endsWithin(random.nextInt(250));
                if (reached && !ended) {
                    app.kill();
                    killed++;
                } else {
                    AppRun run = app.await();
                    assertEquals(0, run.status(), "seed " + seed + ": " + run.err());
                    completed++;
                }
            }
        }
        AppRun run = run(command);
        completed++;
        assertEquals(0, run.status(), "seed " + seed + ": " + run.err());
        assertSame(Texts.printed(text, completed), run.out());
        assertTrue(killed > 0, "never killed; seed " + seed);

        // That run is complete, so this one adds to it.
        AppRun further = run(command);
        assertEquals(0, further.status(), "seed " + seed + ": " + further.err());
        assertSame(Texts.printed(text, completed + 1), further.out());
        assertNothingOfRocksDb(directory.resolve("data"));
    }

    @Test
    void stopsWhenItIsAskedTo() throws Exception {
        Path text = Texts.write(directory.resolve("text"), BIG, new Random(2));
        try (ChildApp app = ChildApp.start(directory, NOTHING, LIVE, "word-count", "--input", text.toString())) {
            assertTrue(app.awaitErr(err -> records(err) > 0), app.err());
            app.terminate();
            AppRun run = app.await();
            assertEquals(128 + 15, run.status(), run.err());
            assertEquals("", run.out());
            assertTrue(run.err().endsWith("word-count: stopped\n"), run.err());
        }
        assertEquals(List.of(), list(directory.resolve("tmp")), "temporary files stay behind");
    }

    private AppRun run(String... args) throws IOException, InterruptedException {
        try (ChildApp app = ChildApp.start(directory, args)) {
            return app.await();
        }
    }

    /** The last number of records that the app spoke of. */
    private static long records(String err) {
        long records = 0;
        Matcher matcher = RECORDS.matcher(err);
        while (matcher.find()) {
            records = Long.parseLong(matcher.group(1).replace(",", ""));
        }
        return records;
    }

    private static void assertNothingOfRocksDb(Path data) throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            // A folder of its own, and the files that no other store has.
            List<Path> foreign = files.filter(file -> file.toString().contains("rocksdb")
                            || ROCKSDB.matcher(file.getFileName().toString()).matches())
                    .toList();
            assertEquals(List.of(), foreign);
        }
        try (Stream<Path> files = Files.walk(data)) {
            assertTrue(files.anyMatch(file -> file.endsWith(Path.of("lsm", "counts"))), "no store of ours");
        }
    }

    /** As assertEquals, but without printing megabytes. */
    private static void assertSame(String expected, String actual) {
        if (!expected.equals(actual)) {
            List<String> left = expected.lines().toList();
            List<String> right = actual.lines().toList();
            int line = 0;
            while (line < Math.min(left.size(), right.size()) && left.get(line).equals(right.get(line))) {
                line++;
            }
            assertEquals(
                    left.subList(line, Math.min(left.size(), line + 5)),
                    right.subList(line, Math.min(right.size(), line + 5)),
                    "from line " + (line + 1) + " on; or the ends of lines differ");
        }
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            // Java's own, for jcmd and its like.
            return files.filter(file -> !file.getFileName().toString().startsWith("hsperfdata"))
                    .toList();
        }
    }

    private static boolean hasShell() {
        return Stream.of("sh", "tr", "grep", "sort", "uniq", "awk")
                .allMatch(tool ->
                        Stream.of("/bin/", "/usr/bin/").anyMatch(bin -> Files.isExecutable(Path.of(bin + tool))));
    }

    private static String shell(Path text) throws IOException, InterruptedException {
        String pipeline = "tr A-Z a-z < " + text + " | tr -cs a-z0-9 '\\n' | grep . | sort | uniq -c"
                + " | sort -k1,1nr -k2 | awk '{ print $1 \"\\t\" $2 }'";
        ProcessBuilder shell = new ProcessBuilder("sh", "-c", pipeline);
        shell.environment().put("LC_ALL", "C");
        Process process = shell.start();
        String counted = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertEquals(0, process.waitFor());
        return counted;
    }
}
