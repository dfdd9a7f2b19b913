package io.streambed.examples.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.query.Position;

/** Topics of a test, and what is written to them: texts, with timestamps that the test gives. */
final class Input implements AutoCloseable {
    private final KafkaProducer<String, String> producer;
    private final List<Future<RecordMetadata>> sent = new ArrayList<>();
    private final Position end = Position.emptyPosition();

    private Input(KafkaProducer<String, String> producer) {
        this.producer = producer;
    }

    /** Creates topics. */
    static Input create(String bootstrapServers, int partitions, List<String> topics) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(topics.stream()
                            .map(topic -> new NewTopic(topic, partitions, (short) 1)
                                    // Records have the tests' times, of 1970. The broker deletes them as overdue, read
                                    // or not, when it first looks for such: 30 seconds after its start.
                                    .configs(Map.of(TopicConfig.RETENTION_MS_CONFIG, "-1")))
                            .toList())
                    .all()
                    .get();
        }
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrapServers);
        // If the first request to a topic just made is to be sent again, and the second has been taken meanwhile, the
        // broker refuses the first for ever, as out of order.
        properties.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1");
        return new Input(new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer()));
    }

    void send(String topic, long timestamp, String key, String value) {
        sent.add(producer.send(new ProducerRecord<>(topic, null, timestamp, key, value)));
    }

    /** Waits until all that was sent is written; returns the position of the last record of each partition. */
    Position written() throws Exception {
        for (Future<RecordMetadata> each : sent) {
            RecordMetadata record = each.get();
            end.withComponent(record.topic(), record.partition(), record.offset());
        }
        sent.clear();
        return end.copy();
    }

    @Override
    public void close() {
        producer.close();
    }
}
