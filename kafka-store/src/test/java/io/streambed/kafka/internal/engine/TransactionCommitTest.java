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
import io.streambed.kafka.testing.TestContext;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;

/** A transaction's commit is the commit of the stores that it has written to, and nothing else is. */
class TransactionCommitTest extends StreamThreadFixture {
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
}
