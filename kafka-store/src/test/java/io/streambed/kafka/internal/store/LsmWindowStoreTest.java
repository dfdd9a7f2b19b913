package io.streambed.kafka.internal.store;

import static io.streambed.kafka.testing.TestContext.bytes;
import static io.streambed.kafka.testing.TestContext.key;
import static io.streambed.kafka.testing.TestContext.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.kafka.LsmDslStoreSuppliers;
import io.streambed.kafka.LsmStores;
import io.streambed.kafka.testing.TestContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.DslStoreFormat;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.kstream.EmitStrategy;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.state.DslWindowParams;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.WindowBytesStoreSupplier;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.WindowStoreIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What Kafka's own tests and the comparison with RocksDB's stores do not show of window stores. */
class LsmWindowStoreTest {
    private static final TopicPartition LOG = new TopicPartition("log", 0);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final long INTERVAL = 60_000;
    private static final long RETENTION = 2 * INTERVAL;

    @TempDir
    Path directory;

    private static WindowBytesStoreSupplier plain() {
        return supplier(RETENTION, false);
    }

    private static WindowBytesStoreSupplier indexed() {
        return supplier(RETENTION, true);
    }

    private static WindowBytesStoreSupplier supplier(long retention, boolean isIndexed) {
        if (!isIndexed) {
            return LsmStores.persistentWindowStore("store", Duration.ofMillis(retention), MINUTE, false);
        }
        return new LsmDslStoreSuppliers()
                .windowStore(new DslWindowParams(
                        "store",
                        Duration.ofMillis(retention),
                        MINUTE,
                        false,
                        EmitStrategy.onWindowClose(),
                        true,
                        DslStoreFormat.TIMESTAMPED));
    }

    /** A restart brings nothing back that had expired, and takes no record that was late before it. */
    @Test
    void streamTimeComesBackWithTheCommit() {
        TestContext context = new TestContext(directory);
        WindowStore<Bytes, byte[]> store = context.open(plain().get());
        store.put(key("a"), bytes("old"), INTERVAL);
        store.put(key("a"), bytes("new"), INTERVAL + RETENTION);
        assertNull(store.fetch(key("a"), INTERVAL));
        store.commit(Map.of(LOG, 2L));
        store.put(key("a"), bytes("void"), 100 * INTERVAL);
        store.close();
        WindowStore<Bytes, byte[]> again = context.open(plain().get());
        assertNull(again.fetch(key("a"), INTERVAL));
        assertEquals("new", text(again.fetch(key("a"), INTERVAL + RETENTION)));
        again.put(key("a"), bytes("late"), 0);
        assertEquals(List.of("new"), values(again.all()));
        // Stream time went back with the data.
        again.put(key("b"), bytes("in time"), INTERVAL + 1);
        assertEquals("in time", text(again.fetch(key("b"), INTERVAL + 1)));
        again.close();
    }

    /** What makes a segment expire may still be rolled back. */
    @Test
    void whatTheLastCommitNeedsIsThereAfterACrash() {
        TestContext context = new TestContext(directory);
        WindowStore<Bytes, byte[]> store = context.open(plain().get());
        store.put(key("a"), bytes("1"), INTERVAL);
        store.commit(Map.of(LOG, 1L));
        store.put(key("a"), bytes("2"), 100 * INTERVAL);
        assertEquals(List.of("2"), values(store.all()));
        // Not committed: for the next opening the same as a crash.
        store.close();
        WindowStore<Bytes, byte[]> again = context.open(plain().get());
        assertEquals(List.of("1"), values(again.all()));
        assertEquals("1", text(again.fetch(key("a"), INTERVAL)));
        again.close();
    }

    @Test
    @Timeout(300)
    void expiredSegmentsLeaveTheDisk() throws IOException {
        for (WindowBytesStoreSupplier supplier : List.of(plain(), indexed())) {
            Path task = Files.createTempDirectory(directory, "task");
            TestContext context = new TestContext(task, Map.of("lsm.write.buffer.bytes", "65536"));
            WindowStore<Bytes, byte[]> store = context.open(supplier.get());
            byte[] value = new byte[1000];
            Random random = new Random(1);
            long most = 0;
            for (int segment = 0; segment < 40; segment++) {
                for (int i = 0; i < 1000; i++) {
                    random.nextBytes(value);
                    store.put(key("k" + random.nextInt()), value.clone(), segment * INTERVAL + i);
                }
                store.commit(Map.of(LOG, (long) segment));
                most = Math.max(most, sizeWhenSettled(context, 8_000_000));
            }
            // 40 MB were written, some 3 MB are live.
            assertTrue(most < 8_000_000, "took " + most + " bytes");
            assertTrue(most > 1_000_000, "the tables were not seen");
            store.close();
        }
    }

    /** The size of the tables, once it is below {@code enough} or will not be. */
    private static long sizeWhenSettled(TestContext context, long enough) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        long size;
        do {
            size = context.metrics().metrics().values().stream()
                    .filter(metric -> metric.metricName().name().equals("total-sst-files-size"))
                    .mapToLong(metric -> (long) metric.metricValue())
                    .sum();
        } while (size >= enough && System.nanoTime() < deadline);
        return size;
    }

    @Test
    void restoresWhatIsStillLive() throws IOException {
        for (WindowBytesStoreSupplier supplier : List.of(plain(), indexed())) {
            TestContext context = new TestContext(Files.createTempDirectory(directory, "task"));
            WindowStore<Bytes, byte[]> store = context.open(supplier.get());
            context.restore(
                    store,
                    List.of(
                            logged("a", 0, "gone"),
                            logged("a", INTERVAL, "1"),
                            logged("b", 2 * INTERVAL, "2"),
                            logged("b", 3 * INTERVAL, "3"),
                            logged("b", 2 * INTERVAL, null),
                            logged("a", 1, "too late")));
            assertEquals(List.of("3"), values(store.fetch(key("b"), 0, Long.MAX_VALUE)));
            assertEquals("3", text(store.fetch(key("b"), 3 * INTERVAL)));
            assertNull(store.fetch(key("b"), 2 * INTERVAL));
            assertNull(store.fetch(key("a"), 0));
            store.commit(Map.of(LOG, 6L));
            List<String> before = values(store.all());
            store.close();
            WindowStore<Bytes, byte[]> again = context.open(supplier.get());
            assertEquals(before, values(again.all()));
            assertEquals(6, again.committedOffset(LOG));
            again.close();
        }
    }

    private static ConsumerRecord<byte[], byte[]> logged(String key, long time, String value) {
        byte[] logged = ByteBuffer.allocate(key.length() + 12)
                .put(bytes(key))
                .putLong(time)
                .putInt(0)
                .array();
        return new ConsumerRecord<>("log", 0, 0, logged, value == null ? null : bytes(value));
    }

    @Test
    void whatAnIteratorHasPromisedIsGivenAlsoIfItExpires() {
        for (boolean peeks : new boolean[] {false, true}) {
            TestContext context = new TestContext(directory.resolve("peeks-" + peeks));
            WindowStore<Bytes, byte[]> store = context.open(plain().get());
            store.put(key("a"), bytes("1"), 0);
            store.put(key("b"), bytes("2"), 0);
            store.put(key("a"), bytes("3"), INTERVAL);
            KeyValueIterator<Windowed<Bytes>, byte[]> all = store.all();
            assertTrue(peeks ? all.peekNextKey().key().equals(key("a")) : all.hasNext());
            store.put(key("a"), bytes("4"), 100 * INTERVAL);
            assertEquals("1", text(all.next().value));
            assertFalse(all.hasNext(), "the rest has expired");
            all.close();
            store.close();
        }
    }

    @Test
    void afterClosingIteratorsEndAndCallsThrow() {
        TestContext context = new TestContext(directory);
        WindowStore<Bytes, byte[]> store = context.open(plain().get());
        store.put(key("a"), bytes("1"), 0);
        store.put(key("a"), bytes("2"), 1);
        WindowStoreIterator<byte[]> begun = store.fetch(key("a"), 0, 1);
        assertTrue(begun.hasNext());
        KeyValueIterator<Windowed<Bytes>, byte[]> fresh = store.all();
        store.close();
        assertFalse(begun.hasNext());
        assertFalse(fresh.hasNext());
        assertThrows(NoSuchElementException.class, begun::next);
        begun.close();
        fresh.close();
        for (Executable call : List.<Executable>of(
                () -> store.put(key("a"), bytes("1"), 0),
                () -> store.fetch(key("a"), 0),
                () -> store.fetch(key("a"), 0, 1),
                () -> store.fetch(key("a"), key("b"), 0, 1),
                () -> store.fetchAll(0, 1),
                store::all,
                store::backwardAll)) {
            assertThrows(InvalidStateStoreException.class, call);
        }
    }

    /** The segments stay as they are, which is only how finely time is cut; what can be read goes by the new retention period. */
    @Test
    void aLongerRetentionPeriodIsTakenOver() throws IOException {
        for (boolean isIndexed : new boolean[] {false, true}) {
            TestContext context = new TestContext(Files.createTempDirectory(directory, "task"));
            WindowStore<Bytes, byte[]> store =
                    context.open(supplier(RETENTION, isIndexed).get());
            for (int minute = 0; minute <= 100; minute++) {
                store.put(key("a"), bytes("1 " + minute), minute * INTERVAL);
            }
            store.put(key("b"), bytes(""), 100 * INTERVAL + 1);
            assertEquals(List.of("1 99", "1 100"), ofA(store));
            store.commit(Map.of(LOG, 1L));
            store.close();

            WindowStore<Bytes, byte[]> longer =
                    context.open(supplier(20 * INTERVAL, isIndexed).get());
            // What could be read no longer but was not yet taken away, as its segment is live, can be read again.
            assertEquals(List.of("1 98", "1 99", "1 100"), ofA(longer));
            // What is gone stays so, and there nothing can be written any more.
            double dropped = dropped(context);
            longer.put(key("a"), bytes("late"), 97 * INTERVAL);
            assertEquals(dropped + 1, dropped(context));
            assertNull(longer.fetch(key("a"), 97 * INTERVAL));
            longer.put(key("a"), bytes("in time"), 98 * INTERVAL);
            for (int minute = 101; minute <= 110; minute++) {
                longer.put(key("a"), bytes("2 " + minute), minute * INTERVAL);
            }
            List<String> all = ofA(longer);
            assertEquals(13, all.size(), all::toString);
            assertEquals("in time", all.get(0));
            longer.commit(Map.of(LOG, 2L));
            longer.close();

            WindowStore<Bytes, byte[]> again =
                    context.open(supplier(20 * INTERVAL, isIndexed).get());
            assertEquals(all, ofA(again));
            again.put(key("b"), bytes("late"), 107 * INTERVAL);
            assertEquals("late", text(again.fetch(key("b"), 107 * INTERVAL)));
            again.put(key("a"), bytes("3"), 125 * INTERVAL);
            again.put(key("b"), bytes(""), 125 * INTERVAL + 1);
            assertEquals(List.of("2 106", "2 107", "2 108", "2 109", "2 110", "3"), ofA(again));
            again.commit(Map.of(LOG, 3L));
            again.close();
        }
    }

    @Test
    void aShorterRetentionPeriodIsTakenOver() throws IOException {
        for (boolean isIndexed : new boolean[] {false, true}) {
            TestContext context = new TestContext(Files.createTempDirectory(directory, "task"));
            WindowStore<Bytes, byte[]> store =
                    context.open(supplier(20 * INTERVAL, isIndexed).get());
            for (int minute = 80; minute <= 100; minute++) {
                store.put(key("a"), bytes("1 " + minute), minute * INTERVAL);
            }
            store.put(key("b"), bytes(""), 100 * INTERVAL + 1);
            assertEquals(20, ofA(store).size());
            store.commit(Map.of(LOG, 1L));
            store.close();

            WindowStore<Bytes, byte[]> shorter =
                    context.open(supplier(RETENTION, isIndexed).get());
            assertEquals(List.of("1 99", "1 100"), ofA(shorter));
            shorter.put(key("a"), bytes("2 115"), 115 * INTERVAL);
            shorter.put(key("b"), bytes(""), 115 * INTERVAL + 1);
            assertEquals(List.of("2 115"), ofA(shorter));
            // The segments are ten minutes long, those of 80 to 100 are gone and that of 110 is live.
            double dropped = dropped(context);
            shorter.put(key("a"), bytes("late"), 109 * INTERVAL);
            assertEquals(dropped + 1, dropped(context));
            shorter.put(key("a"), bytes("in time"), 114 * INTERVAL);
            assertEquals(List.of("in time", "2 115"), ofA(shorter));
            shorter.close();

            WindowStore<Bytes, byte[]> rolledBack =
                    context.open(supplier(20 * INTERVAL, isIndexed).get());
            assertEquals(20, ofA(rolledBack).size());
            rolledBack.close();
        }
    }

    /**
     * Random calls on a store that gets another retention period now and then, and crashes. What it has to show is said by a map and one rule:
     * an entry is there from its put to the first commit that finds its segment expired.
     */
    @Test
    void whateverTheRetentionPeriodWasAndIsEntriesAreThoseOfAModel() throws IOException {
        long seed = System.nanoTime();
        System.out.println("LsmWindowStoreTest retention seed " + seed);
        Random random = new Random(seed);
        for (boolean isIndexed : new boolean[] {false, true}) {
            TestContext context = new TestContext(
                    Files.createTempDirectory(directory, "task"), Map.of("lsm.write.buffer.bytes", "65536"));
            long interval = 5 * INTERVAL / 2;
            TreeMap<Long, String> committed = new TreeMap<>();
            long committedTime = -1;
            long floor = 0;
            for (int opening = 0; opening < 60; opening++) {
                // The first one that commits decides how long segments are.
                long retention = opening == 0 ? 5 * INTERVAL : (2 + random.nextInt(30)) * INTERVAL;
                WindowStore<Bytes, byte[]> store =
                        context.open(supplier(retention, isIndexed).get());
                if (opening == 0) {
                    store.commit(Map.of(LOG, 0L));
                }
                TreeMap<Long, String> now = new TreeMap<>(committed);
                long time = committedTime;
                for (int i = random.nextInt(40); i > 0; i--) {
                    long at = Math.max(0, time + INTERVAL - random.nextLong(20 * INTERVAL));
                    store.put(key("k"), bytes("v" + opening + "." + i), at);
                    time = Math.max(time, at);
                    if (at / interval >= Math.max(floor, Math.max(0, time - retention) / interval)) {
                        now.put(at, "v" + opening + "." + i);
                    }
                    // Of windows that are emitted when they close, those of that very moment can be read.
                    long earliest = time - retention + (isIndexed ? 0 : 1);
                    assertEquals(
                            List.copyOf(now.tailMap(Math.max(earliest, floor * interval))
                                    .values()),
                            values(store.fetch(key("k"), 0, Long.MAX_VALUE)),
                            () -> "seed " + seed);
                    if (random.nextInt(10) == 0) {
                        // Another offset than last time: a commit of nothing new drops nothing either.
                        store.commit(Map.of(LOG, 100L * opening + i));
                        floor = Math.max(floor, Math.max(0, time - retention) / interval);
                        now.headMap(floor * interval).clear();
                        committed = new TreeMap<>(now);
                        committedTime = time;
                    }
                }
                store.close();
            }
        }
    }

    private static List<String> ofA(WindowStore<Bytes, byte[]> store) {
        return values(store.fetch(key("a"), 0, Long.MAX_VALUE));
    }

    private static double dropped(TestContext context) {
        return context.metrics().metrics().values().stream()
                .filter(metric -> metric.metricName().name().equals("dropped-records-total"))
                .mapToDouble(metric -> (double) metric.metricValue())
                .sum();
    }

    @Test
    void anotherOrderIsRefusedByName() {
        TestContext context = new TestContext(directory);
        WindowStore<Bytes, byte[]> store = context.open(plain().get());
        store.put(key("a"), bytes("1"), 0);
        store.commit(Map.of(LOG, 1L));
        store.close();
        String message = assertThrows(
                        ProcessorStateException.class,
                        () -> context.open(indexed().get()))
                .getMessage();
        for (String part :
                List.of("segments of 60000 ms, sorted by key", "old format and order", directory.toString())) {
            assertTrue(message.contains(part), message);
        }
        WindowStore<Bytes, byte[]> again = context.open(plain().get());
        assertEquals(List.of("1"), values(again.all()));
        again.close();
    }

    private static List<String> values(KeyValueIterator<?, byte[]> entries) {
        List<String> values = new ArrayList<>();
        try (entries) {
            entries.forEachRemaining(entry -> values.add(text(entry.value)));
        }
        return values;
    }
}
