package io.streambed.examples.benchmark.store;

import java.io.File;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.StreamsMetrics;
import org.apache.kafka.streams.processor.CommitCallback;
import org.apache.kafka.streams.processor.StateRestoreCallback;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.processor.internals.RecordBatchingStateRestoreCallback;
import org.apache.kafka.streams.processor.internals.StateRestoreCallbackAdapter;
import org.apache.kafka.streams.processor.internals.metrics.StreamsMetricsImpl;
import org.jspecify.annotations.Nullable;

/**
 * A task as its stores see it, with a record in process so that stores track their positions. Written against Kafka Streams 4.3.1, and
 * the only file of the benchmark that names Kafka's internal classes: RocksDB's store wants the metrics as Streams has them, and whole
 * changelog records reach a store through an internal interface.
 *
 * <p>One thread moves the record on; any thread may ask.
 */
final class TaskContext implements StateStoreContext {
    private static final TaskId TASK = new TaskId(0, 0);
    private static final String TOPIC = "input";

    private final File directory;
    private final Map<String, Object> configs = new HashMap<>();
    private final Metrics metrics = new Metrics();
    private final StreamsMetrics streamsMetrics = new StreamsMetricsImpl(metrics, "benchmark", Time.SYSTEM);
    private final Map<String, RecordBatchingStateRestoreCallback> restoring = new HashMap<>();
    private final Map<String, CommitCallback> committing = new HashMap<>();
    private volatile @Nullable RecordMetadata current;

    /** A record of the task's input. */
    private record At(long offset) implements RecordMetadata {
        @Override
        public String topic() {
            return TOPIC;
        }

        @Override
        public int partition() {
            return TASK.partition();
        }
    }

    /** A task with its state in {@code directory}, in an application that is configured so. */
    TaskContext(Path directory, Map<String, Object> configs) {
        this.directory = directory.toFile();
        Map<String, Object> user = new HashMap<>(configs);
        user.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId());
        user.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:1");
        StreamsConfig parsed = new StreamsConfig(user);
        this.configs.putAll(parsed.originals());
        this.configs.putAll(parsed.values());
    }

    /** The task is at the record of that offset. A new object for each record, as in Streams. */
    void at(long offset) {
        current = new At(offset);
    }

    /** Hands a store a batch of its changelog. */
    void restore(StateStore store, Collection<ConsumerRecord<byte[], byte[]>> records) {
        RecordBatchingStateRestoreCallback callback = restoring.get(store.name());
        if (callback == null) {
            throw new IllegalStateException("store " + store.name() + " has not registered");
        }
        callback.restoreBatch(records);
    }

    /** What a store wants to be done after each of its commits, if anything. */
    @Nullable
    CommitCallback commitCallback(StateStore store) {
        return committing.get(store.name());
    }

    /** Gives back what the metrics hold. */
    void close() {
        metrics.close();
    }

    @Override
    public String applicationId() {
        return "benchmark";
    }

    @Override
    public TaskId taskId() {
        return TASK;
    }

    @Override
    public Optional<RecordMetadata> recordMetadata() {
        return Optional.ofNullable(current);
    }

    @Override
    public Serde<?> keySerde() {
        return Serdes.ByteArray();
    }

    @Override
    public Serde<?> valueSerde() {
        return Serdes.ByteArray();
    }

    @Override
    public File stateDir() {
        return directory;
    }

    @Override
    public StreamsMetrics metrics() {
        return streamsMetrics;
    }

    @Override
    public void register(StateStore store, StateRestoreCallback restore) {
        restoring.put(store.name(), StateRestoreCallbackAdapter.adapt(restore));
    }

    @Override
    public void register(StateStore store, StateRestoreCallback restore, CommitCallback commit) {
        register(store, restore);
        committing.put(store.name(), commit);
    }

    @Override
    public Map<String, Object> appConfigs() {
        return configs;
    }

    @Override
    public Map<String, Object> appConfigsWithPrefix(String prefix) {
        Map<String, Object> found = new HashMap<>();
        configs.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                found.put(key.substring(prefix.length()), value);
            }
        });
        return found;
    }
}
