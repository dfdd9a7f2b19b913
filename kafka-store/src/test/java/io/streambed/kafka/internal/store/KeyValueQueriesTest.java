package io.streambed.kafka.internal.store;

import static io.streambed.kafka.testing.TestContext.bytes;
import static io.streambed.kafka.testing.TestContext.key;
import static io.streambed.kafka.testing.TestContext.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.kafka.LsmStores;
import io.streambed.kafka.testing.TestContext;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.query.FailureReason;
import org.apache.kafka.streams.query.KeyQuery;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.Query;
import org.apache.kafka.streams.query.QueryConfig;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.query.RangeQuery;
import org.apache.kafka.streams.query.WindowKeyQuery;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Interactive queries, version 2; what can be asked of both is asked of RocksDB's store as well. */
class KeyValueQueriesTest {
    private static final QueryConfig PLAIN = new QueryConfig(false);
    private static final QueryConfig EXPLAINED = new QueryConfig(true);
    private static final Query<KeyValueIterator<Bytes, byte[]>> ALL = RangeQuery.withNoBounds();

    @TempDir
    Path directory;

    @Test
    void answersKeys() {
        KeyValueStore<Bytes, byte[]> store = filled(LsmStores.persistentKeyValueStore("s"));
        QueryResult<byte[]> found = store.query(KeyQuery.withKey(key("b")), PositionBound.unbounded(), PLAIN);
        assertTrue(found.isSuccess());
        assertEquals("2", text(found.getResult()));
        assertEquals(Position.fromMap(Map.of("in", Map.of(0, 3L))), found.getPosition());
        assertEquals(List.of(), found.getExecutionInfo());
        QueryResult<byte[]> missing = store.query(KeyQuery.withKey(key("x")), PositionBound.unbounded(), EXPLAINED);
        assertTrue(missing.isSuccess());
        assertNull(missing.getResult());
        assertEquals(1, missing.getExecutionInfo().size());
        assertTrue(missing.getExecutionInfo().get(0).startsWith("Handled in " + store.getClass() + " in "));
        store.close();
    }

    @Test
    void answersRangesInBothOrders() {
        KeyValueStore<Bytes, byte[]> store = filled(LsmStores.persistentTimestampedKeyValueStoreWithHeaders("s"));
        assertEquals("abc", keys(store.query(ALL, PositionBound.unbounded(), PLAIN)));
        assertEquals(
                "cba",
                keys(store.query(
                        RangeQuery.<Bytes, byte[]>withNoBounds().withDescendingKeys(),
                        PositionBound.unbounded(),
                        PLAIN)));
        assertEquals(
                "ab",
                keys(store.query(
                        RangeQuery.<Bytes, byte[]>withUpperBound(key("b")).withAscendingKeys(),
                        PositionBound.unbounded(),
                        PLAIN)));
        assertEquals(
                "cb",
                keys(store.query(
                        RangeQuery.<Bytes, byte[]>withLowerBound(key("b")).withDescendingKeys(),
                        PositionBound.unbounded(),
                        PLAIN)));
        assertEquals(
                "b", keys(store.query(RangeQuery.withRange(key("b"), key("b")), PositionBound.unbounded(), PLAIN)));
        store.close();
    }

    @Test
    void refusesWhatItCannotAnswerAsRocksDbsStoreDoes() {
        KeyValueStore<Bytes, byte[]> ours = filled(LsmStores.persistentTimestampedKeyValueStore("ours"));
        KeyValueStore<Bytes, byte[]> rocks = filled(Stores.persistentTimestampedKeyValueStore("rocks"));
        Query<?> unknown = WindowKeyQuery.withKeyAndWindowStartRange(key("a"), Instant.EPOCH, Instant.MAX);
        PositionBound behind = PositionBound.at(Position.fromMap(Map.of("in", Map.of(0, 3L), "other", Map.of(1, 99L))));
        PositionBound ahead = PositionBound.at(Position.fromMap(Map.of("in", Map.of(0, 4L))));
        PositionBound elsewhere = PositionBound.at(Position.fromMap(Map.of("other", Map.of(0, 1L))));
        assertEquals(
                FailureReason.NOT_UP_TO_BOUND, ours.query(ALL, ahead, PLAIN).getFailureReason());
        assertEquals(
                FailureReason.NOT_UP_TO_BOUND, ours.query(ALL, elsewhere, PLAIN).getFailureReason());
        assertTrue(ours.query(KeyQuery.withKey(key("a")), behind, PLAIN).isSuccess());
        Query<String> usersOwn = new Query<>() {};
        for (PositionBound bound : List.of(PositionBound.unbounded(), ahead, elsewhere)) {
            assertSameRefusal(rocks.query(unknown, bound, PLAIN), rocks, ours.query(unknown, bound, PLAIN), ours);
            assertSameRefusal(rocks.query(usersOwn, bound, PLAIN), rocks, ours.query(usersOwn, bound, PLAIN), ours);
        }
        for (PositionBound bound : List.of(ahead, elsewhere)) {
            assertSameRefusal(rocks.query(ALL, bound, EXPLAINED), rocks, ours.query(ALL, bound, EXPLAINED), ours);
        }
        ours.close();
        rocks.close();
    }

    @Test
    void closedAndNewStoresSaySo() {
        KeyValueStore<Bytes, byte[]> store = filled(LsmStores.persistentKeyValueStore("s"));
        store.close();
        for (Query<?> query : List.of(KeyQuery.withKey(key("a")), ALL)) {
            QueryResult<?> result = store.query(query, PositionBound.unbounded(), PLAIN);
            assertEquals(FailureReason.STORE_EXCEPTION, result.getFailureReason());
            assertTrue(result.getFailureMessage().contains("Store s is currently closed"), result.getFailureMessage());
        }
        KeyValueStore<Bytes, byte[]> fresh =
                LsmStores.persistentKeyValueStore("fresh").get();
        QueryResult<?> result = fresh.query(ALL, PositionBound.unbounded(), PLAIN);
        assertEquals(FailureReason.NOT_UP_TO_BOUND, result.getFailureReason());
        assertEquals(Position.emptyPosition(), result.getPosition());
    }

    @Test
    void theAnswersPositionDoesNotMoveOn() {
        TestContext context = new TestContext(directory);
        KeyValueStore<Bytes, byte[]> store = context.open(LsmStores.persistentKeyValueStore("s"));
        context.at("in", 0, 1);
        store.put(key("a"), bytes("1"));
        QueryResult<?> result = store.query(KeyQuery.withKey(key("a")), PositionBound.unbounded(), PLAIN);
        context.at("in", 0, 2);
        store.put(key("a"), bytes("2"));
        assertEquals(Position.fromMap(Map.of("in", Map.of(0, 1L))), result.getPosition());
        assertEquals(Position.fromMap(Map.of("in", Map.of(0, 2L))), store.getPosition());
        store.close();
    }

    private KeyValueStore<Bytes, byte[]> filled(KeyValueBytesStoreSupplier supplier) {
        TestContext context = new TestContext(directory);
        KeyValueStore<Bytes, byte[]> store = context.open(supplier);
        long offset = 1;
        for (String k : List.of("a", "b", "c")) {
            context.at("in", 0, offset);
            store.put(key(k), bytes(Long.toString(offset)));
            offset++;
        }
        return store;
    }

    private static void assertSameRefusal(
            QueryResult<?> expected, Object rocks, QueryResult<?> actual, KeyValueStore<?, ?> ours) {
        assertEquals(expected.getFailureReason(), actual.getFailureReason());
        assertEquals(
                expected.getFailureMessage(),
                actual.getFailureMessage()
                        .replace(ours.getClass().toString(), rocks.getClass().toString()));
        assertEquals(expected.getPosition(), actual.getPosition());
        assertEquals(
                expected.getExecutionInfo().size(), actual.getExecutionInfo().size());
    }

    private static String keys(QueryResult<KeyValueIterator<Bytes, byte[]>> result) {
        assertTrue(result.isSuccess());
        List<String> keys = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> entries = result.getResult()) {
            entries.forEachRemaining(entry -> keys.add(text(entry.key.get())));
        }
        return String.join("", keys);
    }
}
