package io.streambed.kafka.internal.engine;

import static io.streambed.kafka.testing.TestContext.bytes;
import static io.streambed.kafka.testing.TestContext.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.streambed.kafka.LsmStores;
import io.streambed.kafka.internal.client.CommittingProducer;
import io.streambed.kafka.testing.TestContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Partitioner;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** One stream thread with its producer and stores, in the order in which Streams calls. A new one for each test. */
abstract class StreamThreadFixture {
    static final TopicPartition LOG = new TopicPartition("app-store-changelog", 0);
    static final TopicPartition OTHER_LOG = new TopicPartition("app-other-changelog", 0);
    static final TopicPartition INPUT = new TopicPartition("in", 0);

    static final ConsumerGroupMetadata GROUP = new MockConsumer<>("earliest").groupMetadata();

    @TempDir
    Path directory;

    final List<KeyValueStore<Bytes, byte[]>> opened = new ArrayList<>();
    TestContext context;
    MockProducer<byte[], byte[]> brokers;
    CommittingProducer producer;
    KeyValueStore<Bytes, byte[]> store;

    @BeforeEach
    void startThread() {
        context = new TestContext(directory);
        producer = newProducer();
        store = open("store", LOG);
    }

    @AfterEach
    void nothingIsLeft() {
        opened.forEach(KeyValueStore::close);
        producer.close();
        assertEquals(0, ThreadTransactions.process().threads());
    }

    CommittingProducer newProducer() {
        ByteArraySerializer serializer = new ByteArraySerializer();
        brokers = new MockProducer<>(Cluster.empty(), true, (Partitioner) null, serializer, serializer);
        CommittingProducer made = new CommittingProducer(brokers);
        made.initTransactions();
        return made;
    }

    KeyValueStore<Bytes, byte[]> open(String name, TopicPartition log) {
        KeyValueStore<Bytes, byte[]> made = context.open(LsmStores.persistentKeyValueStore(name));
        opened.add(made);
        made.committedOffset(log);
        return made;
    }

    void put(KeyValueStore<Bytes, byte[]> into, TopicPartition log, String key, String value) {
        into.put(key(key), bytes(value));
        send(producer, log, key, value);
    }

    static void send(CommittingProducer by, TopicPartition to, String key, String value) {
        Future<RecordMetadata> unused = by.send(
                new ProducerRecord<>(to.topic(), to.partition(), bytes(key), bytes(value)),
                (metadata, failure) -> assertNull(failure));
    }

    void commitTransaction() {
        producer.sendOffsetsToTransaction(Map.of(INPUT, new OffsetAndMetadata(1)), GROUP);
        producer.commitTransaction();
    }

    /** Closing does not commit, so what is there afterwards is what a crash would leave. */
    void crash() {
        opened.forEach(KeyValueStore::close);
        opened.clear();
        context = new TestContext(directory);
        store = open("store", LOG);
    }

    static <T> T in(ExecutorService thread, Callable<T> action) throws Exception {
        return thread.submit(action).get();
    }

    Map<String, Long> files() throws IOException {
        Map<String, Long> sizes = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                sizes.put(path.toString(), Files.size(path));
            }
        }
        return sizes;
    }
}
