package io.streambed.examples.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.examples.broker.KafkaBroker;
import io.streambed.kafka.LsmClientSupplier;
import io.streambed.kafka.LsmDslStoreSuppliers;
import io.streambed.kafka.LsmStores;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.query.KeyQuery;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.query.StateQueryRequest;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code lsm.query.isolation=read_committed} in an application that runs, and commits when a record tells it to. */
@ExtendWith(KafkaBroker.class)
@Timeout(300)
class QueryIsolationOnBrokerTest {
    @TempDir
    Path state;

    private final String id = "isolation-" + UUID.randomUUID();
    private final String input = id + "-input";

    /** Records that the processor has taken in, those of aborted transactions among them. */
    private final AtomicInteger taken = new AtomicInteger();

    private final AtomicInteger failures = new AtomicInteger();
    private String bootstrapServers;
    private Input topics;

    @BeforeEach
    void createTopic(KafkaBroker.Broker broker) throws Exception {
        bootstrapServers = broker.bootstrapServers();
        topics = Input.create(bootstrapServers, 1, List.of(input));
    }

    @AfterEach
    void close() {
        topics.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
    void queriesSeeTheLastCommit(String guarantee) throws Exception {
        try (StreamsInstance app = StreamsInstance.start(topology(), properties(guarantee, "read_committed"))) {
            send("a", "1");
            awaitTaken(app, 1);
            assertEquals(Map.of(), app.contents("values"));
            QueryResult<String> nothing = ask(app);
            assertNull(nothing.getResult());
            assertEquals(Position.emptyPosition(), nothing.getPosition());
            send("commit", "");
            app.await(() -> app.contents("values").equals(Map.of("a", "1 try 0")), "to commit", () -> "nothing");
            assertEquals("1 try 0", ask(app).getResult());
            assertEquals(at(0), ask(app).getPosition());
            send("a", "2");
            awaitTaken(app, 3);
            assertEquals(Map.of("a", "1 try 0"), app.contents("values"));
            assertEquals("1 try 0", ask(app).getResult());
            assertEquals(at(0), ask(app).getPosition());
        }
    }

    @Test
    void withoutItQueriesSeeWhatWasWritten() throws Exception {
        try (StreamsInstance app =
                StreamsInstance.start(topology(), properties("exactly_once_v2", "read_uncommitted"))) {
            send("a", "1");
            awaitTaken(app, 1);
            app.await(() -> app.contents("values").equals(Map.of("a", "1 try 0")), "to write", () -> "nothing");
            assertEquals("1 try 0", ask(app).getResult());
            assertEquals(at(0), ask(app).getPosition());
        }
    }

    /** The value says in which try it was written; the first try of "2" ends in an exception, and its transaction in an abort. */
    @Test
    void whatIsAbortedIsNeverSeen() throws Exception {
        Properties properties = properties("exactly_once_v2", "read_committed");
        // A thread that dies does not always get to abort its transaction, and the one that takes over restores up to
        // the end of the changelog: it waits until the brokers abort that transaction.
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 20_000);
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), 20_000);
        try (StreamsInstance app = StreamsInstance.start(topology(), properties, failure -> {
            failures.incrementAndGet();
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        })) {
            send("a", "1");
            send("commit", "");
            app.await(() -> app.contents("values").equals(Map.of("a", "1 try 0")), "to commit", () -> "nothing");
            send("a", "2");
            send("fail", "");
            send("commit", "");
            app.await(
                    () -> {
                        Map<String, String> seen = app.contents("values");
                        assertTrue(
                                List.of(Map.of(), Map.of("a", "1 try 0"), Map.of("a", "2 try 1"))
                                        .contains(seen),
                                seen::toString);
                        return seen.equals(Map.of("a", "2 try 1"));
                    },
                    "to get over its failure",
                    () -> app.contents("values"));
            assertEquals(1, failures.get());
        }
    }

    private Topology topology() {
        StreamsBuilder builder = new StreamsBuilder();
        builder.addStateStore(Stores.keyValueStoreBuilder(
                LsmStores.persistentKeyValueStore("values"), Serdes.String(), Serdes.String()));
        builder.<String, String>stream(input).process(Values::new, "values");
        return builder.build();
    }

    private final class Values extends ContextualProcessor<String, String, Void, Void> {
        @Override
        public void process(Record<String, String> record) {
            KeyValueStore<String, String> store = context().getStateStore("values");
            switch (record.key()) {
                case "commit" -> context().commit();
                case "fail" -> {
                    if (failures.get() == 0) {
                        throw new IllegalStateException("told to fail");
                    }
                }
                default -> {
                    String value = record.value() + " try " + failures.get();
                    store.put(record.key(), value);
                    // The task itself reads what it has written.
                    assertEquals(value, store.get(record.key()));
                }
            }
            taken.incrementAndGet();
        }
    }

    private Properties properties(String guarantee, String isolation) {
        Properties properties =
                CountingApp.properties(bootstrapServers, id, state, guarantee, LsmDslStoreSuppliers.class);
        properties.put(StreamsConfig.DEFAULT_CLIENT_SUPPLIER_CONFIG, LsmClientSupplier.class);
        properties.put("lsm.query.isolation", isolation);
        // Nothing is committed but on demand, for as long as the test runs.
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 300_000);
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), 600_000);
        return properties;
    }

    private void send(String key, String value) throws Exception {
        topics.send(input, 0, key, value);
        topics.written();
    }

    private void awaitTaken(StreamsInstance app, int records) {
        app.await(() -> taken.get() >= records, "to take in " + records + " records", taken::get);
    }

    private static QueryResult<String> ask(StreamsInstance app) {
        return app.streams()
                .query(StateQueryRequest.inStore("values").withQuery(KeyQuery.<String, String>withKey("a")))
                .getPartitionResults()
                .get(0);
    }

    private Position at(long offset) {
        return Position.fromMap(Map.of(input, Map.of(0, offset)));
    }
}
