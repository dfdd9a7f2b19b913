package io.streambed.examples.wordcount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.examples.AppRun;
import io.streambed.examples.app.Directories;
import io.streambed.examples.broker.KafkaBroker;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The app from end to end, in this process: on a broker that was given, and on one of its own. */
@ExtendWith(KafkaBroker.class)
@Timeout(240)
class WordCountTest {
    @TempDir
    private Path directory;

    @Test
    void countsStandardInput(KafkaBroker.Broker broker) {
        AppRun run = count(broker, "b a c\nA, b; a!\n\nGröße GRÖSSE größe 42", "--input", "-");
        assertEquals("3\ta\n2\tb\n2\tgröße\n1\t42\n1\tc\n1\tgrösse\n", run.out());
        assertEquals(0, run.status(), run.err());
    }

    @Test
    void printsNoMoreThanWasAskedFor(KafkaBroker.Broker broker) {
        assertEquals(
                "2\tb\n1\ta\n",
                count(broker, "c b a b", "--input", "-", "--top", "2").out());
    }

    @Test
    void printsNothingForNothing(KafkaBroker.Broker broker) {
        AppRun run = count(broker, "", "--input", "-");
        assertEquals("", run.out());
        assertEquals(0, run.status(), run.err());
    }

    @Test
    void leavesNothingOnABrokerThatWasGiven(KafkaBroker.Broker broker) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            Set<String> before = names(admin);
            assertEquals(0, count(broker, "a b c", "--input", "-").status());
            assertEquals(before, names(admin));
        }
    }

    @Test
    void addsToWhatIsKept(KafkaBroker.Broker broker) throws IOException {
        Path one = Files.writeString(directory.resolve("one.txt"), "a b a");
        String data = directory.resolve("data").toString();
        List<String> results = new ArrayList<>();
        for (String input : List.of(one.toString(), one.toString(), "-", "-")) {
            AppRun run = count(broker, "b c", "--input", input, "--data-dir", data);
            assertEquals(0, run.status(), run.err());
            results.add(run.out());
        }
        assertEquals(List.of("2\ta\n1\tb\n", "4\ta\n2\tb\n", "4\ta\n3\tb\n1\tc\n", "4\ta\n4\tb\n2\tc\n"), results);
        assertTrue(Files.notExists(Path.of(data, "broker")), "there was no need for a broker");
        assertTrue(Files.notExists(Path.of(data, "standard-input")), "the copy of standard input stayed behind");
    }

    @Test
    void keepsDataApartFromOtherClusters(KafkaBroker.Broker broker) {
        String data = directory.resolve("data").toString();
        assertEquals(0, count(broker, "a", "--input", "-", "--data-dir", data).status());
        AppRun run = AppRun.of("a", "word-count", "--input", "-", "--data-dir", data);
        assertEquals(1, run.status());
        assertTrue(
                run.err().startsWith("word-count: data directory " + data + " belongs to Kafka cluster "), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }

    @Test
    void countsPastWhatAKilledRunLeftOpen(KafkaBroker.Broker broker) throws Exception {
        String data = directory.resolve("data").toString();
        assertEquals(
                "1\ta\n", count(broker, "a", "--input", "-", "--data-dir", data).out());

        // Lines in both partitions, and their entry in the journal, of a run that never got to commit them.
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(data, "streambed.properties"))) {
            properties.load(reader);
        }
        Names names = new Names(properties.getProperty("id"));
        Map<String, Object> settings =
                Map.of("bootstrap.servers", broker.bootstrapServers(), "transactional.id", names.id() + "-input");
        try (KafkaProducer<String, String> killed =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            killed.initTransactions();
            killed.beginTransaction();
            for (int partition = 0; partition < CountWords.PARTITIONS; partition++) {
                killed.send(new ProducerRecord<>(names.input(), partition, null, "never written"))
                        .get();
            }
            killed.send(new ProducerRecord<>(names.journal(), "some text", "2 open"))
                    .get();
            killed.flush();

            // One line goes to one partition; in the other one nothing comes after what is void.
            AppRun run = count(broker, "b", "--input", "-", "--data-dir", data);
            assertEquals("1\ta\n1\tb\n", run.out(), run.err());
            assertEquals(
                    1,
                    run.err()
                            .lines()
                            .filter(line -> line.contains("counting standard input"))
                            .count());
            assertTrue(!run.err().contains("did not end"), run.err());
        }
    }

    @Test
    void saysInOneLineThatAStoreFileIsDamaged(KafkaBroker.Broker broker) throws IOException {
        Path data = directory.resolve("data");
        assertEquals(
                0,
                count(broker, "a b a", "--input", "-", "--data-dir", data.toString())
                        .status());
        Path damaged;
        try (Stream<Path> files = Files.walk(data.resolve("state"))) {
            damaged = files.filter(file -> file.getFileName().toString().startsWith("MANIFEST"))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(damaged);
        bytes[bytes.length / 2] ^= 1;
        Files.write(damaged, bytes);

        AppRun run = count(broker, "a b a", "--input", "-", "--data-dir", data.toString());
        assertEquals(1, run.status(), run.err());
        assertEquals("", run.out());
        List<String> lines = run.err().lines().toList();
        String last = lines.get(lines.size() - 1);
        assertTrue(last.startsWith("word-count: the store is damaged: "), run.err());
        assertTrue(last.contains(damaged.getFileName().toString()), run.err());
        assertTrue(last.contains("delete " + data.resolve("state") + ", and"), run.err());
        assertEquals(
                1,
                lines.stream()
                        .filter(line -> !line.contains("counting standard input"))
                        .count(),
                run.err());

        // What it says helps: the store comes back, and the run that failed is carried on with.
        Directories.delete(data.resolve("state"));
        assertEquals(
                "4\ta\n2\tb\n",
                count(broker, "a b a", "--input", "-", "--data-dir", data.toString())
                        .out());
    }

    @Test
    void bringsItsOwnBrokerAndText() {
        AppRun run = AppRun.of("", "word-count", "--top", "3");
        assertEquals(0, run.status(), run.err());
        List<String> lines = run.out().lines().toList();
        assertEquals(3, lines.size(), run.out());
        assertTrue(lines.stream().allMatch(line -> line.matches("[0-9]+\t[\\p{L}\\p{Nd}]+")), run.out());
    }

    /** Of the topics and the groups. */
    private static Set<String> names(Admin admin) throws Exception {
        Set<String> names = new TreeSet<>(admin.listTopics().names().get(30, TimeUnit.SECONDS));
        admin.listGroups().all().get(30, TimeUnit.SECONDS).forEach(group -> names.add(group.groupId()));
        return names;
    }

    private static AppRun count(KafkaBroker.Broker broker, String in, String... options) {
        List<String> args = new ArrayList<>(List.of("word-count", "--bootstrap-servers", broker.bootstrapServers()));
        args.addAll(Arrays.asList(options));
        return AppRun.of(in, args.toArray(String[]::new));
    }
}
