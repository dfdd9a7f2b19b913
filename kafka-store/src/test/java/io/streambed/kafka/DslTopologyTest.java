package io.streambed.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.GlobalKTable;
import org.apache.kafka.streams.kstream.Joined;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers;
import org.apache.kafka.streams.state.DslStoreSuppliers;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.VersionedBytesStoreSupplier;
import org.apache.kafka.streams.state.VersionedRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Topologies of the DSL with their stores named in one line of configuration. */
class DslTopologyTest {
    @TempDir
    Path directory;

    /**
     * Tables on versioned stores and their joins, with late records: the same output on ours and on RocksDB's. Where a join has a grace
     * period Streams buffers in RocksDB itself, whatever the stores are.
     */
    @Test
    void versionedTablesAnswerAsOnRocksDb() throws IOException {
        long seed = System.nanoTime();
        System.out.println("DslTopologyTest versioned seed " + seed);
        List<String> rocks = runVersioned(Stores::persistentVersionedKeyValueStore, "rocks", seed);
        List<String> ours = runVersioned(LsmStores::persistentVersionedKeyValueStore, "ours", seed);
        assertTrue(ours.size() > 1000, () -> ours.size() + " records came out");
        assertEquals(rocks, ours);
    }

    private List<String> runVersioned(
            BiFunction<String, Duration, VersionedBytesStoreSupplier> stores, String state, long seed) {
        Properties properties = properties(LsmDslStoreSuppliers.class, "default", directory.resolve(state));
        Duration history = Duration.ofMillis(400);
        StreamsBuilder builder = new StreamsBuilder();
        KStream<String, String> in = builder.stream("in");
        KTable<String, String> left = builder.table("left", Materialized.as(stores.apply("left", history)));
        KTable<String, String> right = builder.table("right", Materialized.as(stores.apply("right", history)));
        in.join(left, (a, b) -> a + "+" + b).to("join");
        in.leftJoin(left, (a, b) -> a + "+" + b).to("left-join");
        in.join(
                        right,
                        (a, b) -> a + "+" + b,
                        Joined.<String, String, String>as("graceful").withGracePeriod(Duration.ofMillis(50)))
                .to("graceful-join");
        left.join(right, (a, b) -> a + "+" + b).toStream().to("table-join");
        left.outerJoin(right, (a, b) -> a + "+" + b).toStream().to("table-outer-join");
        left.filter((key, value) -> value.length() % 2 == 0, Materialized.as(stores.apply("filtered", history)))
                .toStream()
                .to("filter");
        Random random = new Random(seed);
        List<String> seen = new ArrayList<>();
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build(), properties, Instant.EPOCH)) {
            Map<String, TestInputTopic<String, String>> inputs = new LinkedHashMap<>();
            for (String topic : List.of("in", "left", "right")) {
                inputs.put(topic, driver.createInputTopic(topic, new StringSerializer(), new StringSerializer()));
            }
            List<String> topics = List.copyOf(inputs.keySet());
            for (int i = 0; i < 2000; i++) {
                String topic = topics.get(random.nextInt(topics.size()));
                String value = topic.equals("in") || random.nextInt(4) > 0 ? value(random) : null;
                long timestamp = Math.max(0, i - random.nextInt(random.nextInt(10) == 0 ? 600 : 30));
                inputs.get(topic).pipeInput("k" + random.nextInt(12), value, Instant.ofEpochMilli(timestamp));
                for (String output :
                        List.of("join", "left-join", "graceful-join", "table-join", "table-outer-join", "filter")) {
                    driver.createOutputTopic(output, new StringDeserializer(), new StringDeserializer())
                            .readRecordsToList()
                            .forEach(record -> seen.add(output + " " + record));
                }
            }
            for (String name : List.of("left", "right", "filtered")) {
                for (int key = 0; key < 12; key++) {
                    for (long asOf = 1500; asOf < 2100; asOf += 50) {
                        VersionedRecord<String> version = driver.<String, String>getVersionedKeyValueStore(name)
                                .get("k" + key, asOf);
                        seen.add(name + " " + key + " " + asOf + " "
                                + (version == null ? null : version.value() + "@" + version.timestamp()));
                    }
                }
            }
        }
        return seen;
    }

    @Test
    void counts() throws IOException {
        StreamsBuilder builder = new StreamsBuilder();
        builder.<String, String>stream("in")
                .groupBy((key, value) -> value)
                .count(Materialized.as("counts"))
                .toStream()
                .mapValues(String::valueOf)
                .to("out");
        Properties properties = properties(LsmDslStoreSuppliers.class, "default", directory);
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build(), properties)) {
            TestInputTopic<String, String> in =
                    driver.createInputTopic("in", new StringSerializer(), new StringSerializer());
            Stream.of("to", "be", "or", "not", "to", "be").forEach(word -> in.pipeInput("x", word));
            assertEquals(
                    List.of("to=1", "be=1", "or=1", "not=1", "to=2", "be=2"),
                    driver
                            .createOutputTopic("out", new StringDeserializer(), new StringDeserializer())
                            .readKeyValuesToList()
                            .stream()
                            .map(pair -> pair.key + "=" + pair.value)
                            .toList());
            ReadOnlyKeyValueStore<String, ?> counts = driver.getTimestampedKeyValueStore("counts");
            assertEquals(4, counts.approximateNumEntries());
            assertOnlyOurs(directory);
        }
    }

    /**
     * Every operator with a key-value store, on ours and on RocksDB's, with the same input: the same output, record by record, with
     * timestamps and all. The joins of streams with windows in them are not there yet.
     */
    @ParameterizedTest
    @ValueSource(strings = {"default", "headers"})
    void everyKeyValueOperatorAnswersAsOnRocksDb(String format) throws IOException {
        long seed = System.nanoTime();
        System.out.println("DslTopologyTest seed " + seed);
        List<String> theirs = run(
                properties(
                        BuiltInDslStoreSuppliers.RocksDBDslStoreSuppliers.class, format, directory.resolve("theirs")),
                new Random(seed));
        Path ours = directory.resolve("ours");
        List<String> answers = run(properties(LsmDslStoreSuppliers.class, format, ours), new Random(seed));
        assertTrue(theirs.size() > 3000);
        for (int i = 0; i < theirs.size(); i++) {
            int at = i;
            assertEquals(theirs.get(i), answers.get(i), () -> "record " + at + ", seed " + seed);
        }
        assertEquals(theirs.size(), answers.size());
    }

    @Test
    void oneOperatorAloneCanHaveThem() throws IOException {
        StreamsBuilder builder = new StreamsBuilder();
        builder.<String, String>stream("in").groupByKey().count(Materialized.as(new LsmDslStoreSuppliers()));
        Properties properties =
                properties(BuiltInDslStoreSuppliers.RocksDBDslStoreSuppliers.class, "default", directory);
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build(), properties)) {
            driver.createInputTopic("in", new StringSerializer(), new StringSerializer())
                    .pipeInput("a", "b");
            assertOnlyOurs(directory);
        }
    }

    @Test
    void sessionsSayWhatToUseMeanwhile() {
        StreamsBuilder builder = new StreamsBuilder();
        builder.<String, String>stream("in")
                .groupByKey()
                .windowedBy(SessionWindows.ofInactivityGapWithNoGrace(Duration.ofMinutes(1)))
                .count();
        Topology topology = builder.build();
        Properties properties = properties(LsmDslStoreSuppliers.class, "default", directory);
        UnsupportedOperationException e =
                assertThrows(UnsupportedOperationException.class, () -> new TopologyTestDriver(topology, properties));
        assertTrue(e.getMessage().contains("Materialized.as(BuiltInDslStoreSuppliers.ROCKS_DB)"));
    }

    private static Topology everything(Properties properties) {
        StreamsBuilder builder = new StreamsBuilder();
        KStream<String, String> in = builder.stream("in");
        KTable<String, String> left = builder.table("left");
        KTable<String, String> right = builder.table("right", Materialized.as("right"));
        GlobalKTable<String, String> global = builder.globalTable("global");
        in.groupByKey().count().toStream().mapValues(String::valueOf).to("count");
        in.groupByKey()
                .reduce((a, b) -> (a + b).substring(Math.max(0, a.length() + b.length() - 9)))
                .toStream()
                .to("reduce");
        in.groupBy((key, value) -> value.substring(0, 1))
                .aggregate(
                        () -> "",
                        (key, value, all) -> (all + value).substring(Math.max(0, all.length() + value.length() - 9)))
                .toStream()
                .to("aggregate");
        left.groupBy((key, value) -> KeyValue.pair(value.substring(0, 1), value))
                .count()
                .toStream()
                .mapValues(String::valueOf)
                .to("table-count");
        left.join(right, (a, b) -> a + "+" + b).toStream().to("join");
        left.leftJoin(right, (a, b) -> a + "+" + b).toStream().to("left-join");
        left.outerJoin(right, (a, b) -> a + "+" + b).toStream().to("outer-join");
        left.join(right, value -> "k" + value.substring(0, 1), (a, b) -> a + "+" + b)
                .toStream()
                .to("foreign-key-join");
        left.leftJoin(right, value -> "k" + value.substring(0, 1), (a, b) -> a + "+" + b)
                .toStream()
                .to("foreign-key-left-join");
        left.filter((key, value) -> value.length() % 2 == 0, Materialized.as("filtered"))
                .toStream()
                .to("filter");
        left.mapValues(value -> String.valueOf(value.length()), Materialized.as("lengths"));
        in.join(right, (a, b) -> a + "+" + b).to("stream-table-join");
        in.leftJoin(global, (key, value) -> value.length() > 3 ? key : "k0", (a, b) -> a + "+" + b)
                .to("global-join");
        in.toTable(Materialized.as("to-table")).toStream().to("to-table");
        return builder.build(properties);
    }

    private static List<String> run(Properties properties, Random random) throws IOException {
        List<String> seen = new ArrayList<>();
        Topology topology = everything(properties);
        try (TopologyTestDriver driver = new TopologyTestDriver(topology, properties, Instant.EPOCH)) {
            Map<String, TestInputTopic<String, String>> inputs = new LinkedHashMap<>();
            for (String topic : List.of("in", "left", "right", "global")) {
                inputs.put(topic, driver.createInputTopic(topic, new StringSerializer(), new StringSerializer()));
            }
            List<String> topics = List.copyOf(inputs.keySet());
            for (int i = 0; i < 1000; i++) {
                String topic = topics.get(random.nextInt(topics.size()));
                String value = topic.equals("in") || random.nextInt(4) > 0 ? value(random) : null;
                inputs.get(topic)
                        .pipeInput("k" + random.nextInt(12), value, Instant.ofEpochMilli(random.nextInt(1000)));
                for (String output : driver.producedTopicNames().stream()
                        .filter(name -> !name.startsWith("app-"))
                        .sorted()
                        .toList()) {
                    driver.createOutputTopic(output, new StringDeserializer(), new StringDeserializer())
                            .readRecordsToList()
                            .forEach(record -> seen.add(output + " " + record));
                }
            }
            driver.getAllStateStores().keySet().stream().sorted().forEach(name -> {
                if (driver.getKeyValueStore(name) != null && !name.contains("SUBSCRIPTION")) {
                    try (var all = driver.getKeyValueStore(name).all()) {
                        all.forEachRemaining(entry -> seen.add(name + " " + entry));
                    }
                }
            });
            if (properties.get(StreamsConfig.DSL_STORE_SUPPLIERS_CLASS_CONFIG) == LsmDslStoreSuppliers.class) {
                assertOnlyOurs(Path.of(properties.getProperty(StreamsConfig.STATE_DIR_CONFIG)));
            }
        }
        return seen;
    }

    private static String value(Random random) {
        return random.nextInt(12) + "x".repeat(random.nextInt(5));
    }

    private static Properties properties(Class<? extends DslStoreSuppliers> suppliers, String format, Path state) {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "app");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:1");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        properties.put(StreamsConfig.DSL_STORE_SUPPLIERS_CLASS_CONFIG, suppliers);
        properties.put(StreamsConfig.DSL_STORE_FORMAT_CONFIG, format);
        properties.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        properties.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        return properties;
    }

    /** Every directory of a store is in our folder; RocksDB's is called {@code rocksdb}. */
    private static void assertOnlyOurs(Path state) throws IOException {
        try (Stream<Path> paths = Files.walk(state)) {
            List<String> names =
                    paths.map(path -> path.getFileName().toString()).toList();
            assertTrue(names.contains("lsm"), names::toString);
            assertFalse(names.contains("rocksdb"), names::toString);
        }
    }
}
