package io.streambed.examples.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.examples.broker.KafkaBroker;
import io.streambed.kafka.LsmDslStoreSuppliers;
import io.streambed.kafka.LsmStores;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.query.KeyQuery;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.Query;
import org.apache.kafka.streams.query.RangeQuery;
import org.apache.kafka.streams.query.TimestampedKeyQuery;
import org.apache.kafka.streams.query.TimestampedRangeQuery;
import org.apache.kafka.streams.query.VersionedKeyQuery;
import org.apache.kafka.streams.query.WindowKeyQuery;
import org.apache.kafka.streams.query.WindowRangeQuery;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers;
import org.apache.kafka.streams.state.DslStoreSuppliers;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.QueryableStoreType;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Interactive queries of both versions on a real broker. The same application runs twice on the same input, on our stores and on RocksDB's;
 * every question gets the same answer from both, partition by partition: results in their order, positions, execution info, and failures word
 * for word. Stores with headers, too, are compared with RocksDB's timestamped ones: RocksDB's own with headers answer no query of version 2 in
 * 4.3, and no query tells of headers.
 */
@ExtendWith(KafkaBroker.class)
@Timeout(300)
class QueriesOnBrokerTest {
    private static final int PARTITIONS = 2;
    private static final int KEYS = 20;

    @TempDir
    Path state;

    private final String id = "queries-" + UUID.randomUUID();
    private final String input = id + "-input";
    private final String global = id + "-global";

    /** The stores of one side. */
    private record Side(
            String name,
            Class<? extends DslStoreSuppliers> suppliers,
            Function<String, KeyValueBytesStoreSupplier> plainKeyValue) {
        static final Side OURS = new Side("ours", LsmDslStoreSuppliers.class, LsmStores::persistentKeyValueStore);
        static final Side ROCKS = new Side(
                "rocks", BuiltInDslStoreSuppliers.RocksDBDslStoreSuppliers.class, Stores::persistentKeyValueStore);
    }

    /** The stores that are asked, by the kind of question. */
    private static final List<String> KEY_VALUE_STORES = List.of("counts", "table", "plain");

    private Topology topology(Side side, Properties properties) {
        StreamsBuilder builder = new StreamsBuilder();
        builder.<String, String>stream(input).groupByKey().count(Materialized.as("counts"));
        builder.<String, String>stream(input).toTable(Materialized.as("table"));
        builder.addStateStore(
                Stores.keyValueStoreBuilder(side.plainKeyValue().apply("plain"), Serdes.String(), Serdes.String()));
        builder.<String, String>stream(input).process(PutAll::new, "plain");
        builder.globalTable(global, Materialized.as("global"));
        return builder.build(properties);
    }

    /** Questions of version 2, each with the store that it goes to. */
    private static Map<String, Query<?>> questions() {
        Map<String, Query<?>> questions = new TreeMap<>();
        for (String key : List.of("k3", "k7", "missing")) {
            questions.put("key " + key, KeyQuery.withKey(key));
            questions.put("key past the cache " + key, KeyQuery.withKey(key).skipCache());
            questions.put("timestamped key " + key, TimestampedKeyQuery.withKey(key));
        }
        questions.put("all", RangeQuery.withNoBounds());
        questions.put("all up", RangeQuery.withNoBounds().withAscendingKeys());
        questions.put("all down", RangeQuery.withNoBounds().withDescendingKeys());
        questions.put("range", RangeQuery.withRange("k12", "k5"));
        questions.put("range down", RangeQuery.withRange("k12", "k5").withDescendingKeys());
        questions.put("from", RangeQuery.withLowerBound("k4"));
        questions.put("from down", RangeQuery.withLowerBound("k4").withDescendingKeys());
        questions.put("up to", RangeQuery.withUpperBound("k4"));
        questions.put("up to down", RangeQuery.withUpperBound("k4").withDescendingKeys());
        questions.put("wrong way round", RangeQuery.withRange("k5", "k12"));
        questions.put("timestamped all", TimestampedRangeQuery.withNoBounds());
        questions.put(
                "timestamped all down", TimestampedRangeQuery.withNoBounds().withDescendingKeys());
        questions.put("timestamped range", TimestampedRangeQuery.withRange("k12", "k5"));
        questions.put(
                "timestamped from", TimestampedRangeQuery.withLowerBound("k4").withAscendingKeys());
        questions.put("timestamped up to", TimestampedRangeQuery.withUpperBound("k4"));
        questions.put("windows of a key", WindowKeyQuery.withKeyAndWindowStartRange("k3", Instant.EPOCH, Instant.MAX));
        questions.put("windows", WindowRangeQuery.withWindowStartRange(Instant.EPOCH, Instant.MAX));
        questions.put("sessions of a key", WindowRangeQuery.withKey("k3"));
        questions.put("version", VersionedKeyQuery.withKey("k3"));
        questions.put("of one's own", new OnesOwnQuery());
        return questions;
    }

    @ParameterizedTest
    @CsvSource({"default,0", "headers,0", "default,1000000"})
    void answersAreThoseOfRocksDb(String format, long cacheBytes, KafkaBroker.Broker broker) throws Exception {
        long seed = System.nanoTime();
        System.out.println("QueriesOnBrokerTest seed " + seed);
        Position end = produce(broker.bootstrapServers(), new Random(seed));
        try (StreamsInstance ours = start(Side.OURS, format, cacheBytes, broker.bootstrapServers());
                StreamsInstance rocks = start(Side.ROCKS, "default", cacheBytes, broker.bootstrapServers())) {
            awaitEnd(ours, end);
            awaitEnd(rocks, end);
            int answers = 0;
            for (String store : KEY_VALUE_STORES) {
                for (Map.Entry<String, Query<?>> question : questions().entrySet()) {
                    for (PositionBound bound : Answers.bounds(end)) {
                        if (store.equals("plain") && isTimestamped(question.getValue())) {
                            continue;
                        }
                        String asked = store + ", " + question.getKey() + ", " + bound;
                        List<String> expected = Answers.of(rocks, store, question.getValue(), bound);
                        assertEquals(expected, Answers.of(ours, store, question.getValue(), bound), asked);
                        answers += expected.size();
                    }
                }
                for (String type : store.equals("plain") ? List.of("plain") : List.of("plain", "timestamped")) {
                    List<String> expected = askVersion1(rocks, store, type);
                    assertEquals(expected, askVersion1(ours, store, type), store + " as " + type);
                    answers += expected.size();
                }
            }
            assertEquals(
                    Answers.of(rocks, "global", RangeQuery.withNoBounds(), PositionBound.unbounded()),
                    Answers.of(ours, "global", RangeQuery.withNoBounds(), PositionBound.unbounded()));
            assertEquals(KEYS, ours.contents("global").size());
            assertEquals(rocks.contents("global"), ours.contents("global"));
            assertTrue(answers > 300, "answers: " + answers);
        }
    }

    private StreamsInstance start(Side side, String format, long cacheBytes, String bootstrapServers) {
        Properties properties = CountingApp.properties(
                bootstrapServers,
                id + "-" + side.name(),
                state.resolve(side.name()),
                "at_least_once",
                side.suppliers());
        properties.put(StreamsConfig.DSL_STORE_FORMAT_CONFIG, format);
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, cacheBytes);
        return StreamsInstance.start(topology(side, properties), properties);
    }

    private Position produce(String bootstrapServers, Random random) throws Exception {
        try (Input topics = Input.create(bootstrapServers, PARTITIONS, List.of(input, global))) {
            for (int i = 0; i < KEYS; i++) {
                topics.send(global, i, "k" + i, "of all");
            }
            topics.written();
        }
        try (Input topics = Input.create(bootstrapServers, PARTITIONS, List.of())) {
            for (int i = 0; i < 2000; i++) {
                String value = random.nextInt(10) == 0 ? null : "v" + random.nextInt(1000);
                topics.send(input, 1000 + random.nextInt(10_000), "k" + random.nextInt(KEYS), value);
            }
            // So that no key is missing, and the last record is one that every store takes in.
            for (int i = 0; i < KEYS; i++) {
                topics.send(input, 20_000 + i, "k" + i, "last");
            }
            return topics.written();
        }
    }

    private static void awaitEnd(StreamsInstance instance, Position end) {
        for (String store : KEY_VALUE_STORES) {
            Answers.await(instance, store, RangeQuery.withNoBounds(), end);
        }
    }

    private static boolean isTimestamped(Query<?> query) {
        return query instanceof TimestampedKeyQuery || query instanceof TimestampedRangeQuery;
    }

    private static List<String> askVersion1(StreamsInstance instance, String store, String type) {
        List<String> said = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            ReadOnlyKeyValueStore<String, ?> reading = type.equals("plain")
                    ? open(instance, store, partition, QueryableStoreTypes.<String, Object>keyValueStore())
                    : open(instance, store, partition, QueryableStoreTypes.<String, Object>timestampedKeyValueStore());
            for (String key : List.of("k3", "k7", "missing")) {
                said.add(String.valueOf(reading.get(key)));
            }
            said.add(Answers.text(reading.all()));
            said.add(Answers.text(reading.reverseAll()));
            said.add(Answers.text(reading.range("k12", "k5")));
            said.add(Answers.text(reading.reverseRange("k12", "k5")));
            said.add(Answers.text(reading.range("k5", "k12")));
            said.add(Answers.text(reading.range(null, "k5")));
            said.add(Answers.text(reading.reverseRange("k5", null)));
            said.add(Answers.text(reading.prefixScan("k1", new StringSerializer())));
        }
        return said;
    }

    private static <V> ReadOnlyKeyValueStore<String, V> open(
            StreamsInstance instance,
            String store,
            int partition,
            QueryableStoreType<ReadOnlyKeyValueStore<String, V>> type) {
        return instance.streams()
                .store(StoreQueryParameters.fromNameAndType(store, type).withPartition(partition));
    }

    /** Puts every record into the store "plain". */
    private static final class PutAll extends ContextualProcessor<String, String, Void, Void> {
        @Override
        public void process(Record<String, String> record) {
            KeyValueStore<String, String> store = context().getStateStore("plain");
            store.put(record.key(), record.value());
        }
    }

    /** One that no store knows. */
    private static final class OnesOwnQuery implements Query<KeyValue<String, String>> {
        @Override
        public String toString() {
            return "a question of one's own";
        }
    }
}
