package io.streambed.kafka.internal.client;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * What {@link CommittingProducer} adds to a record of a changelog: processor time of the thread for each record that is sent to Kafka's own
 * mock producer, which acknowledges at once, as it is and with ours around it. Prints the median of some rounds.
 *
 * <pre>
 *  java -cp … io.streambed.kafka.internal.client.CommittingProducerCost
 * </pre>
 */
public final class CommittingProducerCost {
    private static final int ROUNDS = 21;
    private static final int TRANSACTIONS = 200;
    private static final int RECORDS = 1_000;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private CommittingProducerCost() {}

    /** Runs it. */
    public static void main(String[] args) {
        List<Double> plain = new ArrayList<>();
        List<Double> committing = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            plain.add(nanosOfRecord(false));
            committing.add(nanosOfRecord(true));
        }
        Collections.sort(plain);
        Collections.sort(committing);
        System.out.printf(
                "a record of a changelog: %.0f ns as it is, %.0f ns with a committing producer%n",
                plain.get(ROUNDS / 2), committing.get(ROUNDS / 2));
    }

    private static double nanosOfRecord(boolean isCommitting) {
        MockProducer<byte[], byte[]> mock =
                new MockProducer<>(Cluster.empty(), true, null, new ByteArraySerializer(), new ByteArraySerializer());
        try (Producer<byte[], byte[]> producer = isCommitting ? new CommittingProducer(mock) : mock) {
            producer.initTransactions();
            byte[] key = new byte[20];
            byte[] value = new byte[100];
            long begin = THREADS.getCurrentThreadCpuTime();
            for (int transaction = 0; transaction < TRANSACTIONS; transaction++) {
                producer.beginTransaction();
                for (int i = 0; i < RECORDS; i++) {
                    if (!producer.send(new ProducerRecord<>("app-store-changelog", 0, key, value), null)
                            .isDone()) {
                        throw new IllegalStateException("a mock producer that does not acknowledge at once");
                    }
                }
                producer.commitTransaction();
                mock.clear();
            }
            return (double) (THREADS.getCurrentThreadCpuTime() - begin) / TRANSACTIONS / RECORDS;
        }
    }
}
