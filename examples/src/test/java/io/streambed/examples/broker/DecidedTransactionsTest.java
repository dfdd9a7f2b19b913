package io.streambed.examples.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Transactions whose outcome the coordinator has decided: a broker that carries on completes them, however the one before it ended. */
class DecidedTransactionsTest {
    private static final String TOPIC = "data";

    /** The more a broker has to take over, the longer it takes from one state to the next, and the surer something falls in between. */
    private static final int PARTITIONS = 200;

    private static final int TRANSACTIONS = 16;

    @TempDir
    private Path directory;

    /** All decisions are in the coordinator's log, and not one marker was written. */
    @Test
    @Timeout(180)
    void areCompletedAfterAKill() throws Exception {
        Path data = directory.resolve("broker");
        Process victim = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName(),
                        data.toString())
                .inheritIO()
                .start();
        try {
            assertEquals(Victim.STATUS, victim.waitFor());
        } finally {
            victim.destroyForcibly();
        }
        try (EmbeddedBroker broker = EmbeddedBroker.start(data)) {
            assertEquals(IntStream.range(0, TRANSACTIONS).boxed().toList(), partitionsWithACommittedRecord(broker));
        }
    }

    /** It closes in the midst of commits. Those that were not decided are aborted by the next producer of the same id. */
    @Test
    @Timeout(180)
    void areCompletedAfterAClose() throws Exception {
        Path data = directory.resolve("broker");
        ExecutorService committing = Executors.newCachedThreadPool();
        try (EmbeddedBroker broker = EmbeddedBroker.start(data)) {
            createTopic(broker);
            CountDownLatch commits = new CountDownLatch(20 * TRANSACTIONS);
            for (int i = 0; i < TRANSACTIONS; i++) {
                int id = i;
                committing.execute(() -> commitForEver(broker, id, commits));
            }
            assertTrue(commits.await(100, TimeUnit.SECONDS));
        } finally {
            committing.shutdownNow();
        }
        assertTrue(committing.awaitTermination(30, TimeUnit.SECONDS));
        try (EmbeddedBroker broker = EmbeddedBroker.start(data)) {
            for (int i = 0; i < TRANSACTIONS; i++) {
                try (KafkaProducer<byte[], byte[]> next = producer(broker, Map.of("transactional.id", "t-" + i))) {
                    next.initTransactions();
                }
            }
            assertEquals(Map.of(), partitionsWithAnOpenTransaction(broker));
        }
    }

    private static void commitForEver(EmbeddedBroker broker, int id, CountDownLatch commits) {
        KafkaProducer<byte[], byte[]> producer = producer(broker, Map.of("transactional.id", "t-" + id));
        try {
            producer.initTransactions();
            while (true) {
                producer.beginTransaction();
                Future<?> unused = producer.send(new ProducerRecord<>(TOPIC, id, null, new byte[1]));
                producer.commitTransaction();
                commits.countDown();
            }
        } catch (KafkaException e) {
            // Its broker is gone. To close it waits for its thread, which one that is interrupted cannot.
            Thread.interrupted();
            producer.close(Duration.ZERO);
        }
    }

    /** Where the first open transaction of a partition begins, if there still is one after a while. */
    private static Map<TopicPartition, Long> partitionsWithAnOpenTransaction(EmbeddedBroker broker)
            throws InterruptedException {
        List<TopicPartition> partitions = partitions(TOPIC, TRANSACTIONS);
        try (KafkaConsumer<byte[], byte[]> all = consumer(broker, "read_uncommitted");
                KafkaConsumer<byte[], byte[]> committed = consumer(broker, "read_committed")) {
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (true) {
                Map<TopicPartition, Long> open = new HashMap<>(committed.endOffsets(partitions));
                open.entrySet().removeAll(all.endOffsets(partitions).entrySet());
                if (open.isEmpty() || System.nanoTime() > deadline) {
                    return open;
                }
                Thread.sleep(100);
            }
        }
    }

    private static List<Integer> partitionsWithACommittedRecord(EmbeddedBroker broker) {
        TreeSet<Integer> found = new TreeSet<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(broker, "read_committed")) {
            List<TopicPartition> partitions = partitions(TOPIC, TRANSACTIONS);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (found.size() < TRANSACTIONS && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(100)).forEach(entry -> found.add(entry.partition()));
            }
        }
        return List.copyOf(found);
    }

    private static KafkaConsumer<byte[], byte[]> consumer(EmbeddedBroker broker, String isolation) {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "isolation.level", isolation),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private static void createTopic(EmbeddedBroker broker) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1)))
                    .all()
                    .get(60, TimeUnit.SECONDS);
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(EmbeddedBroker broker, Map<String, String> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", broker.bootstrapServers());
        return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static List<TopicPartition> partitions(String topic, int count) {
        return IntStream.range(0, count)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
    }

    /** The process that ends with its broker. Argument: the broker's directory. */
    static final class Victim {
        /** Not one that a Java gives itself that fails. */
        static final int STATUS = 9;

        private Victim() {}

        public static void main(String[] arguments) throws Exception {
            EmbeddedBroker broker = EmbeddedBroker.start(Path.of(arguments[0]));
            createTopic(broker);
            for (int i = 0; i < TRANSACTIONS; i++) {
                KafkaProducer<byte[], byte[]> producer = producer(broker, Map.of("transactional.id", "t-" + i));
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(TOPIC, i, null, new byte[1])).get(60, TimeUnit.SECONDS);
            }
            decide(broker);
            Runtime.getRuntime().halt(STATUS);
        }

        /** Writes what the coordinator would write next if all of them were asked to commit. It does not know of it, and sends no markers. */
        private static void decide(EmbeddedBroker broker) throws Exception {
            // Kafka lets a client of this name alone write to internal topics.
            try (KafkaProducer<byte[], byte[]> producer = producer(broker, Map.of("client.id", "__admin_client"))) {
                for (ProducerRecord<byte[], byte[]> last : lastOfEach(broker)) {
                    ByteBuffer bytes = ByteBuffer.wrap(last.value());
                    short version = bytes.getShort();
                    TransactionLogValue value = new TransactionLogValue(new ByteBufferAccessor(bytes), version);
                    assertEquals(TransactionState.ONGOING.id(), value.transactionStatus());
                    value.setTransactionStatus(TransactionState.PREPARE_COMMIT.id());
                    value.setProducerEpoch((short) (value.producerEpoch() + 1));
                    producer.send(new ProducerRecord<>(
                                    last.topic(),
                                    last.partition(),
                                    last.key(),
                                    MessageUtil.toVersionPrefixedBytes(version, value)))
                            .get(60, TimeUnit.SECONDS);
                }
            }
        }

        private static Collection<ProducerRecord<byte[], byte[]>> lastOfEach(EmbeddedBroker broker) {
            Map<ByteBuffer, ProducerRecord<byte[], byte[]>> last = new HashMap<>();
            try (KafkaConsumer<byte[], byte[]> consumer = consumer(broker, "read_uncommitted")) {
                String topic = Topic.TRANSACTION_STATE_TOPIC_NAME;
                List<TopicPartition> partitions =
                        partitions(topic, consumer.partitionsFor(topic).size());
                consumer.assign(partitions);
                consumer.seekToBeginning(partitions);
                Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
                while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                    consumer.poll(Duration.ofMillis(100))
                            .forEach(entry -> last.put(
                                    ByteBuffer.wrap(entry.key()),
                                    new ProducerRecord<>(topic, entry.partition(), entry.key(), entry.value())));
                }
            }
            assertEquals(TRANSACTIONS, last.size());
            return last.values();
        }
    }
}
