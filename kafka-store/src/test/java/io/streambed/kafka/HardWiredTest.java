package io.streambed.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.kafka.testing.TestContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.StreamJoined;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.QueryConfig;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.query.RangeQuery;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.TimestampedKeyValueStore;
import org.apache.kafka.streams.state.ValueAndTimestamp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where Kafka Streams names its own classes, as the README says; what has to do with an operator of the DSL is in {@link Operator}. */
class HardWiredTest {
    private static final RangeQuery<String, ValueAndTimestamp<String>> ALL = RangeQuery.withNoBounds();

    @TempDir
    Path directory;

    @Test
    void aRangeQueryOnAPlainStoreBehindATimestampedBuilderCastsToRocksDbsIterator() {
        TimestampedKeyValueStore<String, String> store = open(LsmStores.persistentKeyValueStore("plain"));
        ClassCastException e = assertThrows(
                ClassCastException.class, () -> store.query(ALL, PositionBound.unbounded(), new QueryConfig(false)));
        assertTrue(e.getMessage().contains("RocksDbIterator"), e.getMessage());
        store.close();
    }

    @Test
    void andTheTimestampedStoreAnswersIt() {
        TimestampedKeyValueStore<String, String> store = open(LsmStores.persistentTimestampedKeyValueStore("stamped"));
        QueryResult<KeyValueIterator<String, ValueAndTimestamp<String>>> result =
                store.query(ALL, PositionBound.unbounded(), new QueryConfig(false));
        assertTrue(result.isSuccess());
        try (KeyValueIterator<String, ValueAndTimestamp<String>> all = result.getResult()) {
            assertEquals("a", all.next().key);
        }
        store.close();
    }

    /** Its list-value store, of the records that found no partner, is one of RocksDB's then, unless the configuration names ours. */
    @Test
    void anOuterJoinMatchesTheListValueStoreToSuppliersOfKafkasOwnOnly() throws IOException {
        Duration retention = Duration.ofSeconds(3);
        StreamJoined<String, String, String> byHand = StreamJoined.with(
                LsmStores.persistentWindowStore("this", retention, Duration.ofSeconds(2), true),
                LsmStores.persistentWindowStore("other", retention, Duration.ofSeconds(2), true));
        assertTrue(joins(byHand, Map.of()).stream().anyMatch(HardWiredTest::isOfRocksDb));
        assertFalse(joins(byHand, Map.of("dsl.store.suppliers.class", LsmDslStoreSuppliers.class)).stream()
                .anyMatch(HardWiredTest::isOfRocksDb));
        assertFalse(joins(StreamJoined.with(new LsmDslStoreSuppliers()), Map.of()).stream()
                .anyMatch(HardWiredTest::isOfRocksDb));
    }

    /** The files of an outer join's stores. */
    private List<Path> joins(StreamJoined<String, String, String> stores, Map<String, Object> configs)
            throws IOException {
        StreamsBuilder builder = new StreamsBuilder();
        Consumed<String, String> texts = Consumed.with(Serdes.String(), Serdes.String());
        builder.stream("left", texts)
                .outerJoin(
                        builder.stream("right", texts),
                        (left, right) -> left + right,
                        JoinWindows.ofTimeDifferenceAndGrace(Duration.ofSeconds(1), Duration.ofSeconds(1)),
                        stores.withKeySerde(Serdes.String())
                                .withValueSerde(Serdes.String())
                                .withOtherValueSerde(Serdes.String()));
        Path state = Files.createTempDirectory(directory, "join");
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "app");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:1");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        properties.putAll(configs);
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build(), properties);
                Stream<Path> files = Files.walk(state)) {
            driver.createInputTopic("left", new StringSerializer(), new StringSerializer())
                    .pipeInput("a", "1");
            return files.toList();
        }
    }

    private static boolean isOfRocksDb(Path file) {
        return file.getFileName().toString().startsWith("OPTIONS-");
    }

    private TimestampedKeyValueStore<String, String> open(KeyValueBytesStoreSupplier supplier) {
        TestContext context = new TestContext(directory);
        TimestampedKeyValueStore<String, String> store =
                context.open(Stores.timestampedKeyValueStoreBuilder(supplier, Serdes.String(), Serdes.String())
                        .withLoggingDisabled()
                        .build());
        context.at("in", 0, 0);
        store.put("a", ValueAndTimestamp.make("1", 1));
        store.commit(Map.of());
        return store;
    }
}
