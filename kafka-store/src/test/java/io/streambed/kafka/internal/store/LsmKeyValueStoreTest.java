package io.streambed.kafka.internal.store;

import static io.streambed.kafka.testing.TestContext.bytes;
import static io.streambed.kafka.testing.TestContext.key;
import static io.streambed.kafka.testing.TestContext.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.kafka.LsmStores;
import io.streambed.kafka.testing.TestContext;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.state.HeadersBytesStore;
import org.apache.kafka.streams.state.HeadersBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.TimestampedBytesStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class LsmKeyValueStoreTest {
    @TempDir
    Path directory;

    private TestContext context;
    private KeyValueStore<Bytes, byte[]> store;

    @BeforeEach
    void open() {
        context = new TestContext(directory);
        store = context.open(LsmStores.persistentKeyValueStore("store"));
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void saysWhatItIs() {
        assertEquals("store", store.name());
        assertTrue(store.persistent());
        assertTrue(store.isOpen());
        assertManagesOffsets();
        assertEquals("lsm", LsmStores.persistentKeyValueStore("x").metricsScope());
    }

    @SuppressWarnings("deprecation")
    private void assertManagesOffsets() {
        assertTrue(store.managesOffsets());
    }

    /** A store with another marker than Streams expects is wrapped in an adapter that loses timestamps or headers. */
    @Test
    void eachFormatHasItsMarkerAndNoOther() {
        KeyValueStore<Bytes, byte[]> timestamped =
                LsmStores.persistentTimestampedKeyValueStore("t").get();
        KeyValueStore<Bytes, byte[]> headers =
                LsmStores.persistentTimestampedKeyValueStoreWithHeaders("h").get();
        assertFalse(store instanceof TimestampedBytesStore || store instanceof HeadersBytesStore);
        assertTrue(timestamped instanceof TimestampedBytesStore && !(timestamped instanceof HeadersBytesStore));
        assertTrue(headers instanceof HeadersBytesStore && !(headers instanceof TimestampedBytesStore));
        assertInstanceOf(HeadersBytesStoreSupplier.class, LsmStores.persistentTimestampedKeyValueStoreWithHeaders("h"));
        assertFalse(LsmStores.persistentKeyValueStore("p") instanceof HeadersBytesStoreSupplier);
        for (KeyValueStore<Bytes, byte[]> marked : List.of(timestamped, headers)) {
            assertTrue(Stream.of(marked.getClass().getDeclaredMethods()).allMatch(Method::isBridge));
            assertEquals(0, marked.getClass().getDeclaredFields().length);
        }
    }

    @Test
    void everySupplierMakesAStoreOfItsOwn() {
        var supplier = LsmStores.persistentKeyValueStore("s");
        assertNotEquals(supplier.get(), supplier.get());
    }

    @Test
    void emptyKeysAndValuesAreKeysAndValues() {
        Bytes empty = Bytes.wrap(new byte[0]);
        assertNull(store.get(empty));
        store.put(empty, new byte[0]);
        assertArrayEquals(new byte[0], store.get(empty));
        assertEquals(List.of("="), keysAndValues(store.all()));
        assertArrayEquals(new byte[0], store.delete(empty));
        assertNull(store.delete(empty));
    }

    @Test
    void nullKeysAreRefusedAndNullValuesDelete() {
        assertThrows(NullPointerException.class, () -> store.put(null, bytes("v")));
        assertThrows(NullPointerException.class, () -> store.get(null));
        assertThrows(NullPointerException.class, () -> store.delete(null));
        assertThrows(NullPointerException.class, () -> store.putIfAbsent(null, bytes("v")));
        List<KeyValue<Bytes, byte[]>> withNull =
                List.of(KeyValue.pair(key("a"), bytes("1")), KeyValue.pair(null, bytes("2")));
        assertThrows(NullPointerException.class, () -> store.putAll(withNull));
        assertNull(store.get(key("a")), "a batch is applied whole or not at all");
        assertThrows(NullPointerException.class, () -> store.prefixScan(null, new StringSerializer()));
        assertThrows(NullPointerException.class, () -> store.prefixScan("p", null));

        store.put(key("a"), bytes("1"));
        store.put(key("b"), bytes("2"));
        store.put(key("a"), null);
        store.putAll(List.of(KeyValue.pair(key("b"), null), KeyValue.pair(key("c"), bytes("3"))));
        assertEquals(List.of("c=3"), keysAndValues(store.all()));
        assertNull(store.putIfAbsent(key("d"), null));
        assertEquals("3", text(store.putIfAbsent(key("c"), bytes("4"))));
        assertEquals(List.of("c=3"), keysAndValues(store.all()));
    }

    @Test
    void rangesHaveOpenAndClosedEnds() {
        Stream.of("a", "b", "c", "d").forEach(k -> store.put(key(k), bytes(k)));
        assertEquals(List.of("b=b", "c=c"), keysAndValues(store.range(key("b"), key("c"))));
        assertEquals(List.of("c=c", "b=b"), keysAndValues(store.reverseRange(key("b"), key("c"))));
        assertEquals(List.of("a=a", "b=b"), keysAndValues(store.range(null, key("b"))));
        assertEquals(List.of("d=d", "c=c"), keysAndValues(store.reverseRange(key("bb"), null)));
        assertEquals(List.of("b=b"), keysAndValues(store.range(key("b"), key("b"))));
        assertEquals(List.of(), keysAndValues(store.range(key("c"), key("b"))));
        assertEquals(List.of(), keysAndValues(store.reverseRange(key("c"), key("b"))));
        assertEquals(List.of("d=d", "c=c", "b=b", "a=a"), keysAndValues(store.reverseAll()));
    }

    @Test
    void prefixesEndWhereStreamsEndsThem() {
        for (int[] k : new int[][] {{1}, {1, 0xfe}, {1, 0xff}, {1, 0xff, 7}, {2}, {2, 0}, {0xff}, {0xff, 0xff, 1}}) {
            store.put(Bytes.wrap(unsigned(k)), new byte[0]);
        }
        assertEquals(List.of("01fe"), hexKeys(1, 0xfe));
        // 02 00 is the number after 01 ff, and 02 comes before it.
        assertEquals(List.of("01ff", "01ff07", "02"), hexKeys(1, 0xff));
        assertEquals(List.of("ff", "ffff01"), hexKeys(0xff));
        assertEquals(8, hexKeys().size());
    }

    @Test
    void iteratorsLookAheadWithoutMoving() {
        store.put(key("a"), bytes("1"));
        store.put(key("b"), bytes("2"));
        try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
            assertEquals(key("a"), all.peekNextKey());
            assertEquals(key("a"), all.peekNextKey());
            assertEquals(key("a"), all.next().key);
            assertTrue(all.hasNext());
            assertEquals(key("b"), all.next().key);
            assertFalse(all.hasNext());
            assertThrows(NoSuchElementException.class, all::peekNextKey);
            assertThrows(NoSuchElementException.class, all::next);
        }
    }

    @Test
    void iteratorsSeeOneMoment() {
        store.put(key("a"), bytes("1"));
        store.put(key("c"), bytes("1"));
        try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
            store.put(key("b"), bytes("2"));
            store.put(key("a"), bytes("2"));
            store.delete(key("c"));
            assertEquals(List.of("a=1", "c=1"), keysAndValues(all));
        }
    }

    @Test
    void closedIteratorsThrow() {
        store.put(key("a"), bytes("1"));
        KeyValueIterator<Bytes, byte[]> all = store.all();
        assertTrue(all.hasNext());
        all.close();
        all.close();
        assertThrows(InvalidStateStoreException.class, all::hasNext);
        assertThrows(InvalidStateStoreException.class, all::next);
        assertThrows(InvalidStateStoreException.class, all::peekNextKey);
    }

    @Test
    void iteratorsAreClosedWithTheStore() {
        store.put(key("a"), bytes("1"));
        KeyValueIterator<Bytes, byte[]> all = store.all();
        assertTrue(all.hasNext());
        store.close();
        assertThrows(InvalidStateStoreException.class, all::hasNext);
        assertThrows(InvalidStateStoreException.class, all::next);
        assertThrows(InvalidStateStoreException.class, all::peekNextKey);
        // Nor do they come back to life with it.
        context.open(store);
        assertThrows(InvalidStateStoreException.class, all::hasNext);
        all.close();
    }

    @Test
    void closedStoresThrow() {
        store.close();
        store.close();
        assertFalse(store.isOpen());
        for (Executable call : List.<Executable>of(
                () -> store.put(key("a"), bytes("1")),
                () -> store.putIfAbsent(key("a"), bytes("1")),
                () -> store.putAll(List.of()),
                () -> store.delete(key("a")),
                () -> store.get(key("a")),
                () -> store.range(null, null),
                () -> store.reverseRange(null, null),
                () -> store.all(),
                () -> store.reverseAll(),
                () -> store.prefixScan("a", new StringSerializer()),
                () -> store.approximateNumEntries(),
                () -> store.committedOffset(new TopicPartition("log", 0)))) {
            assertThrows(InvalidStateStoreException.class, call);
        }
        // As Streams' own stores, which it may still tell to commit on its way out.
        store.commit(Map.of());
    }

    @Test
    void opensAgainWithWhatWasCommitted() {
        store.put(key("a"), bytes("1"));
        store.commit(Map.of());
        store.put(key("a"), bytes("2"));
        store.close();
        context.open(store);
        assertEquals("1", text(store.get(key("a"))));
    }

    @Test
    void isOpenedOnceAtATime() {
        assertThrows(ProcessorStateException.class, () -> context.open(store));
        KeyValueStore<Bytes, byte[]> second =
                LsmStores.persistentKeyValueStore("store").get();
        ProcessorStateException e = assertThrows(ProcessorStateException.class, () -> context.open(second));
        assertTrue(e.getMessage().contains("store") && e.getMessage().contains(directory.toString()), e.getMessage());
        assertFalse(second.isOpen());
        store.put(key("a"), bytes("1"));
        assertEquals("1", text(store.get(key("a"))));
    }

    @Test
    void countsItsEntries() {
        assertEquals(0, store.approximateNumEntries());
        store.put(key("a"), bytes("1"));
        store.put(key("b"), bytes("1"));
        assertEquals(2, store.approximateNumEntries());
    }

    @Test
    void givesAndTakesCopies() {
        byte[] value = bytes("1");
        byte[] keyBytes = bytes("a");
        store.put(Bytes.wrap(keyBytes), value);
        value[0] = 'x';
        keyBytes[0] = 'x';
        byte[] got = store.get(key("a"));
        assertEquals("1", text(got));
        got[0] = 'y';
        assertEquals("1", text(store.get(key("a"))));
    }

    @Test
    void gaugesComeAndGoWithTheStore() {
        store.put(key("a"), bytes("1"));
        assertEquals(1L, gauge("estimate-num-keys"));
        assertTrue(gauge("tables-per-level") instanceof String);
        store.close();
        assertNull(gauge("estimate-num-keys"));
        context.open(store);
        assertEquals(0L, gauge("estimate-num-keys"));
    }

    private Object gauge(String name) {
        return context.metrics().metrics().values().stream()
                .filter(metric -> metric.metricName().name().equals(name))
                .filter(metric -> metric.metricName().tags().get("lsm-state-id").equals("store"))
                .filter(metric -> metric.metricName().tags().get("task-id").equals("0_0"))
                .findAny()
                .map(metric -> metric.metricValue())
                .orElse(null);
    }

    private List<String> hexKeys(int... prefix) {
        List<String> keys = new ArrayList<>();
        try (var entries = store.prefixScan(unsigned(prefix), new ByteArraySerializer())) {
            entries.forEachRemaining(entry -> keys.add(HexFormat.of().formatHex(entry.key.get())));
        }
        return keys;
    }

    private static byte[] unsigned(int[] values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static List<String> keysAndValues(KeyValueIterator<Bytes, byte[]> entries) {
        List<String> found = new ArrayList<>();
        try (entries) {
            entries.forEachRemaining(entry -> found.add(text(entry.key.get()) + "=" + text(entry.value)));
        }
        return found;
    }
}
