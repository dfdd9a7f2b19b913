package io.streambed.examples.pageviews;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.examples.AppRun;
import io.streambed.examples.broker.KafkaBroker;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The app from end to end, in this process, on a real broker. */
@ExtendWith(KafkaBroker.class)
@Timeout(300)
class PageViewsTest {
    private static final int EVENTS = 3_000;

    @TempDir
    private Path directory;

    @Test
    void countsRightWhileInstancesComeAndGo(KafkaBroker.Broker broker) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            Set<String> before = admin.listTopics().names().get(30, TimeUnit.SECONDS);
            AppRun run = run(broker, "--seed", "2", "--instances", "3");
            assertEquals(0, run.status(), run.err());
            assertEquals(expected(2), run.out());

            assertSaid(run, "instance 1 started: all tasks in place after [0-9.]+ s, 0 records restored");
            assertSaid(run, "instance 1 has active 0_0 0_1 0_2 1_0 1_1 1_2 2_0 2_1 2_2");
            for (String move : List.of("instance 2 started", "instance 3 started", "instance 1 closed")) {
                assertSaid(run, move + ": all tasks in place after [0-9.]+ s, [0-9,]+ records restored");
            }
            for (int number = 1; number <= 3; number++) {
                assertSaid(run, "instance " + number + " has active( [0-2]_[0-2]){3}, standby( [0-2]_[0-2]){3}");
            }
            assertSaid(run, "closing instance 1");
            for (int number = 2; number <= 3; number++) {
                assertSaid(run, "instance " + number + " has active( [0-2]_[0-2]){4,5}, standby( [0-2]_[0-2]){4,5}");
            }
            assertEquals(before, admin.listTopics().names().get(30, TimeUnit.SECONDS), "topics stay behind");
        }
    }

    @Test
    void keepsADataDirectoryToItsViewsAndNoticesOneThatNobodyExpects(KafkaBroker.Broker broker) throws Exception {
        String data = directory.resolve("data").toString();
        AppRun first = run(broker, "--data-dir", data, "--seed", "7");
        assertEquals(0, first.status(), first.err());
        assertEquals(expected(7), first.out());

        AppRun other = run(broker, "--data-dir", data, "--seed", "8");
        assertEquals(1, other.status());
        assertEquals("", other.out());
        assertEquals(
                "page-views: data directory " + data + " is that of --events " + EVENTS
                        + " --seed 7; run it with these, or name another directory\n",
                other.err());

        // Too late for its minute, but not for the windows and sessions that never close.
        Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrapServers());
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            long time = Views.BEGIN.plusSeconds(30).toEpochMilli();
            producer.send(new ProducerRecord<>(names(data).input(), 0, time, "/page/00", "nobody"))
                    .get(30, TimeUnit.SECONDS);
        }
        AppRun wrong = run(broker, "--data-dir", data, "--seed", "7");
        assertEquals(1, wrong.status(), wrong.err());
        assertEquals("", wrong.out());
        assertSaid(wrong, "they were counted before; all [0-9,]+ records are in already");
        assertSaid(wrong, "views in the five minutes 2024-01-01T00:00:00Z /page/00: expected [0-9]+, counted [0-9]+");
        // It is in five windows. The session of a user who is none of the app's is not asked for.
        assertTrue(
                wrong.err().endsWith("page-views: the result is wrong in 5 places; the first of them are above\n"),
                wrong.err());
    }

    /** In lines of its own and with all that is around it. */
    private static void assertSaid(AppRun run, String line) {
        Pattern pattern = Pattern.compile("page-views: " + line);
        assertTrue(run.err().lines().anyMatch(said -> pattern.matcher(said).matches()), line + " in " + run.err());
    }

    private static String expected(long seed) {
        return Report.of(EVENTS, Expectation.of(new Views(seed, EVENTS)::next));
    }

    private static Names names(String data) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(data, "streambed.properties"))) {
            properties.load(reader);
        }
        return new Names(properties.getProperty("id"));
    }

    private static AppRun run(KafkaBroker.Broker broker, String... options) {
        List<String> args = new ArrayList<>(List.of(
                "page-views", "--bootstrap-servers", broker.bootstrapServers(), "--events", Integer.toString(EVENTS)));
        args.addAll(List.of(options));
        return AppRun.of("", args.toArray(String[]::new));
    }
}
