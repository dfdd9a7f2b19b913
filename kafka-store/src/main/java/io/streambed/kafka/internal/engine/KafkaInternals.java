package io.streambed.kafka.internal.engine;

import java.util.Collection;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.Sensor.RecordingLevel;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.kstream.internals.SessionWindow;
import org.apache.kafka.streams.kstream.internals.TimeWindow;
import org.apache.kafka.streams.processor.StateRestoreCallback;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.internals.ChangelogRecordDeserializationHelper;
import org.apache.kafka.streams.processor.internals.RecordBatchingStateRestoreCallback;
import org.apache.kafka.streams.processor.internals.metrics.StreamsMetricsImpl;
import org.apache.kafka.streams.processor.internals.metrics.TaskMetrics;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.internals.WrappedStateStore;

/**
 * Everything that we use of Kafka beyond its public API, written against Kafka Streams 4.3.1, and the only file that names it.
 *
 * <p>Why at all: the public restore callback hands out keys and values only, and a position travels in the headers of changelog
 * records, a version in their timestamps; public {@code StreamsMetrics} knows no gauges and not the sensor that
 * counts dropped records; and the window of a {@code Windowed} key has no public class.
 */
public final class KafkaInternals {
    /** What the suppliers say as their metrics scope: the tag of the store's name is {@code lsm-state-id}. */
    private static final String METRICS_SCOPE = "lsm";

    private KafkaInternals() {}

    /** A restore callback that gets whole records, batch by batch. */
    static StateRestoreCallback restoreCallback(Consumer<Collection<ConsumerRecord<byte[], byte[]>>> restore) {
        return (RecordBatchingStateRestoreCallback) restore::accept;
    }

    /** Whether Streams has put a record cache around a store that it knows as {@code root}, be there memory for it or not. */
    static boolean isBehindCache(StateStore root) {
        StateStore layer = root;
        while (layer instanceof WrappedStateStore<?, ?, ?> wrapper) {
            // Most of these classes can be named by nobody outside their package.
            if (wrapper.getClass().getSimpleName().contains("Caching")) {
                return true;
            }
            layer = wrapper.wrapped();
        }
        return false;
    }

    /** Whether changelog records carry positions, as the application is configured. */
    static boolean keepsPositionsInChangelog(Map<String, Object> configs) {
        return StreamsConfig.InternalConfig.getBoolean(
                configs, StreamsConfig.InternalConfig.IQ_CONSISTENCY_OFFSET_VECTOR_ENABLED, false);
    }

    /**
     * Merges the position that a changelog record carries into {@code position}.
     *
     * @throws org.apache.kafka.streams.errors.StreamsException if it carries a version of Streams' own, but no position
     */
    static void mergePosition(ConsumerRecord<byte[], byte[]> changelogRecord, Position position) {
        ChangelogRecordDeserializationHelper.applyChecksAndUpdatePosition(changelogRecord, true, position);
    }

    /** A key with the window that begins at {@code start}; one that would end after all time ends with it. */
    public static Windowed<Bytes> window(byte[] key, long start, long size) {
        long end = start + size;
        return new Windowed<>(Bytes.wrap(key), new TimeWindow(start, end < 0 ? Long.MAX_VALUE : end));
    }

    /** A key with the session from {@code start} to {@code end}. */
    public static Windowed<Bytes> session(byte[] key, long start, long end) {
        return new Windowed<>(Bytes.wrap(key), new SessionWindow(start, end));
    }

    /** What counts a record of the task as dropped: the sensor of its {@code dropped-records-total}. */
    static Runnable droppedRecords(StateStoreContext context) {
        if (!(context.metrics() instanceof StreamsMetricsImpl registry)) {
            return () -> {};
        }
        return TaskMetrics.droppedRecordsSensor(
                Thread.currentThread().getName(), context.taskId().toString(), registry)::record;
    }

    /**
     * Adds a gauge to the application's metrics, tagged as Streams tags those of its own stores.
     *
     * @return what takes it away again; to be run in any thread
     */
    static Runnable addGauge(
            StateStoreContext context, String storeName, String name, String description, Supplier<?> value) {
        if (!(context.metrics() instanceof StreamsMetricsImpl registry)) {
            return () -> {};
        }
        MetricName added = registry.addStoreLevelMutableMetric(
                context.taskId().toString(),
                METRICS_SCOPE,
                storeName,
                name,
                description,
                RecordingLevel.INFO,
                (config, now) -> value.get());
        // Not by Streams' removal of all metrics of a store: it looks for those of the calling thread only.
        return () -> registry.removeStoreLevelMetric(added);
    }
}
