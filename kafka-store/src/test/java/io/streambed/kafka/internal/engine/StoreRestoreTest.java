package io.streambed.kafka.internal.engine;

import static io.streambed.kafka.testing.TestContext.changelogRecord;
import static io.streambed.kafka.testing.TestContext.key;
import static io.streambed.kafka.testing.TestContext.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.kafka.LsmStores;
import io.streambed.kafka.testing.TestContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.processor.internals.ChangelogRecordDeserializationHelper;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.internals.PositionSerde;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreRestoreTest {
    private static final Map<String, Object> CONSISTENT =
            Map.of(StreamsConfig.InternalConfig.IQ_CONSISTENCY_OFFSET_VECTOR_ENABLED, true);

    @TempDir
    Path directory;

    @Test
    void appliesRecordsInOrderAndNullsAsDeletions() {
        TestContext context = new TestContext(directory);
        KeyValueStore<Bytes, byte[]> store = context.open(LsmStores.persistentKeyValueStore("store"));
        context.restore(
                store,
                List.of(
                        changelogRecord("a", "1"),
                        changelogRecord("b", "1"),
                        changelogRecord("a", "2"),
                        changelogRecord("b", null),
                        changelogRecord("c", null)));
        assertEquals("2", text(store.get(key("a"))));
        assertNull(store.get(key("b")));
        try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
            assertEquals(key("a"), all.next().key);
            assertTrue(!all.hasNext());
        }
        context.restore(store, List.of());
        store.close();
    }

    @Test
    void manyBatchesGoThroughFlushesToo() {
        TestContext context = new TestContext(directory, Map.of("lsm.write.buffer.bytes", "65536"));
        KeyValueStore<Bytes, byte[]> store = context.open(LsmStores.persistentKeyValueStore("store"));
        TopicPartition log = new TopicPartition("log", 0);
        for (int batch = 0; batch < 30; batch++) {
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                int n = batch * 1000 + i;
                records.add(changelogRecord("key" + (n % 20_000), n % 7 == 0 ? null : "value" + n));
            }
            context.restore(store, records);
            store.commit(Map.of(log, batch * 1000L + 999));
        }
        store.close();
        store = new TestContext(directory).open(LsmStores.persistentKeyValueStore("store"));
        assertEquals(29_999, store.committedOffset(log));
        for (int k = 0; k < 20_000; k++) {
            int last = k < 10_000 ? k + 20_000 : k;
            assertEquals(last % 7 == 0 ? null : "value" + last, text(store.get(key("key" + k))));
        }
        store.close();
    }

    @Test
    void takesPositionsFromHeadersIfTheApplicationKeepsThem() {
        TestContext context = new TestContext(directory, CONSISTENT);
        KeyValueStore<Bytes, byte[]> store = context.open(LsmStores.persistentKeyValueStore("store"));
        context.restore(
                store,
                List.of(
                        withPosition("a", Position.fromMap(Map.of("in", Map.of(0, 5L)))),
                        withPosition("b", Position.fromMap(Map.of("in", Map.of(0, 3L), "other", Map.of(1, 1L)))),
                        changelogRecord("c", "by a version of Streams that had none")));
        Position expected = Position.fromMap(Map.of("in", Map.of(0, 5L), "other", Map.of(1, 1L)));
        assertEquals(expected, store.getPosition());
        store.commit(Map.of());
        store.close();
        context.open(store);
        assertEquals(expected, store.getPosition());
        store.close();
    }

    @Test
    void leavesHeadersAloneIfNot() {
        TestContext context = new TestContext(directory);
        KeyValueStore<Bytes, byte[]> store = context.open(LsmStores.persistentKeyValueStore("store"));
        context.restore(store, List.of(withPosition("a", Position.fromMap(Map.of("in", Map.of(0, 5L))))));
        assertEquals(Position.emptyPosition(), store.getPosition());
        store.close();
    }

    @Test
    void aBatchThatFailsLeavesNothing() {
        TestContext context = new TestContext(directory, CONSISTENT);
        KeyValueStore<Bytes, byte[]> store = context.open(LsmStores.persistentKeyValueStore("store"));
        ConsumerRecord<byte[], byte[]> broken = changelogRecord("b", "1");
        broken.headers().add(ChangelogRecordDeserializationHelper.CHANGELOG_VERSION_HEADER_RECORD_CONSISTENCY);
        List<ConsumerRecord<byte[], byte[]>> batch =
                List.of(withPosition("a", Position.fromMap(Map.of("in", Map.of(0, 5L)))), broken);
        assertThrows(StreamsException.class, () -> context.restore(store, batch));
        assertNull(store.get(key("a")));
        assertEquals(Position.emptyPosition(), store.getPosition());
        store.close();
        assertThrows(
                InvalidStateStoreException.class, () -> context.restore(store, List.of(changelogRecord("a", "1"))));
    }

    private static ConsumerRecord<byte[], byte[]> withPosition(String key, Position position) {
        ConsumerRecord<byte[], byte[]> changelogRecord = changelogRecord(key, "1");
        changelogRecord.headers().add(ChangelogRecordDeserializationHelper.CHANGELOG_VERSION_HEADER_RECORD_CONSISTENCY);
        changelogRecord
                .headers()
                .add(
                        ChangelogRecordDeserializationHelper.CHANGELOG_POSITION_HEADER_KEY,
                        PositionSerde.serialize(position).array());
        return changelogRecord;
    }
}
