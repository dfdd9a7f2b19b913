package io.streambed.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Joined;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers;
import org.apache.kafka.streams.state.DslStoreSuppliers;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.apache.kafka.streams.state.SessionStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.VersionedBytesStoreSupplier;
import org.apache.kafka.streams.state.VersionedRecord;
import org.apache.kafka.streams.state.WindowStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Topologies of the DSL with their stores named in one line of configuration. */
class DslTopologyTest {
    private static final int RECORDS = 400;

    /** A file that every store of RocksDB has, whatever the kind of store and its directory. */
    private static final Pattern ROCKS_DB = Pattern.compile(".*/OPTIONS-\\d+");

    /** The directory of a store of ours. */
    private static final Pattern LSM = Pattern.compile(".*/lsm/[^/]+");

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

    static Stream<Arguments> operators() {
        return Operator.all().stream()
                .flatMap(operator -> Stream.of("default", "headers").map(format -> Arguments.of(operator, format)));
    }

    /**
     * Every operator on our stores and on RocksDB's, with the same input: the same output, record by record, with timestamps and all, and the
     * same in the stores at the end. On ours no RocksDB is opened, but where Kafka Streams names it itself.
     */
    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("operators")
    void answersAsOnRocksDb(Operator operator, String format) throws IOException {
        long seed = System.nanoTime();
        System.out.println("DslTopologyTest seed " + seed);
        Path theirs = directory.resolve("theirs");
        Run rocks = run(
                operator, properties(BuiltInDslStoreSuppliers.RocksDBDslStoreSuppliers.class, format, theirs), seed);
        Run ours = run(operator, properties(LsmDslStoreSuppliers.class, format, directory.resolve("ours")), seed);
        List<String> expected = rocks.seen();
        assertTrue(expected.size() > 20, expected::toString);
        for (int i = 0; i < Math.min(expected.size(), ours.seen().size()); i++) {
            int at = i;
            assertEquals(expected.get(i), ours.seen().get(i), () -> "record " + at + ", seed " + seed);
        }
        assertEquals(expected.size(), ours.seen().size());
        assertTrue(rocks.hasRocksDb());
        assertEquals(operator.ofKafka(), ours.hasRocksDb());
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

    /** What came out and what the stores hold at the end, and whether there is a RocksDB among them. */
    private record Run(List<String> seen, boolean hasRocksDb) {}

    private static Run run(Operator operator, Properties properties, long seed) throws IOException {
        Random random = new Random(seed);
        List<String> seen = new ArrayList<>();
        StreamsBuilder builder = new StreamsBuilder();
        List<String> topics = operator.addTo(builder);
        Topology topology = builder.build(properties);
        try (TopologyTestDriver driver = new TopologyTestDriver(topology, properties, Instant.EPOCH)) {
            Map<String, TestInputTopic<String, String>> inputs = new LinkedHashMap<>();
            for (String topic : topics) {
                inputs.put(topic, driver.createInputTopic(topic, new StringSerializer(), new StringSerializer()));
            }
            TestOutputTopic<String, String> out =
                    driver.createOutputTopic("out", new StringDeserializer(), new StringDeserializer());
            for (int i = 0; i < RECORDS; i++) {
                String topic = topics.get(random.nextInt(topics.size()));
                boolean isStream = topic.equals("in") || topic.equals("other");
                String value = isStream || random.nextInt(4) > 0 ? value(random) : null;
                // Time moves on, and records come up to two seconds late.
                Instant at = Instant.ofEpochMilli(10_000 + 50L * i - random.nextInt(2000));
                inputs.get(topic).pipeInput("k" + random.nextInt(12), value, at);
                out.readRecordsToList().forEach(record -> seen.add("out " + record));
            }
            new TreeSet<>(driver.getAllStateStores().keySet()).forEach(name -> seen.addAll(contents(driver, name)));
            Path state = Path.of(properties.getProperty(StreamsConfig.STATE_DIR_CONFIG));
            if (properties.get(StreamsConfig.DSL_STORE_SUPPLIERS_CLASS_CONFIG) == LsmDslStoreSuppliers.class) {
                assertTrue(hasStoreOf(state, LSM));
            }
            return new Run(seen, hasStoreOf(state, ROCKS_DB));
        }
    }

    /**
     * What a store holds, by whatever way it can be read; nothing of those that Streams keeps for itself. Sorted: windows that are emitted
     * on close come by time from RocksDB's store and by key from ours. That the order is the same elsewhere is shown by the
     * comparisons of the stores.
     */
    private static List<String> contents(TopologyTestDriver driver, String name) {
        List<String> contents = new ArrayList<>();
        KeyValueStore<?, ?> store = driver.getKeyValueStore(name);
        if (store != null && !name.contains("SUBSCRIPTION")) {
            try (KeyValueIterator<?, ?> all = store.all()) {
                all.forEachRemaining(entry -> contents.add(name + " " + entry));
            }
        }
        WindowStore<?, ?> windows = driver.getWindowStore(name);
        if (windows != null) {
            try (KeyValueIterator<?, ?> all = windows.all()) {
                all.forEachRemaining(entry -> contents.add(name + " " + entry));
            }
        }
        SessionStore<?, ?> sessions = driver.getSessionStore(name);
        if (sessions != null) {
            try (KeyValueIterator<?, ?> all = sessions.fetch(null, null)) {
                all.forEachRemaining(entry -> contents.add(name + " " + entry));
            }
        }
        Collections.sort(contents);
        return contents;
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

    private static void assertOnlyOurs(Path state) throws IOException {
        assertTrue(hasStoreOf(state, LSM));
        assertFalse(hasStoreOf(state, ROCKS_DB));
    }

    private static boolean hasStoreOf(Path state, Pattern file) throws IOException {
        try (Stream<Path> paths = Files.walk(state)) {
            return paths.anyMatch(
                    path -> file.matcher(state.relativize(path).toString()).matches());
        }
    }
}
