package io.streambed.kafka.internal.engine;

import static io.streambed.kafka.testing.TestContext.bytes;
import static io.streambed.kafka.testing.TestContext.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.kafka.LsmStores;
import io.streambed.kafka.internal.client.CommittingProducer;
import io.streambed.kafka.testing.TestContext;
import io.streambed.lsm.LsmOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Partitioner;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.LogCaptureAppender;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store goes back to its last commit as long as its changelog can complete it from there, and gives itself up otherwise. */
class RollbackTest {
    private static final TopicPartition LOG = new TopicPartition("app-store-changelog", 0);
    private static final String EXACTLY_ONCE = "exactly_once_v2";
    private static final long HOUR = Duration.ofHours(1).toMillis();

    @TempDir
    Path directory;

    private final Map<String, Object> configs = new HashMap<>(Map.of("processing.guarantee", EXACTLY_ONCE));
    private final AtomicLong now = new AtomicLong(1_000_000 * HOUR);
    private final KeyValueStore<Bytes, byte[]> root =
            LsmStores.persistentKeyValueStore("store").get();
    private final StoreEngine store = new StoreEngine(
            "store",
            StoreFormat.KEY_VALUE_PLAIN,
            EntryTimes.NONE,
            (name, ignored) -> new StoreSettings(
                    LsmOptions.defaults(),
                    new RuntimeSettings(16L << 20, 100, 1, 0),
                    QueryIsolation.READ_UNCOMMITTED,
                    null,
                    () -> {}),
            now::get);
    private LogCaptureAppender said;

    @BeforeEach
    void open() {
        said = LogCaptureAppender.createAndRegister(Rollback.class);
        openAt(new TestContext(directory, configs));
        put("committed");
        store.commit(Map.of(LOG, 5L));
    }

    @AfterEach
    void close() {
        store.close();
        said.close();
    }

    @Test
    void wherePartOfTheChangelogMayBeGoneItIsRestoredFromTheStart() {
        put("lost");
        crash(25 * HOUR);
        assertGivenUp();
        assertEquals(1, said.getMessages().size());
        String line = said.getMessages().get(0);
        assertTrue(line.contains("default.client.supplier=io.streambed.kafka.LsmClientSupplier"), line);
        assertTrue(line.contains("app-store-changelog-0=5") && line.contains("PT24H") && line.contains("PT25H"), line);
    }

    /** Or it would be emptied at each start, and the application would never get past it. */
    @Test
    void itIsGivenUpOnce() {
        put("lost");
        crash(25 * HOUR);
        crash(25 * HOUR);
        assertGivenUp();
        store.commit(Map.of(LOG, 9L));
        crash(25 * HOUR);
        assertEquals(9, store.committedOffset(LOG));
        assertEquals(1, said.getMessages().size());
    }

    @Test
    void whatWasWrittenLessLongAgoIsCompletedFromTheChangelog() {
        now.addAndGet(100 * HOUR);
        put("lost");
        crash(24 * HOUR);
        assertKept();
    }

    @Test
    void theFirstWriteAfterACommitCountsAndNotTheLastOne() {
        put("lost");
        now.addAndGet(23 * HOUR);
        put("lost");
        crash(2 * HOUR);
        assertGivenUp();
    }

    @Test
    void aStoreThatWasClosedCleanlyIsRightForEver() {
        put("committed");
        store.commit(Map.of(LOG, 5L));
        crash(1000 * HOUR);
        assertKept();
    }

    @Test
    void aStoreThatNobodyWroteToIsRightForEver() {
        now.addAndGet(500 * HOUR);
        crash(500 * HOUR);
        assertKept();
        // Opened and closed at a start that came to nothing.
        crash(500 * HOUR);
        assertKept();
    }

    @Test
    void whatIsRestoredIsCommittedByStreams() {
        TestContext context = new TestContext(directory, configs);
        store.close();
        openAt(context);
        context.restore(root, List.of(TestContext.changelogRecord("b", "restored")));
        crash(25 * HOUR);
        assertKept();
    }

    /** A crash in the middle of restoring, of which nobody can say how far it had come. */
    @Test
    void whatWasLostStaysLostUntilTheTaskWritesAgain() {
        put("lost");
        crash(HOUR);
        TestContext context = new TestContext(directory, configs);
        store.close();
        openAt(context);
        // At the start of an application, and while it restores.
        store.commit(Map.of(LOG, 5L));
        context.restore(root, List.of(TestContext.changelogRecord("b", "restored")));
        store.commit(Map.of(LOG, 6L));
        crash(24 * HOUR);
        assertGivenUp();
    }

    @Test
    void onceTheTaskHasWrittenAndCommittedAgainItIsRightForEver() {
        put("lost");
        crash(HOUR);
        put("committed");
        store.commit(Map.of(LOG, 5L));
        crash(1000 * HOUR);
        assertKept();
    }

    @Test
    void underAtLeastOnceStreamsCommits() {
        configs.clear();
        crash(0);
        put("lost");
        crash(25 * HOUR);
        assertKept();
    }

    @Test
    void withTheSupplierTransactionsCommit() {
        ByteArraySerializer serializer = new ByteArraySerializer();
        try (CommittingProducer producer = new CommittingProducer(
                new MockProducer<>(Cluster.empty(), true, (Partitioner) null, serializer, serializer))) {
            producer.initTransactions();
            put("lost");
        }
        crash(25 * HOUR);
        assertKept();
    }

    @Test
    void globalTablesAreCommittedByStreams() {
        assertTrue(Rollback.of(new TaskId(0, 0), configs).mayBeLong());
        assertFalse(Rollback.of(new TaskId(-1, -1), configs).mayBeLong());
    }

    /** Nothing could be restored, so what there is is what there is. */
    @Test
    void aStoreWithoutAChangelogKeepsWhatItHas() {
        store.commit(Map.of());
        put("lost");
        crash(25 * HOUR);
        assertEquals("committed", text(store.tree().get(bytes("a"))));
        assertNull(store.committedOffset(LOG));
    }

    @Test
    void aStoreThatIsRestoredFromTheStartAnywayIsNotGivenUp() {
        store.commit(Map.of(LOG, -4L));
        put("lost");
        crash(25 * HOUR);
        assertEquals(-4, store.committedOffset(LOG));
        assertEquals(List.of(), said.getMessages());
    }

    /** As none at all would have Streams wipe what its neighbours have. */
    @Test
    void ofAStoreWithoutAnyCommitTheOffsetIsUnknown() throws IOException {
        openInTask("another");
        put("lost");
        crash(25 * HOUR);
        assertEquals(-4, store.committedOffset(LOG));
        assertNull(store.tree().get(bytes("a")));
        store.commit(Map.of());
        crash(0);
        assertEquals(-4, store.committedOffset(LOG), "nothing is written to forget what nobody knew");
    }

    @Test
    void ofAStoreThatForgotItsOffsetsThereIsNone() throws IOException {
        store.commit(Map.of());
        crash(0);
        assertNull(store.committedOffset(LOG));
        openInTask("another");
        put("kept");
        store.commit(Map.of());
        assertNull(store.committedOffset(LOG), "its data may be there without one");
        crash(0);
        assertNull(store.committedOffset(LOG));
    }

    @Test
    void ofANewStoreThereIsNoneIfStreamsDoesNotWipeForIt() throws IOException {
        configs.put("processing.guarantee", "at_least_once");
        openInTask("another");
        assertNull(store.committedOffset(LOG));
    }

    /** A topology that moved over from RocksDB's stores: what they have left goes with the task. */
    @Test
    void ofANewStoreBesideRocksDbsThereIsNone() throws IOException {
        Files.createDirectories(directory.resolve("another").resolve("rocksdb"));
        openInTask("another");
        assertNull(store.committedOffset(LOG));
    }

    @Test
    void aClockThatWasSetBackALittleIsBelievedAndOneSetBackByDaysIsNot() {
        put("lost");
        crash(-HOUR);
        assertKept();
        put("lost");
        crash(-25 * HOUR);
        assertGivenUp();
    }

    @Test
    void theRetentionThatIsConfiguredCounts() {
        configs.put("topic.delete.retention.ms", "" + HOUR);
        put("lost");
        crash(HOUR);
        assertKept();
        put("lost");
        crash(HOUR + 1);
        assertGivenUp();
    }

    @Test
    void aRetentionThatIsNoNumberIsRefused() {
        configs.put("topic.delete.retention.ms", "a day");
        store.close();
        TestContext context = new TestContext(directory, configs);
        ConfigException e = assertThrows(ConfigException.class, () -> openAt(context));
        assertTrue(e.getMessage().contains("topic.delete.retention.ms")
                && e.getMessage().contains("a day"));
    }

    private void openAt(TestContext context) {
        store.open(
                context.kafkas(),
                root,
                (changelogRecord, batch) -> batch.put(changelogRecord.key(), changelogRecord.value()));
    }

    /** In the directory of another task, where it never was before. */
    private void openInTask(String task) throws IOException {
        store.close();
        directory = Files.createDirectories(directory.resolve(task));
        openAt(new TestContext(directory, configs));
    }

    /** What was not committed is void, and so much later it is opened again. */
    private void crash(long millisLater) {
        store.close();
        now.addAndGet(millisLater);
        openAt(new TestContext(directory, configs));
    }

    private void put(String value) {
        store.tree().put(bytes("a"), bytes(value));
    }

    private void assertKept() {
        assertEquals("committed", text(store.tree().get(bytes("a"))));
        assertNull(store.tree().get(bytes("b")));
        assertEquals(5, store.committedOffset(LOG));
        assertEquals(List.of(), said.getMessages());
    }

    /** Unknown, and not none: for that, Streams would call the whole task corrupted. */
    private void assertGivenUp() {
        assertEquals(-4, store.committedOffset(LOG));
        assertNull(store.tree().get(bytes("a")));
        assertEquals(Position.emptyPosition(), store.position());
    }
}
