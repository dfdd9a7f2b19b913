package io.streambed.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.EmitStrategy;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.kstream.SlidingWindows;
import org.apache.kafka.streams.kstream.Suppressed;
import org.apache.kafka.streams.kstream.Suppressed.BufferConfig;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers;
import org.apache.kafka.streams.state.DslStoreSuppliers;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every operator of the DSL with windows or sessions, on ours and on RocksDB's stores named in one line of configuration, with the same
 * input, late records in it: the same output, record by record, with timestamps and all; of tumbling and hopping windows that close
 * together, key by key.
 */
class DslWindowTopologyTest {
    private static final Duration SIZE = Duration.ofSeconds(40);
    private static final Duration GRACE = Duration.ofSeconds(30);

    /** Of what closes together RocksDB's stores emit the earliest windows first, ours each key's windows together. */
    private static final Set<String> SORTED_BY_KEY = Set.of("closed-tumbling", "closed-hopping");

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"default", "headers"})
    void everyWindowedOperatorAnswersAsOnRocksDb(String format) throws IOException {
        long seed = System.nanoTime();
        System.out.println("DslWindowTopologyTest seed " + seed);
        List<String> theirs =
                run(BuiltInDslStoreSuppliers.RocksDBDslStoreSuppliers.class, format, directory.resolve("theirs"), seed);
        Path state = directory.resolve("ours");
        List<String> ours = run(LsmDslStoreSuppliers.class, format, state, seed);
        assertTrue(theirs.size() > 10_000, () -> theirs.size() + " records");
        for (int i = 0; i < Math.min(theirs.size(), ours.size()); i++) {
            int at = i;
            assertEquals(theirs.get(i), ours.get(i), () -> "record " + at + ", seed " + seed);
        }
        assertEquals(theirs.size(), ours.size());
        Set<String> outputs = new TreeSet<>();
        ours.forEach(record -> outputs.add(record.substring(0, record.indexOf(' '))));
        assertEquals(
                Set.of(
                        "tumbling",
                        "hopping",
                        "sliding",
                        "session",
                        "cogroup",
                        "suppressed",
                        "closed-tumbling",
                        "closed-hopping",
                        "closed-sliding",
                        "closed-session",
                        "inner-join",
                        "left-join",
                        "outer-join"),
                outputs);
    }

    private static Topology topology(Properties properties) {
        StreamsBuilder builder = new StreamsBuilder();
        KStream<String, String> left = builder.stream("left");
        KStream<String, String> right = builder.stream("right");
        KGroupedStream<String, String> grouped = left.groupByKey();
        TimeWindows tumbling = TimeWindows.ofSizeAndGrace(SIZE, GRACE);
        TimeWindows hopping = tumbling.advanceBy(SIZE.dividedBy(4));
        SlidingWindows sliding = SlidingWindows.ofTimeDifferenceAndGrace(SIZE, GRACE);
        SessionWindows sessions = SessionWindows.ofInactivityGapAndGrace(SIZE.dividedBy(8), GRACE);
        out(grouped.windowedBy(tumbling).count(Materialized.as("tumbling")), "tumbling");
        out(grouped.windowedBy(hopping).reduce(DslWindowTopologyTest::join), "hopping");
        out(grouped.windowedBy(sliding).reduce(DslWindowTopologyTest::join), "sliding");
        out(grouped.windowedBy(sessions).reduce(DslWindowTopologyTest::join), "session");
        out(
                grouped.<String>cogroup((key, value, all) -> join(all, value))
                        .windowedBy(tumbling)
                        .aggregate(() -> ""),
                "cogroup");
        out(
                grouped.windowedBy(tumbling)
                        .count(Materialized.with(Serdes.String(), Serdes.Long()))
                        .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded())),
                "suppressed");
        EmitStrategy close = EmitStrategy.onWindowClose();
        out(grouped.windowedBy(tumbling).emitStrategy(close).count(), "closed-tumbling");
        out(grouped.windowedBy(hopping).emitStrategy(close).reduce(DslWindowTopologyTest::join), "closed-hopping");
        out(grouped.windowedBy(sliding).emitStrategy(close).reduce(DslWindowTopologyTest::join), "closed-sliding");
        out(grouped.windowedBy(sessions).emitStrategy(close).reduce(DslWindowTopologyTest::join), "closed-session");
        JoinWindows near = JoinWindows.ofTimeDifferenceAndGrace(SIZE.dividedBy(20), GRACE);
        left.join(right, DslWindowTopologyTest::join, near).to("inner-join");
        left.leftJoin(right, DslWindowTopologyTest::join, near).to("left-join");
        left.outerJoin(right, DslWindowTopologyTest::join, near).to("outer-join");
        return builder.build(properties);
    }

    private static void out(KTable<Windowed<String>, ?> table, String topic) {
        table.toStream((window, value) -> window.toString())
                .mapValues(String::valueOf)
                .to(topic);
    }

    private static String join(String a, String b) {
        String all = a + "+" + b;
        return all.substring(Math.max(0, all.length() - 12));
    }

    private static List<String> run(Class<? extends DslStoreSuppliers> suppliers, String format, Path state, long seed)
            throws IOException {
        Random random = new Random(seed);
        List<String> seen = new ArrayList<>();
        Properties properties = properties(suppliers, format, state);
        try (TopologyTestDriver driver = new TopologyTestDriver(topology(properties), properties, Instant.EPOCH)) {
            List<TestInputTopic<String, String>> inputs = Stream.of("left", "right")
                    .map(topic -> driver.createInputTopic(topic, new StringSerializer(), new StringSerializer()))
                    .toList();
            for (int i = 0; i < 1_500; i++) {
                long lateness = random.nextInt(random.nextInt(20) == 0 ? 300_000 : 5_000);
                inputs.get(random.nextInt(2))
                        .pipeInput(
                                "k" + random.nextInt(6),
                                "v" + i,
                                Instant.ofEpochMilli(Math.max(0, i * 1_000L - lateness)));
                for (String output : driver.producedTopicNames().stream()
                        .filter(name -> !name.startsWith("app-"))
                        .sorted()
                        .toList()) {
                    List<TestRecord<String, String>> records = new ArrayList<>(
                            driver.createOutputTopic(output, new StringDeserializer(), new StringDeserializer())
                                    .readRecordsToList());
                    if (SORTED_BY_KEY.contains(output)) {
                        records.sort(Comparator.comparing(
                                record -> record.key().substring(0, record.key().indexOf('@'))));
                    }
                    records.forEach(record -> seen.add(output + " " + record));
                }
            }
            if (suppliers == LsmDslStoreSuppliers.class) {
                assertOnlyOurs(state);
            }
        }
        return seen;
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
        // Otherwise windows close by the wall clock of the test driver, which stands still.
        properties.put(StreamsConfig.InternalConfig.EMIT_INTERVAL_MS_KSTREAMS_WINDOWED_AGGREGATION, 0L);
        properties.put(StreamsConfig.InternalConfig.EMIT_INTERVAL_MS_KSTREAMS_OUTER_JOIN_SPURIOUS_RESULTS_FIX, 0L);
        return properties;
    }

    /** Every directory with a file CURRENT, as both engines have one, is in our folder. */
    private static void assertOnlyOurs(Path state) throws IOException {
        try (Stream<Path> paths = Files.walk(state)) {
            List<Path> stores = paths.filter(path -> path.endsWith("CURRENT"))
                    .map(Path::getParent)
                    .toList();
            // One for each aggregation, two for each join and one more each for those of the left and outer join.
            assertEquals(10 + 2 * 3 + 2, stores.size(), stores::toString);
            for (Path store : stores) {
                assertEquals(Path.of("lsm"), store.getParent().getFileName(), store::toString);
            }
        }
    }
}
