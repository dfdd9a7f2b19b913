package io.streambed.kafka.internal.client;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * How far the changelogs are after one transaction, in Streams' own measure: the offset of the last record, not of the next one.
 *
 * <p>Two sources. What the transaction wrote to changelogs is acknowledged by the brokers, with offsets. What it has consumed is a
 * changelog too where Streams takes the input of a table for one (topology optimization): its offsets are those of the next records to
 * consume, and one less is where the last record is, or a mark of a transaction behind it, which makes no difference to restoring.
 *
 * <p>Acknowledgements come in the producer's own thread; {@link #last} is called after a commit, which has waited for all of them.
 */
final class AcknowledgedOffsets {
    /** What the names of all changelogs end with that Streams makes. */
    private static final String CHANGELOG = "-changelog";

    private final Map<TopicPartition, Long> last = new ConcurrentHashMap<>();

    /** Whether acknowledgements of this topic are wanted. Others cost nothing. */
    static boolean isChangelog(String topic) {
        return topic.endsWith(CHANGELOG);
    }

    /** A callback that takes the offset and then does what {@code next} does. */
    Callback before(@Nullable Callback next) {
        return (metadata, failure) -> {
            if (failure == null && metadata != null) {
                acknowledged(metadata);
            }
            if (next != null) {
                next.onCompletion(metadata, failure);
            }
        };
    }

    void consumed(Map<TopicPartition, OffsetAndMetadata> next) {
        next.forEach((partition, offset) -> last.put(partition, offset.offset() - 1));
    }

    Map<TopicPartition, Long> last() {
        return Map.copyOf(last);
    }

    void clear() {
        last.clear();
    }

    private void acknowledged(RecordMetadata metadata) {
        if (metadata.hasOffset()) {
            last.merge(new TopicPartition(metadata.topic(), metadata.partition()), metadata.offset(), Math::max);
        }
    }
}
