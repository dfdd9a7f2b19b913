package io.streambed.examples.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.examples.broker.KafkaBroker;
import io.streambed.kafka.LsmClientSupplier;
import io.streambed.kafka.LsmDslStoreSuppliers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.query.KeyQuery;
import org.apache.kafka.streams.query.StateQueryRequest;
import org.apache.kafka.streams.query.StateQueryResult;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers;
import org.apache.kafka.streams.state.DslStoreSuppliers;
import org.apache.kafka.streams.state.ValueAndTimestamp;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A counting application on a real broker, under both guarantees: closed, wiped, killed and moved over from RocksDB. */
@ExtendWith(KafkaBroker.class)
@Timeout(300)
class StoreOnBrokerTest {
    private static final int KEYS = 50;

    @TempDir
    Path state;

    private final String id = "counting-" + UUID.randomUUID();
    private final String input = id + "-input";
    private final Map<String, Long> expected = new TreeMap<>();
    private String bootstrapServers;

    @BeforeEach
    void createTopic(KafkaBroker.Broker broker) throws Exception {
        bootstrapServers = broker.bootstrapServers();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(List.of(new NewTopic(input, 2, (short) 1))).all().get();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
    void closedCleanlyItRestoresNothingAndWipedItRestoresAll(String guarantee) throws Exception {
        produce(2000);
        try (CountingApp app = start(guarantee, LsmDslStoreSuppliers.class)) {
            app.awaitCounts(expected);
            assertAnswers(app, "key7");
        }
        assertOnlyOurs();

        produce(500);
        try (CountingApp app = start(guarantee, LsmDslStoreSuppliers.class)) {
            app.awaitCounts(expected);
            assertEquals(0, app.restored());
        }

        wipe();
        try (CountingApp app = start(guarantee, LsmDslStoreSuppliers.class)) {
            app.awaitCounts(expected);
            assertEquals(2500, app.restored());
        }
    }

    /** Streams commits the stores with the offsets, so a store that was killed at rest has nothing to catch up on. */
    @Test
    void killedAtRestUnderAtLeastOnceItRestoresNothing() throws Exception {
        for (int kill = 0; kill < 2; kill++) {
            produce(1000);
            Process child = startChild("at_least_once");
            awaitCounted(child);
            // Ten commit intervals.
            Thread.sleep(1000);
            child.destroyForcibly().waitFor();
        }
        try (CountingApp app = start("at_least_once", LsmDslStoreSuppliers.class)) {
            app.awaitCounts(expected);
            assertEquals(0, app.restored());
        }
    }

    /**
     * Killed in the middle of its work, three times. Streams of 4.3 does not commit a running store, so the store goes back to where it was
     * when it began to run; the changelog brings back what was committed since, and nothing that was not.
     */
    @Test
    void killedUnderExactlyOnceItCountsEveryRecordOnce() throws Exception {
        String guarantee = "exactly_once_v2";
        produce(2000);
        try (CountingApp app = start(guarantee, LsmDslStoreSuppliers.class)) {
            app.awaitCounts(expected);
        }
        for (int kill = 0; kill < 3; kill++) {
            Process child = startChild(guarantee);
            BufferedReader lines = lines(child);
            for (int part = 0; part < 5; part++) {
                produce(200);
                assertTrue(lines.readLine().startsWith("counted"));
            }
            child.destroyForcibly().waitFor();
        }
        try (CountingApp app = start(guarantee, LsmDslStoreSuppliers.class)) {
            app.awaitCounts(expected);
            // The 2,000 were committed when the first one was closed, and each later start commits what it has
            // restored.
            assertTrue(app.restored() <= 3000, () -> "restored " + app.restored());
        }
    }

    /**
     * Killed without the supplier, with a changelog that keeps tombstones for a millisecond: what the store lost may not be there any more.
     * It is restored from the start, once, and Streams calls no task corrupted for it.
     */
    @Test
    void rolledBackTooFarItRestoresAllAndOnce() throws Exception {
        String guarantee = "exactly_once_v2";
        produce(1000);
        try (CountingApp app = start(guarantee, LsmDslStoreSuppliers.class)) {
            app.awaitCounts(expected);
        }
        produce(500);
        Process child = startChild(guarantee);
        awaitCounted(child);
        child.destroyForcibly().waitFor();
        Properties properties = properties(guarantee);
        properties.put("topic.delete.retention.ms", "1");
        for (int partition = 0; partition < 2; partition++) {
            Files.createFile(task(partition).resolve("was-here"));
        }
        try (CountingApp app = CountingApp.start(properties, input)) {
            app.awaitCounts(expected);
            long restored = app.restored();
            // Of the 500 as many as were committed.
            assertTrue(restored >= 1000, () -> "restored " + restored);
        }
        for (int partition = 0; partition < 2; partition++) {
            assertTrue(Files.exists(task(partition).resolve("was-here")), "Streams has not wiped the task");
        }
        try (CountingApp app = CountingApp.start(properties, input)) {
            app.awaitCounts(expected);
            assertEquals(0, app.restored());
        }
    }

    /** Under exactly-once Streams wipes a task of which one store has no offset. */
    @Test
    void aStoreThatIsNewInATaskCostsItsNeighboursNothing() throws Exception {
        produce(1000);
        try (CountingApp app = start("exactly_once_v2", LsmDslStoreSuppliers.class)) {
            app.awaitCounts(expected);
        }
        try (CountingApp app =
                CountingApp.start(properties("exactly_once_v2"), input, List.of(CountingApp.STORE, "new"))) {
            app.awaitCounts(expected);
            assertEquals(0, app.restored());
        }
    }

    /**
     * Somebody else takes over the producer's transactional id, as an instance does that is believed to be dead. Streams closes the thread's
     * tasks dirty, which deletes their directories, and takes them up again; what the fenced transaction wrote is counted once.
     */
    @Test
    void fencedItCountsEveryRecordOnce() throws Exception {
        produce(1000);
        Properties properties = properties("exactly_once_v2");
        properties.put(StreamsConfig.DEFAULT_CLIENT_SUPPLIER_CONFIG, LsmClientSupplier.class);
        try (CountingApp app = CountingApp.start(properties, input)) {
            app.awaitCounts(expected);
            assertEquals(0, app.restored());
            fence();
            produce(1000);
            // Its store has counted them before the producer finds itself fenced.
            app.awaitRestored();
            app.awaitCounts(expected);
        }
        try (CountingApp app = CountingApp.start(properties, input)) {
            app.awaitCounts(expected);
            assertEquals(0, app.restored());
        }
    }

    /** Takes over every transactional id of the application, for a moment. */
    private void fence() throws Exception {
        List<String> ids;
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            ids = admin.listTransactions().all().get().stream()
                    .map(TransactionListing::transactionalId)
                    .filter(transactionalId -> transactionalId.startsWith(id))
                    .toList();
        }
        assertFalse(ids.isEmpty());
        for (String transactionalId : ids) {
            try (KafkaProducer<String, String> other = new KafkaProducer<>(
                    Map.of("bootstrap.servers", bootstrapServers, "transactional.id", transactionalId),
                    new StringSerializer(),
                    new StringSerializer())) {
                other.initTransactions();
            }
        }
    }

    private Properties properties(String guarantee) {
        return CountingApp.properties(bootstrapServers, id, state, guarantee, LsmDslStoreSuppliers.class);
    }

    private Path task(int partition) {
        return state.resolve(id).resolve("0_" + partition);
    }

    /**
     * From RocksDB's stores to ours with the state directory left as it is, also with the checkpoint file in it that Kafka Streams before 4.3
     * wrote. Its offsets tell of RocksDB's files; a store that believed them would begin with nothing and restore nothing.
     */
    @ParameterizedTest
    @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
    void movedOverFromRocksDbItRestoresAll(String guarantee) throws Exception {
        produce(1000);
        try (CountingApp app = start(guarantee, BuiltInDslStoreSuppliers.RocksDBDslStoreSuppliers.class)) {
            app.awaitCounts(expected);
        }
        for (int partition = 0; partition < 2; partition++) {
            Files.writeString(
                    state.resolve(id).resolve("0_" + partition).resolve(".checkpoint"),
                    "0\n1\n" + id + "-" + CountingApp.STORE + "-changelog " + partition + " 300\n");
        }
        try (CountingApp app = start(guarantee, LsmDslStoreSuppliers.class)) {
            app.awaitCounts(expected);
            assertEquals(1000, app.restored());
        }
        produce(100);
        try (CountingApp app = start(guarantee, LsmDslStoreSuppliers.class)) {
            app.awaitCounts(expected);
            assertEquals(0, app.restored());
        }
    }

    private CountingApp start(String guarantee, Class<? extends DslStoreSuppliers> suppliers) {
        return CountingApp.start(CountingApp.properties(bootstrapServers, id, state, guarantee, suppliers), input);
    }

    private Process startChild(String guarantee) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CountingApp.class.getName(),
                        bootstrapServers,
                        id,
                        state.toString(),
                        guarantee,
                        input)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private void awaitCounted(Process child) throws IOException {
        long total = expected.values().stream().mapToLong(Long::longValue).sum();
        BufferedReader lines = lines(child);
        String line = lines.readLine();
        while (line != null && !line.equals("counted " + total)) {
            line = lines.readLine();
        }
        assertTrue(line != null, "the application ended before it had counted everything");
    }

    private static BufferedReader lines(Process child) {
        return new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8));
    }

    private void produce(int records) throws Exception {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrapServers);
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < records; i++) {
                String key = "key" + (i * 31) % KEYS;
                sent.add(producer.send(new ProducerRecord<>(input, key, "x")));
                expected.merge(key, 1L, Long::sum);
            }
            for (Future<RecordMetadata> each : sent) {
                each.get();
            }
        }
    }

    private void assertAnswers(CountingApp app, String key) {
        StateQueryResult<ValueAndTimestamp<Long>> result = app.streams()
                .query(StateQueryRequest.inStore(CountingApp.STORE)
                        .withQuery(KeyQuery.<String, ValueAndTimestamp<Long>>withKey(key)));
        assertEquals(2, result.getPartitionResults().size());
        assertTrue(result.getPartitionResults().values().stream().allMatch(answer -> answer.isSuccess()));
        assertFalse(result.getPosition().isEmpty());
    }

    private void assertOnlyOurs() throws IOException {
        try (Stream<Path> paths = Files.walk(state)) {
            List<String> names =
                    paths.map(path -> path.getFileName().toString()).toList();
            assertTrue(names.contains("lsm"), names::toString);
            assertFalse(names.contains("rocksdb"), names::toString);
        }
    }

    private void wipe() throws IOException {
        try (Stream<Path> paths = Files.walk(state)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                if (!path.equals(state)) {
                    Files.delete(path);
                }
            }
        }
    }
}
