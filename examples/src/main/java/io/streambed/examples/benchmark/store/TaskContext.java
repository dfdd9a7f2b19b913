package io.streambed.examples.benchmark.store;

import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.CommitCallback;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.StateRestoreCallback;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.To;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.internals.AbstractProcessorContext;
import org.apache.kafka.streams.processor.internals.ProcessorRecordContext;
import org.apache.kafka.streams.processor.internals.RecordBatchingStateRestoreCallback;
import org.apache.kafka.streams.processor.internals.RecordCollector;
import org.apache.kafka.streams.processor.internals.StateManager;
import org.apache.kafka.streams.processor.internals.StateRestoreCallbackAdapter;
import org.apache.kafka.streams.processor.internals.StreamTask;
import org.apache.kafka.streams.processor.internals.Task.TaskType;
import org.apache.kafka.streams.processor.internals.metrics.StreamsMetricsImpl;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.internals.ThreadCache;
import org.apache.kafka.streams.state.internals.ThreadCache.DirtyEntryFlushListener;
import org.jspecify.annotations.Nullable;

/**
 * A task as its stores see it, with a record in process so that stores track their positions. Written against Kafka Streams 4.3.1, and
 * the only file of the benchmark that names Kafka's internal classes: its window stores insist on a context of Streams' own, and whole
 * changelog records reach a store through an internal interface. There is a task and a store; there are no processors, so what they
 * would ask for is refused.
 *
 * <p>One thread moves the record on.
 */
final class TaskContext extends AbstractProcessorContext<Object, Object> {
    private static final TaskId TASK = new TaskId(0, 0);
    private static final String APPLICATION = "benchmark";
    private static final String TOPIC = "input";

    private final File directory;
    private final Metrics metrics;
    private final Headers none = new RecordHeaders();
    private final Map<String, RecordBatchingStateRestoreCallback> restoring = new HashMap<>();
    private final Map<String, CommitCallback> committing = new HashMap<>();

    private TaskContext(Path directory, StreamsConfig config, Metrics metrics, StreamsMetricsImpl streamsMetrics) {
        super(TASK, config, streamsMetrics, new ThreadCache(new LogContext(), 0, streamsMetrics));
        this.directory = directory.toFile();
        this.metrics = metrics;
    }

    /** A task with its state in {@code directory}, in an application that is configured so. */
    static TaskContext of(Path directory, Map<String, Object> configs) {
        Map<String, Object> all = new HashMap<>(configs);
        all.put(StreamsConfig.APPLICATION_ID_CONFIG, APPLICATION);
        all.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:1");
        Metrics metrics = new Metrics();
        return new TaskContext(
                directory, new StreamsConfig(all), metrics, new StreamsMetricsImpl(metrics, APPLICATION, Time.SYSTEM));
    }

    /** The task is at the record of that offset. A new object for each record, as in Streams. */
    void at(long offset) {
        setRecordContext(new ProcessorRecordContext(0, offset, TASK.partition(), TOPIC, none));
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
    public File stateDir() {
        return directory;
    }

    @Override
    public String changelogFor(String storeName) {
        return APPLICATION + "-" + storeName + "-changelog";
    }

    @Override
    public TaskType taskType() {
        return TaskType.ACTIVE;
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
    protected StateManager stateManager() {
        throw refused("state manager");
    }

    @Override
    public void transitionToActive(StreamTask streamTask, RecordCollector collector, ThreadCache newCache) {
        throw refused("transition");
    }

    @Override
    public void transitionToStandby(ThreadCache newCache) {
        throw refused("transition");
    }

    @Override
    public void registerCacheFlushListener(String namespace, DirtyEntryFlushListener listener) {
        throw refused("cache");
    }

    @Override
    public void logChange(
            String storeName, Bytes key, byte[] value, long timestamp, Headers headers, Position position) {
        throw refused("changelog");
    }

    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // Kafka's signature.
    public <S extends StateStore> S getStateStore(String name) {
        throw refused("store " + name);
    }

    @Override
    public Cancellable schedule(Duration interval, PunctuationType type, Punctuator callback) {
        throw refused("punctuation");
    }

    @Override
    public Cancellable schedule(Instant start, Duration interval, PunctuationType type, Punctuator callback) {
        throw refused("punctuation");
    }

    @Override
    public <K, V> void forward(K key, V value) {
        throw refused("processor");
    }

    @Override
    public <K, V> void forward(K key, V value, To to) {
        throw refused("processor");
    }

    @Override
    public <K, V> void forward(Record<K, V> forwarded) {
        throw refused("processor");
    }

    @Override
    public <K, V> void forward(Record<K, V> forwarded, String childName) {
        throw refused("processor");
    }

    @Override
    public <K, V> void forward(FixedKeyRecord<K, V> forwarded) {
        throw refused("processor");
    }

    @Override
    public <K, V> void forward(FixedKeyRecord<K, V> forwarded, String childName) {
        throw refused("processor");
    }

    @Override
    public void commit() {
        throw refused("commit");
    }

    @Override
    public long currentStreamTimeMs() {
        throw refused("stream time");
    }

    private static IllegalStateException refused(String what) {
        return new IllegalStateException("a store asked its context for a thing of processors: " + what);
    }
}
