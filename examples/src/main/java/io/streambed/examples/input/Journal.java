package io.streambed.examples.input;

import io.streambed.examples.app.AppException;
import io.streambed.examples.broker.Cluster;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * How much of which input stands in the input topic. It is a topic of its own, by input: each transaction that writes records also
 * writes the input's new entry, so records and entry are there together or not at all, whenever the writer is killed.
 *
 * <pre>
 * key    what tells an input from any other
 * value  RECORDS open       so many of its records are in; the run that wrote them has not ended yet
 *        RECORDS complete   all are in, and the run has given its result
 * </pre>
 */
public final class Journal {
    private static final Duration DEADLINE = Duration.ofMinutes(1);

    private Journal() {}

    /**
     * One input's last entry.
     *
     * @param records records that stand in the topic
     * @param complete whether that run has ended
     */
    public record Entry(long records, boolean complete) {
        static Entry parse(String value) {
            String[] parts = value.split(" ", -1);
            try {
                if (parts.length == 2 && (parts[1].equals("open") || parts[1].equals("complete"))) {
                    return new Entry(Long.parseLong(parts[0]), parts[1].equals("complete"));
                }
            } catch (NumberFormatException e) {
                // Said below, with the whole of it.
            }
            throw new AppException("the journal of inputs has an entry that no app wrote: " + value);
        }

        @Override
        public String toString() {
            return records + (complete ? " complete" : " open");
        }
    }

    /** The last entry of every input. Only right while nobody writes: after the writer's transactional id has been taken over. */
    static Map<String, Entry> read(Cluster cluster, String topic) {
        Map<String, Entry> entries = new HashMap<>();
        TopicPartition partition = new TopicPartition(topic, 0);
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", cluster.bootstrapServers(),
                "isolation.level", "read_committed",
                "enable.auto.commit", "false");
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            long deadline = System.nanoTime() + DEADLINE.toNanos();
            // The position also moves over the marks of transactions, which are no records.
            while (consumer.position(partition) < end) {
                if (System.nanoTime() > deadline) {
                    throw new AppException("the journal of inputs, topic " + topic + ", cannot be read to its end");
                }
                for (ConsumerRecord<String, String> entry : consumer.poll(Duration.ofMillis(100))) {
                    entries.put(entry.key(), Entry.parse(entry.value()));
                }
            }
        }
        return entries;
    }
}
