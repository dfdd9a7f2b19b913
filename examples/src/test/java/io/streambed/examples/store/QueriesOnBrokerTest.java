package io.streambed.examples.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.examples.broker.KafkaBroker;
import io.streambed.kafka.LsmDslStoreSuppliers;
import io.streambed.kafka.LsmStores;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
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
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.query.RangeQuery;
import org.apache.kafka.streams.query.StateQueryRequest;
import org.apache.kafka.streams.query.StateQueryResult;
import org.apache.kafka.streams.query.TimestampedKeyQuery;
import org.apache.kafka.streams.query.TimestampedRangeQuery;
import org.apache.kafka.streams.query.VersionedKeyQuery;
import org.apache.kafka.streams.query.WindowKeyQuery;
import org.apache.kafka.streams.query.WindowRangeQuery;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers;
import org.apache.kafka.streams.state.DslStoreSuppliers;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
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
                    for (PositionBound bound : bounds(end)) {
                        if (store.equals("plain") && isTimestamped(question.getValue())) {
                            continue;
                        }
                        String asked = store + ", " + question.getKey() + ", " + bound;
                        List<String> expected = ask(rocks, store, question.getValue(), bound);
                        assertEquals(expected, ask(ours, store, question.getValue(), bound), asked);
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
                    ask(rocks, "global", RangeQuery.withNoBounds(), PositionBound.unbounded()),
                    ask(ours, "global", RangeQuery.withNoBounds(), PositionBound.unbounded()));
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

    /** By a query itself, bounded by what was written. */
    private static void awaitEnd(StreamsInstance instance, Position end) {
        for (String store : KEY_VALUE_STORES) {
            StateQueryRequest<KeyValueIterator<String, Object>> request = StateQueryRequest.inStore(store)
                    .withQuery(RangeQuery.<String, Object>withNoBounds())
                    .withPositionBound(PositionBound.at(end));
            instance.await(
                    () -> {
                        Map<Integer, QueryResult<KeyValueIterator<String, Object>>> results =
                                instance.streams().query(request).getPartitionResults();
                        results.values().stream()
                                .filter(QueryResult::isSuccess)
                                .forEach(result -> result.getResult().close());
                        return results.size() == PARTITIONS
                                && results.values().stream().allMatch(QueryResult::isSuccess);
                    },
                    "to take in everything in " + store,
                    () -> instance.contents(store));
        }
    }

    /** None, one that is reached, one that is not, and one of a topic that the store never saw. */
    private List<PositionBound> bounds(Position end) {
        Position ahead = end.copy();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            ahead.withComponent(input, partition, 1_000_000);
        }
        return List.of(
                PositionBound.unbounded(),
                PositionBound.at(end),
                PositionBound.at(ahead),
                PositionBound.at(Position.fromMap(Map.of("elsewhere", Map.of(0, 1L)))));
    }

    private static boolean isTimestamped(Query<?> query) {
        return query instanceof TimestampedKeyQuery || query instanceof TimestampedRangeQuery;
    }

    private static <R> List<String> ask(StreamsInstance instance, String store, Query<R> query, PositionBound bound) {
        StateQueryResult<R> result;
        try {
            result = instance.streams()
                    .query(StateQueryRequest.inStore(store)
                            .withQuery(query)
                            .withPositionBound(bound)
                            .enableExecutionInfo());
        } catch (RuntimeException e) {
            return List.of(withoutStore(e.toString()));
        }
        List<String> said = new ArrayList<>();
        new TreeMap<>(result.getPartitionResults())
                .forEach((partition, each) -> said.add(partition + ": " + text(each)));
        said.add("global: " + (result.getGlobalResult() == null ? "none" : text(result.getGlobalResult())));
        return said;
    }

    /** All of a result, but for the name of the store's class, and how long it took. */
    private static String text(QueryResult<?> result) {
        StringBuilder text = new StringBuilder();
        if (result.isSuccess()) {
            text.append(contents(result.getResult()));
        } else {
            text.append(result.getFailureReason()).append(' ').append(withoutStore(result.getFailureMessage()));
        }
        text.append(" at ").append(result.getPosition());
        result.getExecutionInfo()
                .forEach(info -> text.append('\n')
                        .append(withoutStore(info)
                                .replace("WithHeaders", "")
                                .replaceAll("@[0-9a-f]+", "@")
                                .replaceAll("in \\d+ns", "in ns")));
        return text.toString();
    }

    private static String contents(Object result) {
        if (!(result instanceof Iterator<?> iterator)) {
            return String.valueOf(result);
        }
        List<String> entries = new ArrayList<>();
        iterator.forEachRemaining(entry -> entries.add(String.valueOf(entry)));
        if (result instanceof KeyValueIterator<?, ?> closing) {
            closing.close();
        }
        return entries.toString();
    }

    private static String withoutStore(String message) {
        return message.replaceAll(
                "(io\\.streambed\\.kafka\\.internal\\.store\\.Lsm|org\\.apache\\.kafka\\.streams\\.state\\.internals\\.RocksDB)[\\w$]+",
                "STORE");
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
            said.add(contents(reading.all()));
            said.add(contents(reading.reverseAll()));
            said.add(contents(reading.range("k12", "k5")));
            said.add(contents(reading.reverseRange("k12", "k5")));
            said.add(contents(reading.range("k5", "k12")));
            said.add(contents(reading.range(null, "k5")));
            said.add(contents(reading.reverseRange("k5", null)));
            said.add(contents(reading.prefixScan("k1", new StringSerializer())));
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
