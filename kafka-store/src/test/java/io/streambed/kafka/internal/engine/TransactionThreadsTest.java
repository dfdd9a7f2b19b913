package io.streambed.kafka.internal.engine;

import static io.streambed.kafka.testing.TestContext.bytes;
import static io.streambed.kafka.testing.TestContext.changelogRecord;
import static io.streambed.kafka.testing.TestContext.key;
import static io.streambed.kafka.testing.TestContext.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.streambed.kafka.LsmStores;
import io.streambed.kafka.internal.client.CommittingProducer;
import io.streambed.kafka.testing.TestContext;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;

/** Whose transaction it is that commits a store: that of the thread that has opened it, for each of its tasks, and for tasks alone. */
class TransactionThreadsTest extends StreamThreadFixture {
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
}
