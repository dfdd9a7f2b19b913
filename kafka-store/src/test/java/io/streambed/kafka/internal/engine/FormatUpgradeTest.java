package io.streambed.kafka.internal.engine;

import static io.streambed.kafka.testing.TestContext.bytes;
import static io.streambed.kafka.testing.TestContext.key;
import static io.streambed.kafka.testing.TestContext.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.kafka.LsmStores;
import io.streambed.kafka.internal.layout.KeyOrder;
import io.streambed.kafka.internal.layout.SegmentLayout;
import io.streambed.kafka.internal.layout.Segmentation;
import io.streambed.kafka.testing.TestContext;
import io.streambed.lsm.LsmOptions;
import io.streambed.lsm.LsmTree;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that is opened in a newer format than it was written in has all of its entries in the new one. */
class FormatUpgradeTest {
    private static final TopicPartition LOG = new TopicPartition("log", 0);
    private static final int KEYS = 20_000;

    private static final List<Function<String, KeyValueBytesStoreSupplier>> OURS = List.of(
            LsmStores::persistentKeyValueStore,
            LsmStores::persistentTimestampedKeyValueStore,
            LsmStores::persistentTimestampedKeyValueStoreWithHeaders);
    private static final List<Function<String, KeyValueBytesStoreSupplier>> ROCKS = List.of(
            Stores::persistentKeyValueStore,
            Stores::persistentTimestampedKeyValueStore,
            Stores::persistentTimestampedKeyValueStoreWithHeaders);

    @TempDir
    Path directory;

    @Test
    void readsWhatRocksDbsStoreReads() throws Exception {
        for (int from = 0; from < 3; from++) {
            for (int to = from + 1; to < 3; to++) {
                String way = from + "-" + to;
                List<String> expected = upgraded(ROCKS.get(from), ROCKS.get(to), "rocks" + way);
                assertEquals(expected, upgraded(OURS.get(from), OURS.get(to), "ours" + way), way);
            }
        }
    }

    private List<String> upgraded(
            Function<String, KeyValueBytesStoreSupplier> from,
            Function<String, KeyValueBytesStoreSupplier> to,
            String task)
            throws Exception {
        TestContext context = new TestContext(Files.createDirectory(directory.resolve(task)));
        KeyValueStore<Bytes, byte[]> store = context.open(from.apply("s"));
        for (String key : List.of("a", "b", "c")) {
            store.put(key(key), bytes("\0\0\0\0\0\0\0\1" + key));
        }
        store.put(key("empty"), bytes("\0\0\0\0\0\0\0\2"));
        store.commit(Map.of(LOG, 7L));
        store.close();
        store = context.open(to.apply("s"));
        store.put(key("b"), bytes("new"));
        store.delete(key("c"));
        List<String> seen = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
            all.forEachRemaining(entry ->
                    seen.add(text(entry.key.get()) + "=" + HexFormat.of().formatHex(entry.value)));
        }
        for (String key : List.of("a", "b", "c", "empty")) {
            byte[] value = store.get(key(key));
            seen.add(key + " " + (value == null ? null : HexFormat.of().formatHex(value)));
        }
        seen.add("offset " + store.committedOffset(LOG));
        store.close();
        return seen;
    }

    @Test
    void isMadeOnceAndKeepsOffsetsAndPosition() {
        TestContext context = new TestContext(directory, Map.of("lsm.write.buffer.bytes", "65536"));
        KeyValueStore<Bytes, byte[]> store = context.open(LsmStores.persistentKeyValueStore("s"));
        fill(context, store);
        store.commit(Map.of(LOG, 7L));
        store.put(key("void"), bytes("not committed"));
        store.close();
        for (int opening = 0; opening < 3; opening++) {
            store = context.open(LsmStores.persistentTimestampedKeyValueStore("s"));
            assertEquals(7, store.committedOffset(LOG));
            assertEquals(Position.fromMap(Map.of("in", Map.of(0, 9L))), store.getPosition());
            assertNull(store.get(key("void")));
            for (int i = 0; i < KEYS; i += 97) {
                byte[] value = store.get(key("key" + i));
                assertEquals("ffffffffffffffff", HexFormat.of().formatHex(value, 0, 8));
                assertEquals("value" + i, new String(value, 8, value.length - 8, StandardCharsets.UTF_8));
            }
            store.close();
        }
    }

    /** What a crash leaves in the middle: some entries converted and flushed, and no commit. */
    @Test
    void aCrashOnTheWayFallsBackToTheOldFormat() {
        TestContext context = new TestContext(directory, Map.of("lsm.write.buffer.bytes", "65536"));
        KeyValueStore<Bytes, byte[]> store = context.open(LsmStores.persistentKeyValueStore("s"));
        fill(context, store);
        store.commit(Map.of(LOG, 7L));
        store.close();
        Path files = directory.resolve("lsm/s");
        try (LsmTree tree =
                LsmTree.open(files, LsmOptions.builder().commitEveryWrite(false).build())) {
            for (int i = 0; i < KEYS / 2; i++) {
                tree.put(bytes("key" + i), bytes("converted"));
            }
            tree.flush();
        }
        store = context.open(LsmStores.persistentKeyValueStore("s"));
        assertEquals("value5", text(store.get(key("key5"))));
        store.close();
        store = context.open(LsmStores.persistentTimestampedKeyValueStoreWithHeaders("s"));
        assertArrayEquals(
                HexFormat.of().parseHex("00ffffffffffffffff" + HexFormat.of().formatHex(bytes("value5"))),
                store.get(key("key5")));
        store.close();
    }

    @Test
    void segmentsAreConvertedAndTheirIndexIsLeft() {
        for (KeyOrder order : KeyOrder.values()) {
            Segmentation segmentation = new Segmentation(order, 100);
            SegmentLayout layout = SegmentLayout.ofWindows(order);
            byte[] entry = layout.entries().encode(2, bytes("k"), 250, 0);
            TestContext context = new TestContext(directory.resolve(order.name()));
            StoreEngine plain = engine(StoreFormat.WINDOW_PLAIN, segmentation);
            open(context, plain);
            plain.tree().put(entry, bytes("v"));
            if (layout.index() != null) {
                plain.tree().put(layout.index().encode(2, bytes("k"), 250, 0), new byte[0]);
            }
            plain.streamTime().observe(250);
            plain.commit(Map.of(LOG, 1L));
            plain.close();
            StoreEngine headers = engine(StoreFormat.WINDOW_HEADERS, segmentation);
            open(context, headers);
            assertEquals(
                    "00ffffffffffffffff76",
                    HexFormat.of().formatHex(headers.tree().get(entry)));
            if (layout.index() != null) {
                assertArrayEquals(new byte[0], headers.tree().get(layout.index().encode(2, bytes("k"), 250, 0)));
            }
            assertEquals(250, headers.streamTime().millis());
            headers.close();
        }
    }

    @Test
    void thereIsNoWayBackAndNoneToAnotherKind() {
        int ways = 0;
        for (StoreFormat from : StoreFormat.values()) {
            for (StoreFormat to : StoreFormat.values()) {
                Optional<FormatUpgrade> way = FormatUpgrade.between(from, to);
                if (way.isPresent()) {
                    ways++;
                    assertTrue(from.id() < to.id());
                    assertEquals(from.isSegmented(), to.isSegmented());
                    assertFalse(FormatUpgrade.between(to, from).isPresent());
                }
            }
        }
        assertEquals(7, ways);
        assertEquals(
                "00" + "2a",
                HexFormat.of()
                        .formatHex(FormatUpgrade.between(StoreFormat.SESSION_PLAIN, StoreFormat.SESSION_HEADERS)
                                .orElseThrow()
                                .converter()
                                .apply(new byte[] {42})));
    }

    private static void fill(TestContext context, KeyValueStore<Bytes, byte[]> store) {
        context.at("in", 0, 9);
        for (int i = 0; i < KEYS; i++) {
            store.put(key("key" + i), bytes("value" + i));
        }
    }

    private static StoreEngine engine(StoreFormat format, Segmentation segmentation) {
        return new StoreEngine(
                "s",
                format,
                new EntryTimes(segmentation, segmentation == null ? null : key -> 0, 0, false, null),
                (name, ignored) -> new StoreSettings(
                        LsmOptions.defaults(),
                        new RuntimeSettings(16L << 20, 100, 1, 0),
                        QueryIsolation.READ_UNCOMMITTED,
                        null,
                        () -> {}));
    }

    private static void open(TestContext context, StoreEngine engine) {
        engine.open(context.kafkas(), LsmStores.persistentKeyValueStore("s").get(), (record, batch) -> {});
    }
}
