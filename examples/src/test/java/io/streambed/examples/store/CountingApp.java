package io.streambed.examples.store;

import io.streambed.kafka.LsmDslStoreSuppliers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.apache.kafka.streams.state.DslStoreSuppliers;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/** An application that counts the records of a topic by key, and what it restored. Runs in this process, or as one to be killed. */
final class CountingApp implements AutoCloseable {
    static final String STORE = "counts";
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final KafkaStreams streams;
    private final AtomicLong restored = new AtomicLong();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private CountingApp(Properties properties, String input) {
        StreamsBuilder builder = new StreamsBuilder();
        builder.<String, String>stream(input).groupByKey().count(Materialized.as(STORE));
        streams = new KafkaStreams(builder.build(properties), properties);
        streams.setGlobalStateRestoreListener(new StateRestoreListener() {
            @Override
            public void onRestoreStart(TopicPartition partition, String store, long from, long to) {}

            @Override
            public void onBatchRestored(TopicPartition partition, String store, long to, long count) {
                restored.addAndGet(count);
            }

            @Override
            public void onRestoreEnd(TopicPartition partition, String store, long total) {}
        });
        streams.setUncaughtExceptionHandler(e -> {
            failure.set(e);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    }

    /** Starts an application, and waits until it runs and has restored what it has to. */
    static CountingApp start(Properties properties, String input) {
        CountingApp app = new CountingApp(properties, input);
        app.streams.start();
        app.await(() -> app.streams.state() == KafkaStreams.State.RUNNING, "to run");
        return app;
    }

    static Properties properties(
            String bootstrapServers,
            String id,
            Path state,
            String guarantee,
            Class<? extends DslStoreSuppliers> suppliers) {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, id);
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        properties.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee);
        properties.put(StreamsConfig.DSL_STORE_SUPPLIERS_CLASS_CONFIG, suppliers);
        properties.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        properties.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, "100");
        // Every record of the input is one of the changelog, so that what is restored can be counted.
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, "0");
        properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, "1");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        // A killed member is missed soon.
        properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, "6000");
        properties.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, "500");
        return properties;
    }

    KafkaStreams streams() {
        return streams;
    }

    /** Records restored from the changelog so far. */
    long restored() {
        return restored.get();
    }

    /** Waits until something was restored. */
    void awaitRestored() {
        await(() -> restored.get() > 0, "to restore");
    }

    /** Waits until the counts are these, and no other. */
    void awaitCounts(Map<String, Long> expected) {
        await(() -> counts().equals(expected), "to count " + expected);
    }

    Map<String, Long> counts() {
        Map<String, Long> counts = new TreeMap<>();
        try {
            ReadOnlyKeyValueStore<String, Long> store =
                    streams.store(StoreQueryParameters.fromNameAndType(STORE, QueryableStoreTypes.keyValueStore()));
            try (KeyValueIterator<String, Long> all = store.all()) {
                while (all.hasNext()) {
                    KeyValue<String, Long> count = all.next();
                    counts.put(count.key, count.value);
                }
            }
        } catch (InvalidStateStoreException e) {
            // Not running yet, or moving.
            counts.clear();
        }
        return counts;
    }

    private void await(BooleanSupplier reached, String what) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!reached.getAsBoolean()) {
            if (failure.get() != null) {
                throw new AssertionError("the application failed", failure.get());
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited in vain for the application " + what + "; its state is "
                        + streams.state() + ", its counts are " + counts());
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
    }

    @Override
    public void close() {
        // Leaving the group saves the next one the wait until this member is missed.
        streams.close(CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP)
                .withTimeout(PATIENCE));
    }

    /** The one to be killed: BOOTSTRAP ID STATE GUARANTEE INPUT. Says how many records it has counted, whenever that changes. */
    public static void main(String[] arguments) throws InterruptedException {
        CountingApp app = start(
                properties(arguments[0], arguments[1], Path.of(arguments[2]), arguments[3], LsmDslStoreSuppliers.class),
                arguments[4]);
        long said = -1;
        while (true) {
            long counted =
                    app.counts().values().stream().mapToLong(Long::longValue).sum();
            if (counted != said) {
                said = counted;
                System.out.println("counted " + counted);
            }
            Thread.sleep(10);
        }
    }
}
