package io.streambed.kafka.internal.engine;

import static io.streambed.kafka.testing.TestContext.bytes;
import static io.streambed.kafka.testing.TestContext.changelogRecord;
import static io.streambed.kafka.testing.TestContext.key;
import static io.streambed.kafka.testing.TestContext.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

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
import java.util.concurrent.Executors;
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
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A transaction's commit is the commit of the stores that it has written to, and nothing else is. In the order in which Streams calls. */
class TransactionCommitTest {
    private static final TopicPartition LOG = new TopicPartition("app-store-changelog", 0);
    private static final TopicPartition OTHER_LOG = new TopicPartition("app-other-changelog", 0);
    private static final TopicPartition INPUT = new TopicPartition("in", 0);

    private static final ConsumerGroupMetadata GROUP = new MockConsumer<>("earliest").groupMetadata();

    @TempDir
    Path directory;

    private final List<KeyValueStore<Bytes, byte[]>> opened = new ArrayList<>();
    private TestContext context;
    private MockProducer<byte[], byte[]> brokers;
    private CommittingProducer producer;
    private KeyValueStore<Bytes, byte[]> store;

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

    @Test
    void commitsDataPositionAndTheOffsetAcknowledgedLast() {
        producer.beginTransaction();
        context.at("in", 0, 41);
        put(store, LOG, "a", "1");
        context.at("in", 0, 42);
        put(store, LOG, "b", "2");
        commitTransaction();
        crash();
        assertEquals("1", text(store.get(key("a"))));
        assertEquals("2", text(store.get(key("b"))));
        assertEquals(1, store.committedOffset(LOG), "of the last record, as Streams gives it, not of the next one");
        assertEquals(Position.fromMap(Map.of("in", Map.of(0, 42L))), store.getPosition());
    }

    @Test
    void everyTransactionIsOne() {
        for (int n = 0; n < 5; n++) {
            producer.beginTransaction();
            put(store, LOG, "a", "" + n);
            commitTransaction();
        }
        producer.beginTransaction();
        put(store, LOG, "a", "void");
        crash();
        assertEquals("4", text(store.get(key("a"))));
        assertEquals(4, store.committedOffset(LOG));
    }

    @Test
    void allStoresOfTheThreadCommitEachWithItsOwnChangelog() {
        KeyValueStore<Bytes, byte[]> other = open("other", OTHER_LOG);
        producer.beginTransaction();
        put(store, LOG, "a", "1");
        put(store, LOG, "b", "1");
        put(other, OTHER_LOG, "a", "2");
        commitTransaction();
        crash();
        other = open("other", OTHER_LOG);
        assertEquals("1", text(store.get(key("a"))));
        assertEquals(1, store.committedOffset(LOG));
        assertNull(store.committedOffset(OTHER_LOG));
        assertEquals("2", text(other.get(key("a"))));
        assertEquals(0, other.committedOffset(OTHER_LOG));
    }

    @Test
    void storesOfOtherThreadsAreLeftAlone() throws Exception {
        ExecutorService otherThread = Executors.newSingleThreadExecutor();
        try {
            KeyValueStore<Bytes, byte[]> other =
                    in(otherThread, () -> context.open(LsmStores.persistentKeyValueStore("other")));
            producer.beginTransaction();
            in(otherThread, () -> {
                other.put(key("a"), bytes("of another transaction"));
                return null;
            });
            put(store, LOG, "a", "1");
            commitTransaction();
            other.close();
        } finally {
            otherThread.shutdown();
        }
        crash();
        assertEquals("1", text(store.get(key("a"))));
        assertNull(open("other", OTHER_LOG).get(key("a")));
    }

    /** Streams opens every store for a moment at the start of an application, in a thread that has no producer. */
    @Test
    void theThreadThatOpenedItLastCounts() throws Exception {
        store.close();
        ExecutorService starting = Executors.newSingleThreadExecutor();
        try {
            in(starting, () -> {
                KeyValueStore<Bytes, byte[]> first = context.open(LsmStores.persistentKeyValueStore("store"));
                first.commit(Map.of(LOG, -4L));
                first.close();
                return null;
            });
        } finally {
            starting.shutdown();
        }
        store = open("store", LOG);
        producer.beginTransaction();
        put(store, LOG, "a", "1");
        commitTransaction();
        crash();
        assertEquals("1", text(store.get(key("a"))));
        assertEquals(0, store.committedOffset(LOG));
    }

    @Test
    void aStoreWithoutChangelogCommitsToo() {
        KeyValueStore<Bytes, byte[]> unlogged = context.open(LsmStores.persistentKeyValueStore("unlogged"));
        opened.add(unlogged);
        producer.beginTransaction();
        unlogged.put(key("a"), bytes("1"));
        commitTransaction();
        producer.beginTransaction();
        unlogged.put(key("a"), bytes("2"));
        // What Streams says to such a store. Its transaction is still open.
        unlogged.commit(Map.of());
        unlogged.close();
        unlogged = context.open(LsmStores.persistentKeyValueStore("unlogged"));
        opened.add(unlogged);
        assertEquals("1", text(unlogged.get(key("a"))));
    }

    /** With {@code topology.optimization=all} the input of a table is its changelog, and nothing is sent there. */
    @Test
    void anInputThatIsTheChangelogGivesTheOffset() {
        KeyValueStore<Bytes, byte[]> table = open("table", INPUT);
        producer.beginTransaction();
        table.put(key("a"), bytes("1"));
        producer.sendOffsetsToTransaction(
                Map.of(INPUT, new OffsetAndMetadata(8), new TopicPartition("in", 1), new OffsetAndMetadata(100)),
                GROUP);
        producer.commitTransaction();
        crash();
        table = open("table", INPUT);
        assertEquals("1", text(table.get(key("a"))));
        assertEquals(7, table.committedOffset(INPUT), "of the last record consumed");
    }

    @Test
    void anIdleStoreWritesNothing() throws IOException {
        producer.beginTransaction();
        put(store, LOG, "a", "1");
        commitTransaction();
        Map<String, Long> before = files();
        for (int i = 0; i < 1000; i++) {
            producer.beginTransaction();
            send(producer, new TopicPartition("out", 0), "k", "v");
            commitTransaction();
        }
        assertEquals(before, files());
    }

    /** A standby task restores in a thread of its own, beside the transactions of the thread that it belongs to. */
    @Test
    void whatIsOnlyRestoredWaitsForStreamsOwnCommit() {
        context.restore(store, List.of(changelogRecord("a", "1")));
        producer.beginTransaction();
        commitTransaction();
        crash();
        assertNull(store.get(key("a")));
        context.restore(store, List.of(changelogRecord("a", "1")));
        producer.beginTransaction();
        store.commit(Map.of(LOG, 0L));
        crash();
        assertEquals("1", text(store.get(key("a"))));
        assertEquals(0, store.committedOffset(LOG));
    }

    @Test
    void anAbortedTransactionIsVoidAlsoIfStreamsCommitsTheStoreAfterwards() {
        producer.beginTransaction();
        put(store, LOG, "a", "1");
        commitTransaction();
        producer.beginTransaction();
        put(store, LOG, "a", "aborted");
        put(store, LOG, "b", "aborted");
        // A task that is closed dirty beside a corrupted one: Streams commits, aborts, and commits the next task's
        // stores.
        store.commit(Map.of(LOG, 2L));
        producer.abortTransaction();
        store.commit(Map.of(LOG, 2L));
        producer.beginTransaction();
        commitTransaction();
        crash();
        assertEquals("1", text(store.get(key("a"))));
        assertNull(store.get(key("b")));
        assertEquals(0, store.committedOffset(LOG));
    }

    /** Tables hold what was aborted; it is void there as well. */
    @Test
    void anAbortedTransactionIsVoidAlsoInTables() {
        store.close();
        context = new TestContext(directory, Map.of("lsm.write.buffer.bytes", "65536"));
        store = open("store", LOG);
        producer.beginTransaction();
        put(store, LOG, "a", "1");
        commitTransaction();
        producer.beginTransaction();
        for (int i = 0; i < 5000; i++) {
            put(store, LOG, "key" + i, "aborted".repeat(20));
        }
        put(store, LOG, "a", "aborted");
        producer.abortTransaction();
        crash();
        assertEquals("1", text(store.get(key("a"))));
        try (var all = store.all()) {
            assertEquals("a", text(all.next().key.get()));
            assertFalse(all.hasNext());
        }
    }

    @Test
    void aFencedProducerCommitsNothing() {
        producer.beginTransaction();
        put(store, LOG, "a", "1");
        commitTransaction();
        producer.beginTransaction();
        put(store, LOG, "a", "fenced");
        brokers.fenceProducer();
        assertThrows(ProducerFencedException.class, producer::commitTransaction);
        store.commit(Map.of(LOG, 1L));
        producer.close();
        store.commit(Map.of(LOG, 1L));
        producer = newProducer();
        crash();
        assertEquals("1", text(store.get(key("a"))));
        assertEquals(0, store.committedOffset(LOG));
    }

    /** Nobody knows whether it was committed. Streams tries again, or gives the tasks up. */
    @Test
    void aCommitThatTimesOutIsNoneUntilItSucceeds() throws IOException {
        producer.beginTransaction();
        put(store, LOG, "a", "1");
        brokers.commitTransactionException = new TimeoutException("no answer");
        assertThrows(TimeoutException.class, producer::commitTransaction);
        Map<String, Long> before = files();
        store.commit(Map.of(LOG, 0L));
        assertEquals(before, files());
        brokers.commitTransactionException = null;
        commitTransaction();
        crash();
        assertEquals("1", text(store.get(key("a"))));
        assertEquals(0, store.committedOffset(LOG));
    }

    /** Streams finds a changelog corrupted: the offset must go, even if what is left is not worth having. */
    @Test
    void offsetsCanBeForgottenAtAnyTime() {
        producer.beginTransaction();
        put(store, LOG, "a", "1");
        commitTransaction();
        producer.beginTransaction();
        put(store, LOG, "a", "2");
        store.commit(Map.of());
        crash();
        assertNull(store.committedOffset(LOG));
    }

    @Test
    void aTaskThatMovesToAnotherThreadCommitsThere() throws Exception {
        producer.beginTransaction();
        put(store, LOG, "a", "1");
        commitTransaction();
        store.close();
        ExecutorService otherThread = Executors.newSingleThreadExecutor();
        try {
            in(otherThread, () -> {
                CommittingProducer its = newProducer();
                KeyValueStore<Bytes, byte[]> moved = open("store", LOG);
                its.beginTransaction();
                moved.put(key("a"), bytes("2"));
                send(its, LOG, "a", "2");
                producer.beginTransaction();
                producer.commitTransaction();
                producer.beginTransaction();
                producer.abortTransaction();
                its.commitTransaction();
                moved.close();
                its.close();
                return null;
            });
        } finally {
            otherThread.shutdown();
        }
        crash();
        assertEquals("2", text(store.get(key("a"))));
    }

    /** A thread has one transaction for all of its tasks. */
    @Test
    void storesOfAllTasksOfTheThreadCommit() {
        TestContext otherTask = new TestContext(directory.resolve("other-task"));
        KeyValueStore<Bytes, byte[]> other = otherTask.open(LsmStores.persistentKeyValueStore("store"));
        other.committedOffset(OTHER_LOG);
        producer.beginTransaction();
        put(store, LOG, "a", "1");
        put(other, OTHER_LOG, "a", "2");
        commitTransaction();
        other.close();
        other = otherTask.open(LsmStores.persistentKeyValueStore("store"));
        assertEquals("2", text(other.get(key("a"))));
        assertEquals(0, other.committedOffset(OTHER_LOG));
        other.close();
        crash();
        assertEquals("1", text(store.get(key("a"))));
    }

    /** With processing threads the stream thread opens stores and commits, and others write. */
    @Test
    void whatAnotherThreadHasWrittenCommitsWithTheThreadThatHasOpenedTheStore() throws Exception {
        ExecutorService processing = Executors.newSingleThreadExecutor();
        try {
            producer.beginTransaction();
            in(processing, () -> {
                put(store, LOG, "a", "1");
                return null;
            });
            commitTransaction();
        } finally {
            processing.shutdown();
        }
        crash();
        assertEquals("1", text(store.get(key("a"))));
        assertEquals(0, store.committedOffset(LOG));
    }

    /** The thread of global tables has no producer: what it writes waits for Streams' own commit, whatever transactions there are. */
    @Test
    void aGlobalTableCommitsAsStreamsDoes() throws Exception {
        ExecutorService globalThread = Executors.newSingleThreadExecutor();
        TopicPartition topic = new TopicPartition("countries", 0);
        try {
            in(globalThread, () -> {
                KeyValueStore<Bytes, byte[]> table = open("countries", topic);
                producer.beginTransaction();
                table.put(key("a"), bytes("1"));
                table.commit(Map.of(topic, 1L));
                table.put(key("a"), bytes("2"));
                commitTransaction();
                producer.beginTransaction();
                producer.abortTransaction();
                table.close();
                table = open("countries", topic);
                assertEquals("1", text(table.get(key("a"))));
                assertEquals(1, table.committedOffset(topic));
                table.close();
                return null;
            });
        } finally {
            globalThread.shutdown();
        }
    }

    @Test
    void aStandbyTaskThatBecomesActiveCommitsWithItsTransactions() {
        context.restore(store, List.of(changelogRecord("a", "1"), changelogRecord("b", "1")));
        store.commit(Map.of(LOG, 1L));
        producer.beginTransaction();
        put(store, LOG, "a", "2");
        commitTransaction();
        producer.beginTransaction();
        put(store, LOG, "b", "void");
        crash();
        assertEquals("2", text(store.get(key("a"))));
        assertEquals("1", text(store.get(key("b"))));
        // Of the mock, which begins at 0 in each partition; what was acknowledged last counts.
        assertEquals(0, store.committedOffset(LOG));
    }

    /** A task that is closed dirty in a process that lives on: Streams deletes its directory and opens the same store again. */
    @Test
    void whereStreamsHasDeletedTheDirectoryItBeginsAnew() throws IOException {
        producer.beginTransaction();
        put(store, LOG, "a", "1");
        commitTransaction();
        producer.beginTransaction();
        put(store, LOG, "a", "2");
        producer.abortTransaction();
        store.close();
        Utils.delete(directory.resolve("lsm").toFile());
        context.open(store);
        assertNull(store.get(key("a")));
        assertNull(store.committedOffset(LOG));
        context.restore(store, List.of(changelogRecord("a", "1")));
        store.commit(Map.of(LOG, 0L));
        producer.beginTransaction();
        put(store, LOG, "a", "3");
        commitTransaction();
        crash();
        assertEquals("3", text(store.get(key("a"))));
    }

    @Test
    void withoutSuchAProducerStreamsCommitsAreAll() {
        producer.close();
        store.put(key("a"), bytes("1"));
        store.commit(Map.of(LOG, 0L));
        crash();
        assertEquals("1", text(store.get(key("a"))));
        assertEquals(0, store.committedOffset(LOG));
    }

    private CommittingProducer newProducer() {
        ByteArraySerializer serializer = new ByteArraySerializer();
        brokers = new MockProducer<>(Cluster.empty(), true, (Partitioner) null, serializer, serializer);
        CommittingProducer made = new CommittingProducer(brokers);
        made.initTransactions();
        return made;
    }

    private KeyValueStore<Bytes, byte[]> open(String name, TopicPartition log) {
        KeyValueStore<Bytes, byte[]> made = context.open(LsmStores.persistentKeyValueStore(name));
        opened.add(made);
        made.committedOffset(log);
        return made;
    }

    private void put(KeyValueStore<Bytes, byte[]> into, TopicPartition log, String key, String value) {
        into.put(key(key), bytes(value));
        send(producer, log, key, value);
    }

    private static void send(CommittingProducer by, TopicPartition to, String key, String value) {
        Future<RecordMetadata> unused = by.send(
                new ProducerRecord<>(to.topic(), to.partition(), bytes(key), bytes(value)),
                (metadata, failure) -> assertNull(failure));
    }

    private void commitTransaction() {
        producer.sendOffsetsToTransaction(Map.of(INPUT, new OffsetAndMetadata(1)), GROUP);
        producer.commitTransaction();
    }

    /** Closing does not commit, so what is there afterwards is what a crash would leave. */
    private void crash() {
        opened.forEach(KeyValueStore::close);
        opened.clear();
        context = new TestContext(directory);
        store = open("store", LOG);
    }

    private static <T> T in(ExecutorService thread, Callable<T> action) throws Exception {
        return thread.submit(action).get();
    }

    private Map<String, Long> files() throws IOException {
        Map<String, Long> sizes = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                sizes.put(path.toString(), Files.size(path));
            }
        }
        return sizes;
    }
}
