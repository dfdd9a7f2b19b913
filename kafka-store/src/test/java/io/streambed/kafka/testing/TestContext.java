package io.streambed.kafka.testing;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.MockTime;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.internals.ProcessorRecordContext;
import org.apache.kafka.streams.processor.internals.metrics.StreamsMetricsImpl;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.test.InternalMockProcessorContext;

/** A task's context for stores under test: Kafka's own mock, in a directory and with a configuration of the test's. */
public final class TestContext {
    private final InternalMockProcessorContext<?, ?> context;
    private final Metrics metrics = new Metrics();

    /** A context of the task 0_0 with its state in {@code directory}. */
    public TestContext(Path directory, Map<String, Object> configs) {
        this(directory, configs, new TaskId(0, 0));
    }

    /** A context of a task with its state in {@code directory}. */
    public TestContext(Path directory, Map<String, Object> configs, TaskId task) {
        Properties all = new Properties();
        all.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        all.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:1");
        all.putAll(configs);
        this.context = new InternalMockProcessorContext<>(
                directory.toFile(),
                null,
                null,
                new StreamsMetricsImpl(metrics, "test", new MockTime()),
                new StreamsConfig(all),
                null,
                null,
                Time.SYSTEM,
                task);
    }

    /** A context with nothing configured. */
    public TestContext(Path directory) {
        this(directory, Map.of());
    }

    /** Kafka's own. */
    public InternalMockProcessorContext<?, ?> kafkas() {
        return context;
    }

    /** The metrics that stores add to. */
    public Metrics metrics() {
        return metrics;
    }

    /** Opens a store as a task would. */
    public <S extends StateStore> S open(S store) {
        store.init(context, store);
        return store;
    }

    /** Makes and opens a store. */
    public KeyValueStore<Bytes, byte[]> open(KeyValueBytesStoreSupplier supplier) {
        return open(supplier.get());
    }

    /** Says which record the task is at, for positions. */
    public void at(String topic, int partition, long offset) {
        context.setRecordContext(new ProcessorRecordContext(0, offset, partition, topic, new RecordHeaders()));
    }

    /** Hands a store a batch of its changelog. */
    public void restore(StateStore store, List<ConsumerRecord<byte[], byte[]>> records) {
        context.restoreWithHeaders(store.name(), records);
    }

    /** A record of a changelog. */
    public static ConsumerRecord<byte[], byte[]> changelogRecord(String key, String value) {
        return new ConsumerRecord<>("changelog", 0, 0L, bytes(key), value == null ? null : bytes(value));
    }

    /** UTF-8. */
    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** UTF-8. */
    public static Bytes key(String text) {
        return Bytes.wrap(bytes(text));
    }

    /** Text of UTF-8, {@code null} of {@code null}. */
    public static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }
}
