package io.streambed.examples.store;

import io.streambed.kafka.LsmDslStoreSuppliers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.state.DslStoreSuppliers;

/** An application that counts the records of a topic by key, and what it restored. Runs in this process, or as one to be killed. */
final class CountingApp implements AutoCloseable {
    static final String STORE = "counts";
    private final StreamsInstance instance;

    private CountingApp(StreamsInstance instance) {
        this.instance = instance;
    }

    /** Starts an application, and waits until it runs and has restored what it has to. */
    static CountingApp start(Properties properties, String input) {
        return start(properties, input, List.of(STORE));
    }

    /** As {@link #start(Properties, String)}, counting in several stores of the same tasks. */
    static CountingApp start(Properties properties, String input, List<String> stores) {
        StreamsBuilder builder = new StreamsBuilder();
        KGroupedStream<String, String> records =
                builder.<String, String>stream(input).groupByKey();
        stores.forEach(store -> records.count(Materialized.as(store)));
        return new CountingApp(StreamsInstance.start(builder.build(properties), properties));
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
        return instance.streams();
    }

    /** Records restored from the changelog so far. */
    long restored() {
        return instance.restored();
    }

    /** Waits until something was restored. */
    void awaitRestored() {
        instance.await(() -> restored() > 0, "to restore", this::counts);
    }

    /** Waits until the counts are these, and no other. */
    void awaitCounts(Map<String, Long> expected) {
        instance.await(() -> counts().equals(expected), "to count " + expected, this::counts);
    }

    Map<String, Long> counts() {
        return instance.contents(STORE);
    }

    @Override
    public void close() {
        instance.close();
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
