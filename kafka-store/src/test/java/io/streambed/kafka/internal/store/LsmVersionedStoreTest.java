package io.streambed.kafka.internal.store;

import static io.streambed.kafka.testing.TestContext.key;
import static io.streambed.kafka.testing.Versions.changelogRecord;
import static org.apache.kafka.streams.query.ResultOrder.ANY;
import static org.apache.kafka.streams.query.ResultOrder.ASCENDING;
import static org.apache.kafka.streams.query.ResultOrder.DESCENDING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.kafka.LsmStores;
import io.streambed.kafka.testing.TestContext;
import io.streambed.kafka.testing.Versions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.LogCaptureAppender;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.query.FailureReason;
import org.apache.kafka.streams.query.KeyQuery;
import org.apache.kafka.streams.query.MultiVersionedKeyQuery;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.Query;
import org.apache.kafka.streams.query.QueryConfig;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.query.VersionedKeyQuery;
import org.apache.kafka.streams.state.VersionedBytesStore;
import org.apache.kafka.streams.state.VersionedRecord;
import org.apache.kafka.streams.state.VersionedRecordIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class LsmVersionedStoreTest {
    private static final long LATEST = -1;
    private static final long NOT_PUT = Long.MIN_VALUE;
    private static final TopicPartition LOG = new TopicPartition("log", 0);

    /** History of 300 in segments of 100. */
    private static final long RETENTION = 300;

    @TempDir
    Path directory;

    @Test
    void eachVersionIsThereInItsTime() {
        Versions store = open();
        assertEquals(LATEST, store.put("k", "a", 10));
        assertEquals(LATEST, store.put("k", "b", 20));
        assertEquals(LATEST, store.put("k", "c", 20));
        assertEquals(LATEST, store.put("k", "d", 40));
        assertEquals("d[40..", store.get("k"));
        assertEquals("d[40..", store.get("k", 41));
        assertEquals("d[40..", store.get("k", Long.MAX_VALUE));
        assertEquals("c[20,40)", store.get("k", 39));
        assertEquals("c[20,40)", store.get("k", 20));
        assertEquals("a[10,20)", store.get("k", 19));
        assertNull(store.get("k", 9));
        assertNull(store.get("other"));
        assertNull(store.get("other", 20));
        store.store().close();
    }

    @Test
    void keysDoNotMixWhateverTheyAreMadeOf() {
        Versions store = open();
        List<String> keys = List.of("", "\0", "\0\0", "a", "a\0", "a\0\0\0\0\0\0\0\0\0", "a\1", "aa", "\u00ff");
        for (String key : keys) {
            store.put(key, "first of " + key, 10);
        }
        for (String key : keys) {
            store.put(key, "second of " + key, 20);
        }
        for (String key : keys) {
            assertEquals("first of " + key + "[10,20)", store.get(key, 15));
            assertEquals("second of " + key + "[20..", store.get(key));
            assertEquals(2, store.get(key, 0, 100, ANY).size());
        }
        store.store().close();
    }

    @Test
    void whatComesLateFindsItsPlace() {
        Versions store = open();
        store.put("k", "d", 40);
        assertEquals(40, store.put("k", "b", 20), "in front of all");
        assertEquals(40, store.put("k", "c", 30), "within a version");
        assertEquals(20, store.put("k", "a", 10), "in front again");
        assertEquals(30, store.put("k", "b2", 20), "at the time of another one, which it replaces");
        assertEquals(List.of("a[10,20)", "b2[20,30)", "c[30,40)", "d[40.."), store.get("k", 0, 99, ASCENDING));
        store.store().close();
    }

    @Test
    void tombstonesEndVersions() {
        Versions store = open();
        store.put("k", "a", 10);
        assertEquals(LATEST, store.put("k", null, 20));
        assertNull(store.get("k"));
        assertNull(store.get("k", 20));
        assertEquals("a[10,20)", store.get("k", 19));
        assertEquals(20, store.put("k", "b", 15), "older than the tombstone, which ends it");
        assertNull(store.get("k"));
        assertEquals(LATEST, store.put("k", "c", 40));
        assertNull(store.get("k", 39));
        assertEquals(40, store.put("k", "d", 30), "into the gap");
        assertEquals(30, store.put("k", null, 25), "and a tombstone into what is left of it");
        assertEquals(25, store.put("k", "e", 22), "which ends what comes later still");
        assertEquals(40, store.put("k", null, 35), "and one within a version");
        assertEquals(
                List.of("a[10,15)", "b[15,20)", "e[22,25)", "d[30,35)", "c[40.."), store.get("k", 0, 99, ASCENDING));
        assertEquals(40, store.put("k", "f", 35), "a value replaces a tombstone");
        assertEquals(35, store.put("k", null, 30), "and the other way round");
        assertEquals(List.of("c[40..", "f[35,40)", "e[22,25)"), store.get("k", 22, 99, DESCENDING));
        store.store().close();
    }

    @Test
    void tombstonesOfNothingAreKept() {
        Versions store = open();
        assertEquals(LATEST, store.put("k", null, 20));
        assertEquals(LATEST, store.put("k", null, 30));
        assertNull(store.get("k"));
        assertEquals(30, store.put("k", "b", 25));
        assertEquals(20, store.put("k", "a", 10));
        assertEquals(20, store.put("k", null, 15));
        assertEquals(List.of("a[10,15)", "b[25,30)"), store.get("k", 0, 99, ASCENDING));
        assertNull(store.get("k"));
        assertEquals(LATEST, store.put("k", "c", 30), "at the time of the tombstone");
        assertEquals("c[30..", store.get("k"));
        assertEquals("b[25,30)", store.get("k", 29));
        store.store().close();
    }

    @Test
    void emptyIsNotNothing() {
        Versions store = open();
        store.put("k", "", 10);
        store.put("k", "", 20);
        store.put("k", null, 30);
        assertEquals("[20,30)", store.get("k", 29));
        assertEquals("[10,20)", store.get("k", 10));
        assertNull(store.get("k"));
        store.store().close();
    }

    @Test
    void deletingGivesWhatWasValidThen() {
        Versions store = open();
        store.put("k", "a", 10);
        store.put("k", "b", 20);
        assertEquals("a@10", store.delete("k", 15));
        assertNull(store.delete("k", 15));
        assertEquals("b@20", store.delete("k", 20));
        assertNull(store.get("k"));
        assertNull(store.delete("k", 30));
        assertNull(store.delete("other", 30));
        store.store().close();
    }

    @Test
    void whatIsTooLateIsDroppedAndCounted() {
        TestContext context = new TestContext(directory);
        Versions store = open(context);
        context.at("in", 0, 6);
        store.put("k", "a", RETENTION + 10);
        assertEquals(LATEST, store.put("just in time", "b", 10));
        try (LogCaptureAppender log = LogCaptureAppender.createAndRegister(LsmVersionedStore.class)) {
            context.at("in", 0, 7);
            assertEquals(NOT_PUT, store.put("late", "c", 9));
            assertEquals(1.0, dropped(context));
            assertNull(store.delete("just in time", 9));
            assertEquals(2.0, dropped(context));
            assertEquals(
                    List.of("Skipping record for expired put.", "Skipping record for expired delete."),
                    log.getMessages());
        }
        assertNull(store.get("late"));
        assertEquals("b[10..", store.get("just in time"));
        assertEquals(
                Position.fromMap(Map.of("in", Map.of(0, 7L))), store.store().getPosition());
        store.store().close();
    }

    @Test
    void historyEnds() {
        Versions store = open();
        store.put("k", "a", 5);
        store.put("k", "b", 90);
        store.put("other", "x", RETENTION + 89);
        assertEquals("a[5,90)", store.get("k", 89));
        store.put("other", "x", RETENTION + 90);
        try (LogCaptureAppender log = LogCaptureAppender.createAndRegister(LsmVersionedStore.class)) {
            assertNull(store.store().get(key("k"), 89));
            assertEquals(List.of("Returning null for expired get."), log.getMessages());
        }
        assertEquals(List.of(), store.get("k", 0, 89, ANY), "only the latest is looked at");
        assertEquals("b[90..", store.get("k", 90));
        assertEquals(List.of("b[90..", "a[5,90)"), store.get("k", 0, 99, ANY), "to the end of the segment");
        store.put("other", "x", RETENTION + 100);
        assertEquals(List.of("b[90.."), store.get("k", 0, 99, ANY));
        assertEquals(List.of("b[90.."), store.get("k", Long.MIN_VALUE, Long.MAX_VALUE, ASCENDING));
        store.put("other", "x", 10 * RETENTION);
        assertEquals("b[90..", store.get("k"), "the latest is always there");
        assertEquals("b[90..", store.get("k", 100));
        assertEquals(List.of("b[90.."), store.get("k", 0, 100, ANY));
        assertNull(store.get("k", 89));
        store.store().close();
    }

    @Test
    void withoutHistory() {
        TestContext context = new TestContext(directory);
        Versions store = new Versions((VersionedBytesStore)
                context.open(LsmStores.persistentVersionedKeyValueStore("s", Duration.ZERO, Duration.ofMillis(1))));
        store.put("k", "a", 10);
        store.put("k", "a2", 10);
        assertEquals("a2[10..", store.get("k", 10));
        store.put("k", "b", 12);
        assertEquals("b[12..", store.get("k", 12));
        assertNull(store.get("k", 11));
        assertEquals(NOT_PUT, store.put("k", "c", 11));
        assertEquals("b@12", store.delete("k", 13));
        assertNull(store.get("k"));
        store.store().close();
    }

    @Test
    void theLongestHistoryThatThereIs() {
        TestContext context = new TestContext(directory);
        Versions store = new Versions((VersionedBytesStore)
                context.open(LsmStores.persistentVersionedKeyValueStore("s", Duration.ofMillis(Long.MAX_VALUE))));
        store.put("k", "a", 0);
        store.put("k", "b", Long.MAX_VALUE - 1);
        assertEquals("a[0," + (Long.MAX_VALUE - 1) + ")", store.get("k", 7));
        assertEquals(2, store.get("k", Long.MIN_VALUE, Long.MAX_VALUE, ANY).size());
        store.store().close();
    }

    @Test
    void restores() {
        TestContext context = new TestContext(directory);
        Versions store = open(context);
        List<ConsumerRecord<byte[], byte[]>> log = new ArrayList<>();
        log.add(changelogRecord("k", "a", 10));
        log.add(changelogRecord("other", "x", 10));
        log.add(changelogRecord("k", "b", 20));
        log.add(changelogRecord("k", null, 15));
        log.add(changelogRecord("k", "b2", 20));
        log.add(changelogRecord("k2", "in time", 10));
        log.add(changelogRecord("other", "y", RETENTION + 11));
        log.add(changelogRecord("late", "was not put then either", 10));
        log.add(changelogRecord("k", null, RETENTION + 5));
        context.restore(store.store(), log);
        assertEquals(List.of("b2[20,305)", "a[10,15)"), store.get("k", 0, 999, ANY));
        assertNull(store.get("k"));
        assertEquals("x[10,311)", store.get("other", 11));
        assertEquals("in time[10..", store.get("k2"), "was written before time went on");
        assertNull(store.get("late"));
        assertEquals(NOT_PUT, store.put("late", "x", 10), "time is restored as well");
        assertEquals(1.0, dropped(context), "the restored record is not counted a second time");
        store.store().close();
    }

    @Test
    void timeGoesBackWithTheData() {
        TestContext context = new TestContext(directory);
        Versions store = open(context);
        store.put("k", "a", 10);
        store.put("k", "b", 20);
        store.store().commit(Map.of(LOG, 2L));
        store.put("k", "c", 5_000);
        assertNull(store.get("k", 15));
        store.store().close();
        // Nothing was committed since: as after a crash.
        store = open(context);
        assertEquals("b[20..", store.get("k"));
        assertEquals("a[10,20)", store.get("k", 15));
        assertEquals(2, store.store().committedOffset(LOG));
        store.put("k", "c", 5_000);
        store.store().commit(Map.of(LOG, 3L));
        store.store().close();
        store = open(context);
        assertNull(store.get("k", 15));
        assertEquals(NOT_PUT, store.put("late", "x", 5_000 - RETENTION - 1), "time is kept with the commit");
        store.store().close();
    }

    @Test
    @Timeout(120)
    void aHotKeyDoesNotGrow() {
        TestContext context = new TestContext(directory, Map.of("lsm.write.buffer.bytes", "65536"));
        Versions store = open(context);
        String value = "x".repeat(100);
        int puts = 200_000;
        for (int time = 0; time < puts; time++) {
            store.put("hot", value, time);
            if (time % 1_000 == 0) {
                store.store().commit(Map.of(LOG, (long) time));
            }
        }
        store.store().commit(Map.of(LOG, (long) puts));
        // 50 MB were written; 400 versions are in force.
        await(
                () -> gauge(context, "total-sst-files-size") < 4_000_000,
                () -> "tables " + gauge(context, "total-sst-files-size"));
        assertEquals(List.of(value + "[199995,199996)"), store.get("hot", 199_995, 199_995, ANY));
        assertEquals(List.of(value + "[199999.."), store.get("hot", Long.MAX_VALUE, Long.MAX_VALUE, ANY));
        store.store().close();
    }

    @Test
    @Timeout(120)
    void historyOfKeysThatAreNotWrittenAnyMoreGoesFromDisk() {
        TestContext context = new TestContext(directory, Map.of("lsm.write.buffer.bytes", "65536"));
        Versions store = open(context);
        String value = "x".repeat(100);
        for (int i = 0; i < 20_000; i++) {
            store.put("k" + i % 100, value, i / 100);
        }
        store.store().commit(Map.of(LOG, 1L));
        long before = gauge(context, "total-sst-files-size");
        assertTrue(before > 1_000_000, () -> "tables " + before);
        long[] time = {10_000};
        await(
                () -> {
                    // The clock of the store is the records that it sees.
                    for (int i = 0; i < 500; i++) {
                        store.put("clock", value, time[0]++);
                    }
                    store.store().commit(Map.of(LOG, time[0]));
                    return gauge(context, "total-sst-files-size") < before / 2;
                },
                () -> "tables " + gauge(context, "total-sst-files-size"));
        for (int k = 0; k < 100; k++) {
            assertEquals(value + "[199..", store.get("k" + k));
        }
        store.store().close();
    }

    @Test
    void iteratorsSeeOneMomentAndEnd() {
        Versions store = open();
        store.put("k", "a", 10);
        store.put("k", "b", 20);
        VersionedRecordIterator<byte[]> open = store.store()
                .query(
                        MultiVersionedKeyQuery.<Bytes, byte[]>withKey(key("k")).withAscendingTimestamps(),
                        PositionBound.unbounded(),
                        new QueryConfig(false))
                .getResult();
        store.put("k", "c", 30);
        store.put("k", "between", 15);
        VersionedRecord<byte[]> first = open.next();
        assertEquals(10, first.timestamp());
        assertEquals(20, first.validTo().orElseThrow());
        assertEquals(20, open.next().timestamp());
        assertThrows(NoSuchElementException.class, open::next);
        open.close();
        open.close();
        assertThrows(IllegalStateException.class, open::hasNext);
        store.store().close();
    }

    @Test
    void queriesCarryPositionsBoundsAndReasons() {
        TestContext context = new TestContext(directory);
        Versions store = open(context);
        context.at("in", 0, 5);
        store.put("k", "a", 10);
        VersionedKeyQuery<Bytes, byte[]> one = VersionedKeyQuery.withKey(key("k"));
        Query<VersionedRecordIterator<byte[]>> many = MultiVersionedKeyQuery.withKey(key("k"));
        PositionBound reached = PositionBound.at(Position.fromMap(Map.of("in", Map.of(0, 5L))));
        PositionBound ahead = PositionBound.at(Position.fromMap(Map.of("in", Map.of(0, 6L))));
        for (Query<?> query : List.of(one, many)) {
            QueryResult<?> result = store.store().query(query, reached, new QueryConfig(true));
            assertTrue(result.isSuccess());
            assertEquals(Position.fromMap(Map.of("in", Map.of(0, 5L))), result.getPosition());
            assertTrue(result.getExecutionInfo()
                    .get(0)
                    .startsWith("Handled in class " + LsmVersionedStore.class.getName()));
            assertEquals(
                    FailureReason.NOT_UP_TO_BOUND,
                    store.store().query(query, ahead, new QueryConfig(false)).getFailureReason());
        }
        Query<?> other = KeyQuery.withKey(key("k"));
        QueryResult<?> refused = store.store().query(other, reached, new QueryConfig(false));
        assertEquals(FailureReason.UNKNOWN_QUERY_TYPE, refused.getFailureReason());
        assertTrue(refused.getFailureMessage().contains("doesn't know how to execute the given query"));
        store.store().close();
        QueryResult<?> closed = store.store().query(one, reached, new QueryConfig(false));
        assertEquals(FailureReason.STORE_EXCEPTION, closed.getFailureReason());
        assertTrue(closed.getFailureMessage().contains("is currently closed"), closed.getFailureMessage());
    }

    @Test
    void whatAVersionedStoreCannotDoIsRefused() {
        VersionedBytesStore store = open().store();
        for (Executable call : List.<Executable>of(
                () -> store.put(key("k"), null),
                () -> store.delete(key("k")),
                () -> store.putIfAbsent(key("k"), null),
                () -> store.putAll(List.of()),
                () -> store.range(null, null),
                () -> store.reverseRange(null, null),
                store::all,
                store::reverseAll,
                () -> store.prefixScan("k", new StringSerializer()),
                store::approximateNumEntries)) {
            String message =
                    assertThrows(UnsupportedOperationException.class, call).getMessage();
            assertTrue(message.startsWith("Store s is versioned") && message.contains("; use "), message);
        }
        store.close();
    }

    @Test
    void closedStoresAndMissingKeysAreRefused() {
        Versions store = open();
        for (Executable call : List.<Executable>of(
                () -> store.store().put(null, null, 1),
                () -> store.store().delete(null, 1),
                () -> store.store().get(null),
                () -> store.store().get(null, 1))) {
            assertEquals(
                    "key cannot be null",
                    assertThrows(NullPointerException.class, call).getMessage());
        }
        assertTrue(store.store().persistent());
        store.store().close();
        store.store().close();
        for (Executable call : List.<Executable>of(
                () -> store.put("k", "a", 1),
                () -> store.delete("k", 1),
                () -> store.store().get(key("k")),
                () -> store.store().get(key("k"), 1))) {
            assertEquals(
                    "Store s is currently closed",
                    assertThrows(InvalidStateStoreException.class, call).getMessage());
        }
    }

    private Versions open() {
        return open(new TestContext(directory));
    }

    private static Versions open(TestContext context) {
        return new Versions((VersionedBytesStore) context.open(
                LsmStores.persistentVersionedKeyValueStore("s", Duration.ofMillis(RETENTION), Duration.ofMillis(100))));
    }

    private static void await(BooleanSupplier reached, Supplier<String> otherwise) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!reached.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, otherwise);
            Thread.onSpinWait();
        }
    }

    private static long gauge(TestContext context, String name) {
        return ((Number) metric(context, name).metricValue()).longValue();
    }

    private static double dropped(TestContext context) {
        return (double) metric(context, "dropped-records-total").metricValue();
    }

    private static Metric metric(TestContext context, String name) {
        return context.metrics().metrics().entrySet().stream()
                .filter(entry -> entry.getKey().name().equals(name))
                .findAny()
                .orElseThrow()
                .getValue();
    }
}
