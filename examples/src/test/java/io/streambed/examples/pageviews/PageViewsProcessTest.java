package io.streambed.examples.pageviews;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.examples.AppRun;
import io.streambed.examples.ChildApp;
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
class PageViewsProcessTest {
    private static final Logger LOG = LoggerFactory.getLogger(PageViewsProcessTest.class);
    private static final Path NOTHING = Path.of("/dev/null");
    private static final int EVENTS = 12_000;
    private static final int SEED = 8;
    private static final Pattern RECORDS = Pattern.compile("([0-9,]+) records \\(");

    /** A live line comes eight times as often as a plain one. */
    private static final List<String> LIVE = List.of("-Dstreambed.terminal=true", "-Dstreambed.columns=200");

    @TempDir
    private Path directory;

    @Test
    void countsRightHoweverItIsKilled() throws Exception {
        long seed = System.nanoTime();
        LOG.info("killing page-views at moments of seed {}", seed);
        Random random = new Random(seed);
        // Slowly enough that no kill comes after the end: each is to leave more than what the next one waits for.
        String[] command = command(
                "--rate", "4000", "--data-dir", directory.resolve("data").toString());
        for (int kill = 0; kill < 2; kill++) {
            // Each view is worked on twice, by page and by user.
            long moment = 1L + random.nextInt(EVENTS / 2);
            try (ChildApp app = ChildApp.start(directory, NOTHING, LIVE, command)) {
                assertTrue(app.awaitErr(err -> records(err) >= moment), () -> "seed " + seed + ": " + app.err());
                app.kill();
            }
        }
        AppRun run;
        try (ChildApp app = ChildApp.start(directory, command)) {
            run = app.await();
        }
        assertEquals(0, run.status(), "seed " + seed + ": " + run.err());
        assertEquals(Report.of(EVENTS, Expectation.of(new Views(SEED, EVENTS)::next)), run.out());
        assertTrue(run.err().contains("carrying on with a run that did not end"), run.err());
        try (Stream<Path> files = Files.walk(directory.resolve("data"))) {
            assertEquals(
                    List.of(),
                    files.filter(file -> file.toString().contains("rocksdb")).toList());
        }
    }

    @Test
    void stopsWhenItIsAskedTo() throws Exception {
        try (ChildApp app = ChildApp.start(directory, NOTHING, LIVE, command("--rate", "4000", "--instances", "2"))) {
            assertTrue(app.awaitErr(err -> err.contains("instance 2 started") && records(err) > 0), app::err);
            app.terminate();
            AppRun run = app.await();
            assertEquals(128 + 15, run.status(), run.err());
            assertEquals("", run.out());
            assertTrue(run.err().endsWith("page-views: stopped\n"), run.err());
        }
        try (Stream<Path> files = Files.list(directory.resolve("tmp"))) {
            // Java's own, for jcmd and its like.
            assertEquals(
                    List.of(),
                    files.filter(file -> !file.getFileName().toString().startsWith("hsperfdata"))
                            .toList(),
                    "temporary files stay behind");
        }
    }

    private static String[] command(String... options) {
        return Stream.concat(
                        Stream.of("page-views", "--events", Integer.toString(EVENTS), "--seed", Integer.toString(SEED)),
                        Stream.of(options))
                .toArray(String[]::new);
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
}
