package io.streambed.kafka.internal.client;

import io.streambed.kafka.internal.engine.ThreadTransactions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.jspecify.annotations.Nullable;

/**
 * A transactional producer that commits the stores of its thread with each of its transactions.
 *
 * <pre>
 *  put ──> store, changelog        in the transaction
 *  commitTransaction ──> brokers   from here on it counts, wherever the task goes
 *                    ──> stores    data, position and the changelog's acknowledged offsets, before the thread goes on
 * </pre>
 *
 * In this order: a crash in between leaves a store one transaction behind its changelog, and Streams restores that one. The other way
 * round a store could keep what was never committed. A transaction whose end is unknown (a commit that timed out) is not committed here.
 *
 * <p>Used by one stream thread, the one that has called {@link #initTransactions}; closed by any.
 */
public final class CommittingProducer implements Producer<byte[], byte[]> {
    private final Producer<byte[], byte[]> producer;
    private final AcknowledgedOffsets offsets = new AcknowledgedOffsets();
    private volatile ThreadTransactions.@Nullable Share transaction;

    /** A producer around {@code producer}, which is closed with it. */
    public CommittingProducer(Producer<byte[], byte[]> producer) {
        this.producer = producer;
    }

    @Override
    public void initTransactions() {
        producer.initTransactions();
        if (transaction == null) {
            // Streams makes a producer in one thread and uses it in another one, and this call is the first of the
            // latter.
            transaction = ThreadTransactions.process().join();
        }
    }

    @Override
    public void beginTransaction() {
        producer.beginTransaction();
        offsets.clear();
        ThreadTransactions.Share begun = transaction;
        if (begun != null) {
            begun.begun();
        }
    }

    @Override
    public void sendOffsetsToTransaction(Map<TopicPartition, OffsetAndMetadata> next, ConsumerGroupMetadata group) {
        producer.sendOffsetsToTransaction(next, group);
        offsets.consumed(next);
    }

    @Override
    public void commitTransaction() {
        producer.commitTransaction();
        ThreadTransactions.Share committed = transaction;
        if (committed != null) {
            committed.committed(offsets.last());
        }
        offsets.clear();
    }

    @Override
    public void abortTransaction() {
        // First: whatever comes of telling the brokers, this transaction is never committed.
        aborted();
        producer.abortTransaction();
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> sent) {
        return send(sent, null);
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> sent, @Nullable Callback callback) {
        return producer.send(sent, AcknowledgedOffsets.isChangelog(sent.topic()) ? offsets.before(callback) : callback);
    }

    @Override
    public void close() {
        try (Producer<byte[], byte[]> closing = producer) {
            leave();
        }
    }

    @Override
    public void close(Duration timeout) {
        try {
            producer.close(timeout);
        } finally {
            leave();
        }
    }

    @Override
    public void flush() {
        producer.flush();
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic) {
        return producer.partitionsFor(topic);
    }

    @Override
    public Map<MetricName, ? extends Metric> metrics() {
        return producer.metrics();
    }

    @Override
    public Uuid clientInstanceId(Duration timeout) {
        return producer.clientInstanceId(timeout);
    }

    @Override
    public void registerMetricForSubscription(KafkaMetric metric) {
        producer.registerMetricForSubscription(metric);
    }

    @Override
    public void unregisterMetricFromSubscription(KafkaMetric metric) {
        producer.unregisterMetricFromSubscription(metric);
    }

    private void aborted() {
        ThreadTransactions.Share aborted = transaction;
        if (aborted != null) {
            aborted.aborted();
        }
        offsets.clear();
    }

    private void leave() {
        // A transaction that is open when its producer is closed is aborted by the brokers, if not at once.
        aborted();
        ThreadTransactions.Share left = transaction;
        if (left != null) {
            left.close();
        }
    }
}
