package io.streambed.examples.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.examples.broker.KafkaBroker;
import io.streambed.kafka.LsmDslStoreSuppliers;
import io.streambed.kafka.LsmStores;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.kstream.EmitStrategy;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.kstream.SlidingWindows;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.query.KeyQuery;
import org.apache.kafka.streams.query.MultiVersionedKeyQuery;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.Query;
import org.apache.kafka.streams.query.RangeQuery;
import org.apache.kafka.streams.query.VersionedKeyQuery;
import org.apache.kafka.streams.query.WindowKeyQuery;
import org.apache.kafka.streams.query.WindowRangeQuery;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers;
import org.apache.kafka.streams.state.DslStoreSuppliers;
import org.apache.kafka.streams.state.QueryableStoreType;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlySessionStore;
import org.apache.kafka.streams.state.ReadOnlyWindowStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.VersionedBytesStoreSupplier;
import org.apache.kafka.streams.state.WindowBytesStoreSupplier;
import org.apache.kafka.streams.state.WindowStore;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Interactive queries of both versions on a real broker, for stores of windows, of sessions and of versions. As in {@link
 * QueriesOnBrokerTest} every question gets the same answer from our stores and from RocksDB's, partition by partition; what has expired and
 * what was too late are part of it. Stores with headers are compared with RocksDB's timestamped ones.
 */
@ExtendWith(KafkaBroker.class)
@Timeout(300)
class WindowQueriesOnBrokerTest {
    private static final int PARTITIONS = 2;
    private static final int KEYS = 12;

    /** The time of the last records. Those before lie up to twice the retention period behind, in any order. */
    private static final long END = 400_000;

    private static final Duration SIZE = Duration.ofSeconds(10);
    private static final Duration RETENTION = Duration.ofSeconds(150);
    private static final Instant EARLY = Instant.ofEpochMilli(END - 90_000);
    private static final Instant LATE = Instant.ofEpochMilli(END - 20_000);

    /** Kafka takes times that fit into milliseconds. */
    private static final Instant END_OF_TIME = Instant.ofEpochMilli(Long.MAX_VALUE);

    private static final List<String> WINDOWS = List.of("tumbling", "sliding", "closed-sliding", "plain", "duplicates");
    private static final List<String> SESSIONS = List.of("sessions", "closed-sessions");
    private static final List<String> VERSIONS = List.of("versions");

    @TempDir
    Path state;

    private final String id = "window-queries-" + UUID.randomUUID();
    private final String input = id + "-input";

    /** The stores of one side. */
    private enum Side {
        OURS(LsmDslStoreSuppliers.class) {
            @Override
            WindowBytesStoreSupplier windows(String store, boolean duplicates) {
                return LsmStores.persistentWindowStore(store, RETENTION, SIZE, duplicates);
            }

            @Override
            VersionedBytesStoreSupplier versions(String store) {
                return LsmStores.persistentVersionedKeyValueStore(store, RETENTION);
            }
        },
        ROCKS(BuiltInDslStoreSuppliers.RocksDBDslStoreSuppliers.class) {
            @Override
            WindowBytesStoreSupplier windows(String store, boolean duplicates) {
                return Stores.persistentWindowStore(store, RETENTION, SIZE, duplicates);
            }

            @Override
            VersionedBytesStoreSupplier versions(String store) {
                return Stores.persistentVersionedKeyValueStore(store, RETENTION);
            }
        };

        final Class<? extends DslStoreSuppliers> suppliers;

        Side(Class<? extends DslStoreSuppliers> suppliers) {
            this.suppliers = suppliers;
        }

        abstract WindowBytesStoreSupplier windows(String store, boolean duplicates);

        abstract VersionedBytesStoreSupplier versions(String store);
    }

    private Topology topology(Side side, Properties properties) {
        StreamsBuilder builder = new StreamsBuilder();
        KGroupedStream<String, String> grouped =
                builder.<String, String>stream(input).groupByKey();
        Duration grace = RETENTION.minus(SIZE);
        SlidingWindows sliding = SlidingWindows.ofTimeDifferenceAndGrace(SIZE, grace);
        SessionWindows sessions = SessionWindows.ofInactivityGapAndGrace(SIZE.dividedBy(4), grace);
        grouped.windowedBy(TimeWindows.ofSizeAndGrace(SIZE, grace)).count(Materialized.as("tumbling"));
        grouped.windowedBy(sliding).reduce((a, b) -> b, unlogged("sliding"));
        grouped.windowedBy(sliding).emitStrategy(EmitStrategy.onWindowClose()).count(unlogged("closed-sliding"));
        grouped.windowedBy(sessions).count(Materialized.as("sessions"));
        grouped.windowedBy(sessions).emitStrategy(EmitStrategy.onWindowClose()).count(unlogged("closed-sessions"));
        builder.addStateStore(Stores.windowStoreBuilder(side.windows("plain", false), Serdes.String(), Serdes.String())
                .withLoggingDisabled());
        builder.addStateStore(
                Stores.windowStoreBuilder(side.windows("duplicates", true), Serdes.String(), Serdes.String())
                        .withLoggingDisabled());
        builder.<String, String>stream(input).process(PutAll::new, "plain", "duplicates");
        builder.<String, String>stream(input).toTable(Materialized.as(side.versions("versions")));
        return builder.build(properties);
    }

    /** Without a changelog: one of each kind with one is enough for the broker. */
    private static <V, S extends StateStore> Materialized<String, V, S> unlogged(String store) {
        return Materialized.<String, V, S>as(store).withLoggingDisabled();
    }

    /** Questions of version 2. Every store is asked all of them: most are of another kind of store, and so are the answers. */
    private static Map<String, Query<?>> questions() {
        Map<String, Query<?>> questions = new TreeMap<>();
        for (String key : List.of("k3", "k7", "missing")) {
            // Kafka 4.3.1 gives the two times back the wrong way round, and turns them once more in the layer above a
            // store: what the store is asked for is what stands here.
            questions.put(
                    "windows of " + key, WindowKeyQuery.withKeyAndWindowStartRange(key, Instant.EPOCH, END_OF_TIME));
            questions.put("some windows of " + key, WindowKeyQuery.withKeyAndWindowStartRange(key, EARLY, LATE));
            questions.put("no windows of " + key, WindowKeyQuery.withKeyAndWindowStartRange(key, LATE, EARLY));
            questions.put("sessions of " + key, WindowRangeQuery.withKey(key));
            questions.put("latest version of " + key, VersionedKeyQuery.withKey(key));
            questions.put(
                    "early version of " + key, VersionedKeyQuery.withKey(key).asOf(EARLY));
            questions.put(
                    "version long ago of " + key, VersionedKeyQuery.withKey(key).asOf(Instant.EPOCH));
            questions.put("versions of " + key, MultiVersionedKeyQuery.withKey(key));
            questions.put(
                    "versions up of " + key, MultiVersionedKeyQuery.withKey(key).withAscendingTimestamps());
            questions.put(
                    "versions down of " + key,
                    MultiVersionedKeyQuery.withKey(key).withDescendingTimestamps());
            questions.put(
                    "versions from of " + key,
                    MultiVersionedKeyQuery.withKey(key).fromTime(LATE));
        }
        questions.put("windows", WindowRangeQuery.withWindowStartRange(Instant.EPOCH, END_OF_TIME));
        questions.put("some windows", WindowRangeQuery.withWindowStartRange(EARLY, LATE));
        questions.put("key", KeyQuery.withKey("k3"));
        questions.put("all", RangeQuery.withNoBounds());
        return questions;
    }

    @ParameterizedTest
    @CsvSource({"default,0", "headers,0", "default,1000000"})
    void answersAreThoseOfRocksDb(String format, long cacheBytes, KafkaBroker.Broker broker) throws Exception {
        long seed = System.nanoTime();
        System.out.println("WindowQueriesOnBrokerTest seed " + seed);
        Position end = produce(broker.bootstrapServers(), new Random(seed));
        List<ReadOnlyWindowStore<String, Object>> closing = new ArrayList<>();
        try (StreamsInstance ours = start(Side.OURS, format, cacheBytes, broker.bootstrapServers());
                StreamsInstance rocks = start(Side.ROCKS, "default", cacheBytes, broker.bootstrapServers())) {
            awaitEnd(ours, end);
            awaitEnd(rocks, end);
            int answers = 0;
            for (List<String> stores : List.of(WINDOWS, SESSIONS, VERSIONS)) {
                for (String store : stores) {
                    for (Map.Entry<String, Query<?>> question : questions().entrySet()) {
                        for (PositionBound bound : Answers.bounds(end)) {
                            String asked = store + ", " + question.getKey() + ", " + bound;
                            List<String> expected = Answers.of(rocks, store, question.getValue(), bound);
                            assertEquals(expected, Answers.of(ours, store, question.getValue(), bound), asked);
                            answers += expected.size();
                        }
                    }
                }
            }
            for (int partition = 0; partition < PARTITIONS; partition++) {
                for (String store : WINDOWS) {
                    var type = QueryableStoreTypes.<String, Object>windowStore();
                    assertEquals(
                            ofWindows(open(rocks, store, partition, type)),
                            ofWindows(open(ours, store, partition, type)),
                            store);
                    closing.add(open(rocks, store, partition, type));
                    closing.add(open(ours, store, partition, type));
                }
                for (String store : List.of("tumbling", "sliding", "closed-sliding")) {
                    var type = QueryableStoreTypes.<String, Object>timestampedWindowStore();
                    assertEquals(
                            ofWindows(open(rocks, store, partition, type)),
                            ofWindows(open(ours, store, partition, type)),
                            store + " with timestamps");
                }
                for (String store : SESSIONS) {
                    var type = QueryableStoreTypes.<String, Object>sessionStore();
                    assertEquals(
                            ofSessions(open(rocks, store, partition, type)),
                            ofSessions(open(ours, store, partition, type)),
                            store);
                }
            }
            assertTrue(answers > 1000, "answers: " + answers);
        }
        for (ReadOnlyWindowStore<String, Object> store : closing) {
            assertThrows(InvalidStateStoreException.class, () -> store.fetch("k3", EARLY, LATE));
            assertThrows(InvalidStateStoreException.class, store::all);
        }
    }

    private StreamsInstance start(Side side, String format, long cacheBytes, String bootstrapServers) {
        Properties properties = CountingApp.properties(
                bootstrapServers, id + "-" + side, state.resolve(side.name()), "at_least_once", side.suppliers);
        properties.put(StreamsConfig.DSL_STORE_FORMAT_CONFIG, format);
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, cacheBytes);
        return StreamsInstance.start(topology(side, properties), properties);
    }

    private Position produce(String bootstrapServers, Random random) throws Exception {
        try (Input topics = Input.create(bootstrapServers, PARTITIONS, List.of(input))) {
            for (int i = 0; i < 1500; i++) {
                // Time moves on, and records come late, now and then too late.
                long now = END - 2 * RETENTION.toMillis() + 200L * i;
                long lateness = random.nextInt(random.nextInt(10) == 0 ? 250_000 : 10_000);
                String value = random.nextInt(10) == 0 ? null : "v" + random.nextInt(1000);
                topics.send(input, Math.max(0, now - lateness), "k" + random.nextInt(KEYS), value);
            }
            // So that the last record of each partition is one that every store takes in.
            for (int i = 0; i < KEYS; i++) {
                topics.send(input, END + i, "k" + i, "last");
            }
            return topics.written();
        }
    }

    private static void awaitEnd(StreamsInstance instance, Position end) {
        for (String store : WINDOWS) {
            Answers.await(instance, store, WindowRangeQuery.withWindowStartRange(Instant.EPOCH, END_OF_TIME), end);
        }
        for (String store : SESSIONS) {
            Answers.await(instance, store, WindowRangeQuery.withKey("k3"), end);
        }
        for (String store : VERSIONS) {
            Answers.await(instance, store, VersionedKeyQuery.withKey("k3"), end);
        }
    }

    private static <S> S open(StreamsInstance instance, String store, int partition, QueryableStoreType<S> type) {
        return instance.streams()
                .store(StoreQueryParameters.fromNameAndType(store, type).withPartition(partition));
    }

    /** Version 1: every way to read windows, in both directions. */
    private static List<String> ofWindows(ReadOnlyWindowStore<String, ?> store) {
        List<String> said = new ArrayList<>();
        for (String key : List.of("k3", "k7", "missing")) {
            for (long start = 0; start <= END; start += SIZE.toMillis()) {
                said.add(Answers.text(store.fetch(key, start)));
            }
            said.add(Answers.text(store.fetch(key, Instant.EPOCH, END_OF_TIME)));
            said.add(Answers.text(store.fetch(key, EARLY, LATE)));
            said.add(Answers.text(store.backwardFetch(key, EARLY, LATE)));
        }
        said.add(Answers.text(store.fetch("k11", "k5", EARLY, LATE)));
        said.add(Answers.text(store.backwardFetch("k11", "k5", EARLY, LATE)));
        said.add(Answers.text(store.fetch("k5", "k11", EARLY, LATE)));
        said.add(Answers.text(store.fetch(null, "k5", EARLY, LATE)));
        said.add(Answers.text(store.backwardFetch("k5", null, EARLY, LATE)));
        said.add(Answers.text(store.fetchAll(EARLY, LATE)));
        said.add(Answers.text(store.backwardFetchAll(EARLY, LATE)));
        said.add(Answers.text(store.all()));
        said.add(Answers.text(store.backwardAll()));
        return said;
    }

    /** Version 1: every way to read sessions that Streams passes on, in both directions. */
    private static List<String> ofSessions(ReadOnlySessionStore<String, ?> store) {
        List<String> said = new ArrayList<>();
        for (String key : List.of("k3", "k7", "missing")) {
            said.add(Answers.text(store.fetch(key)));
            said.add(Answers.text(store.backwardFetch(key)));
        }
        said.add(Answers.text(store.fetch("k11", "k5")));
        said.add(Answers.text(store.backwardFetch(null, "k5")));
        said.add(Answers.text(store.fetch("k5", "k11")));
        return said;
    }

    /** Puts every record into both stores of windows, into the one that its time falls into. */
    private static final class PutAll extends ContextualProcessor<String, String, Void, Void> {
        @Override
        public void process(Record<String, String> record) {
            long start = record.timestamp() - record.timestamp() % SIZE.toMillis();
            for (String name : List.of("plain", "duplicates")) {
                WindowStore<String, String> store = context().getStateStore(name);
                store.put(record.key(), record.value(), start);
            }
        }
    }
}
