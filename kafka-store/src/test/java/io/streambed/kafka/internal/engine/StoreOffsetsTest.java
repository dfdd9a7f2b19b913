package io.streambed.kafka.internal.engine;

import static io.streambed.kafka.testing.TestContext.bytes;
import static io.streambed.kafka.testing.TestContext.changelogRecord;
import static io.streambed.kafka.testing.TestContext.key;
import static io.streambed.kafka.testing.TestContext.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.kafka.LsmStores;
import io.streambed.kafka.testing.TestContext;
import io.streambed.lsm.LsmTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.kstream.internals.SessionWindow;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.SessionBytesStoreSupplier;
import org.apache.kafka.streams.state.SessionStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Offsets and position as {@code StateStore.commit} and {@code committedOffset} promise them, through every phase of a store's life. */
class StoreOffsetsTest {
    private static final TopicPartition LOG = new TopicPartition("app-store-changelog", 0);
    private static final TopicPartition OTHER = new TopicPartition("app-store-changelog", 1);

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
    void aNewStoreHasNone() {
        assertNull(store.committedOffset(LOG));
        reopen();
        assertNull(store.committedOffset(LOG));
    }

    @Test
    void areKeptAcrossOpenings() {
        store.commit(Map.of(LOG, 5L));
        assertEquals(5, store.committedOffset(LOG));
        assertNull(store.committedOffset(OTHER));
        reopen();
        assertEquals(5, store.committedOffset(LOG));
        store.commit(Map.of(LOG, 6L));
        reopen();
        assertEquals(6, store.committedOffset(LOG));
    }

    @Test
    void ofSeveralPartitionsAreKeptSideBySide() {
        store.commit(Map.of(LOG, 5L));
        store.commit(Map.of(OTHER, 7L));
        reopen();
        assertEquals(5, store.committedOffset(LOG));
        assertEquals(7, store.committedOffset(OTHER));
    }

    @Test
    void anEmptyMapForgetsAll() {
        store.commit(Map.of(LOG, 5L, OTHER, 7L));
        store.commit(Map.of());
        assertNull(store.committedOffset(LOG));
        reopen();
        assertNull(store.committedOffset(LOG));
        assertNull(store.committedOffset(OTHER));
    }

    @Test
    void aNullValueForgetsThatOne() {
        store.commit(Map.of(LOG, 5L, OTHER, 7L));
        Map<TopicPartition, Long> forget = new HashMap<>();
        forget.put(LOG, null);
        store.commit(forget);
        assertNull(store.committedOffset(LOG));
        reopen();
        assertNull(store.committedOffset(LOG));
        assertEquals(7, store.committedOffset(OTHER));
    }

    @Test
    void theWordForUnknownIsGivenBack() {
        store.commit(Map.of(LOG, -4L));
        assertEquals(-4, store.committedOffset(LOG));
        reopen();
        assertEquals(-4, store.committedOffset(LOG));
    }

    /** Data and offset are one thing: neither is ahead of the other after a close without a commit. */
    @Test
    void goWithTheData() {
        store.put(key("a"), bytes("1"));
        store.commit(Map.of(LOG, 5L));
        store.put(key("a"), bytes("2"));
        store.put(key("b"), bytes("2"));
        reopen();
        assertEquals("1", text(store.get(key("a"))));
        assertNull(store.get(key("b")));
        assertEquals(5, store.committedOffset(LOG));
    }

    /** Streams opens, commits and closes each store once before it starts. */
    @Test
    void survivesTheExtraOpeningAtStart() throws IOException {
        store.put(key("a"), bytes("1"));
        store.commit(Map.of(LOG, 5L));
        reopen();
        store.commit(Map.of(LOG, 5L));
        reopen();
        assertEquals("1", text(store.get(key("a"))));
        assertEquals(5, store.committedOffset(LOG));
    }

    @Test
    void aCommitOfNothingNewWritesNothing() throws IOException {
        store.put(key("a"), bytes("1"));
        store.commit(Map.of(LOG, 5L));
        Map<String, Long> before = files();
        for (int i = 0; i < 1000; i++) {
            store.commit(Map.of(LOG, 5L));
        }
        assertEquals(before, files());
    }

    /** The test driver of Streams does this after every record of a store without a changelog. */
    @Test
    void dataIsCommittedWithoutOffsets() {
        store.put(key("a"), bytes("1"));
        store.commit(Map.of());
        reopen();
        assertEquals("1", text(store.get(key("a"))));
    }

    @Test
    void positionsGoWithTheDataToo() {
        context.at("in", 3, 10);
        store.put(key("a"), bytes("1"));
        store.commit(Map.of(LOG, 5L));
        context.at("in", 3, 11);
        store.put(key("a"), bytes("2"));
        assertEquals(Position.fromMap(Map.of("in", Map.of(3, 11L))), store.getPosition());
        reopen();
        assertEquals(Position.fromMap(Map.of("in", Map.of(3, 10L))), store.getPosition());
        store.commit(Map.of());
        assertEquals(
                Position.fromMap(Map.of("in", Map.of(3, 10L))), store.getPosition(), "not an offset of the changelog");
    }

    /** A record that leads to no entry is taken in all the same. */
    @Test
    void aPositionThatMovedAloneIsCommitted() {
        context.at("in", 0, 10);
        store.put(key("a"), bytes("1"));
        store.commit(Map.of(LOG, 5L));
        context.at("in", 0, 11);
        store.putAll(List.of());
        store.commit(Map.of(LOG, 5L));
        reopen();
        assertEquals(Position.fromMap(Map.of("in", Map.of(0, 11L))), store.getPosition());
        context.at("in", 0, 12);
        store.putAll(List.of());
        reopen();
        assertEquals(
                Position.fromMap(Map.of("in", Map.of(0, 11L))), store.getPosition(), "what was not committed is void");
    }

    /** So does one that is told to remove what is not there: its time makes others expire. */
    @Test
    void aStreamTimeThatMovedAloneIsCommitted() {
        SessionBytesStoreSupplier supplier = LsmStores.persistentSessionStore("sessions", Duration.ofMinutes(2));
        SessionStore<Bytes, byte[]> sessions = context.open(supplier.get());
        sessions.put(new Windowed<>(key("a"), new SessionWindow(0, 0)), bytes("1"));
        sessions.commit(Map.of(LOG, 5L));
        sessions.remove(new Windowed<>(key("a"), new SessionWindow(600_000, 600_000)));
        assertNull(sessions.fetchSession(key("a"), 0, 0));
        sessions.commit(Map.of(LOG, 5L));
        sessions.close();
        SessionStore<Bytes, byte[]> again = context.open(supplier.get());
        assertNull(again.fetchSession(key("a"), 0, 0));
        again.close();
    }

    @Test
    void whileRestoringAreThoseOfTheBatchesCommitted() {
        context.restore(store, List.of(changelogRecord("a", "1"), changelogRecord("b", "1")));
        store.commit(Map.of(LOG, 1L));
        context.restore(store, List.of(changelogRecord("a", null), changelogRecord("c", "2")));
        reopen();
        assertEquals(1, store.committedOffset(LOG));
        assertEquals("1", text(store.get(key("a"))));
        assertNull(store.get(key("c")));
    }

    /**
     * Streams hands the offsets of a checkpoint file, which Kafka Streams before 4.3 left, to the stores that it has opened. They tell of
     * RocksDB's files. Believed, a topology that moved over would skip its whole changelog.
     */
    @Test
    void ofALegacyCheckpointFileAreNotBelieved() throws IOException {
        Path checkpoint = directory.resolve(".checkpoint");
        Files.writeString(checkpoint, "0\n1\n" + LOG.topic() + " 0 123456\n");
        store.commit(Map.of(LOG, 123_456L));
        Files.delete(checkpoint);
        assertNull(store.committedOffset(LOG));
        // From then on all is as ever.
        store.commit(Map.of(LOG, 7L));
        reopen();
        assertEquals(7, store.committedOffset(LOG));

        // Nor over offsets of its own.
        reopen();
        Files.writeString(checkpoint, "0\n1\n" + LOG.topic() + " 0 123456\n");
        store.commit(Map.of(LOG, 123_456L));
        assertEquals(7, store.committedOffset(LOG));
        // Streams has asked, so whatever comes now is about this store.
        store.commit(Map.of(LOG, 8L));
        assertEquals(8, store.committedOffset(LOG));
    }

    /** What a later opening needs to know whether tombstones may be gone from the changelog since. */
    @Test
    void aCommitKnowsItsTime() throws IOException {
        long before = System.currentTimeMillis();
        store.put(key("a"), bytes("1"));
        store.commit(Map.of(LOG, 5L));
        long after = System.currentTimeMillis();
        store.close();
        try (LsmTree tree = LsmTree.open(directory.resolve("lsm/store"))) {
            CommitMetadata last = CommitMetadata.decode(tree.committedMetadata());
            assertTrue(before <= last.committedAtMillis() && last.committedAtMillis() <= after);
            assertEquals("store", last.storeName());
            assertEquals(StoreFormat.KEY_VALUE_PLAIN, last.format());
        }
    }

    private void reopen() {
        store.close();
        context = new TestContext(directory);
        store = context.open(LsmStores.persistentKeyValueStore("store"));
    }

    private Map<String, Long> files() throws IOException {
        Map<String, Long> sizes = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                sizes.put(path.toString(), Files.size(path));
            }
        }
        assertTrue(!sizes.isEmpty());
        return sizes;
    }
}
