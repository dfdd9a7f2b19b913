package io.streambed.kafka.internal.engine;

import static io.streambed.kafka.testing.TestContext.bytes;
import static io.streambed.kafka.testing.TestContext.changelogRecord;
import static io.streambed.kafka.testing.TestContext.key;
import static io.streambed.kafka.testing.TestContext.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.kafka.LsmDslStoreSuppliers;
import io.streambed.kafka.LsmStores;
import io.streambed.kafka.internal.client.CommittingProducer;
import io.streambed.kafka.testing.TestContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Partitioner;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.LogCaptureAppender;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.query.FailureReason;
import org.apache.kafka.streams.query.KeyQuery;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.QueryConfig;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.query.RangeQuery;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.WindowBytesStoreSupplier;
import org.apache.kafka.streams.state.WindowStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What queries, which come from other threads, see of a store under {@code lsm.query.isolation}. The test's thread is the task's. */
@Timeout(120)
class QueryIsolationTest {
    private static final TopicPartition LOG = new TopicPartition("log", 0);
    private static final Map<String, Object> READ_COMMITTED =
            Map.of("lsm.query.isolation", "read_committed", "lsm.write.buffer.bytes", "65536");

    @TempDir
    Path directory;

    private final ExecutorService queries = Executors.newFixedThreadPool(2);
    private TestContext context;
    private KeyValueStore<Bytes, byte[]> store;

    @BeforeEach
    void openStore() {
        open(READ_COMMITTED);
    }

    @AfterEach
    void closeStore() {
        store.close();
        queries.shutdown();
    }

    @Test
    void seeTheLastCommitWhileTheTaskSeesItsOwnWrites() throws Exception {
        put("a", "1", 10);
        put("b", "1", 11);
        assertEquals("", asked(this::everything));
        store.commit(Map.of(LOG, 1L));
        put("a", "2", 12);
        put("b", null, 13);
        put("c", "2", 14);
        assertEquals("a=1 b=1", asked(this::everything));
        assertEquals("a=2 c=2", everything());
        assertEquals(14, position(store.getPosition()));
        assertEquals(11, asked(() -> position(store.getPosition())));
        store.commit(Map.of(LOG, 4L));
        assertEquals("a=2 c=2", asked(this::everything));
        assertEquals(14, asked(() -> position(store.getPosition())));
    }

    @Test
    void everyWayOfAskingIsTheSame() throws Exception {
        put("a1", "1", 1);
        put("a2", "1", 2);
        put("b", "1", 3);
        store.commit(Map.of(LOG, 2L));
        put("a1", "2", 4);
        put("a2", null, 5);
        put("a3", "2", 6);
        assertEquals(
                List.of("1", "a2=1 a1=1", "b=1 a2=1 a1=1", "a1=1 a2=1", "a1=1 a2=1"),
                asked(() -> List.of(
                        text(store.get(key("a1"))),
                        entries(store.reverseRange(key("a"), key("az"))),
                        entries(store.reverseAll()),
                        entries(store.range(key("a"), key("az"))),
                        entries(store.prefixScan("a", new StringSerializer())))));
    }

    @Test
    void answersOfVersion2CarryThePositionOfThatCommit() throws Exception {
        put("a", "1", 10);
        store.commit(Map.of(LOG, 1L));
        put("a", "2", 11);
        QueryResult<byte[]> value = asked(
                () -> store.query(KeyQuery.withKey(key("a")), PositionBound.at(upTo(10)), new QueryConfig(false)));
        assertEquals("1", text(value.getResult()));
        assertEquals(upTo(10), value.getPosition());
        QueryResult<KeyValueIterator<Bytes, byte[]>> range = asked(() -> store.query(
                RangeQuery.<Bytes, byte[]>withNoBounds(), PositionBound.unbounded(), new QueryConfig(false)));
        assertEquals("a=1", entries(range.getResult()));
        assertEquals(upTo(10), range.getPosition());
        QueryResult<byte[]> ahead = asked(
                () -> store.query(KeyQuery.withKey(key("a")), PositionBound.at(upTo(11)), new QueryConfig(false)));
        assertEquals(FailureReason.NOT_UP_TO_BOUND, ahead.getFailureReason(), "what is at 11 is not committed");
    }

    @Test
    void neverSeeWhatATransactionAborts() throws Exception {
        ByteArraySerializer serializer = new ByteArraySerializer();
        CommittingProducer producer = new CommittingProducer(
                new MockProducer<>(Cluster.empty(), true, (Partitioner) null, serializer, serializer));
        producer.initTransactions();
        producer.beginTransaction();
        put("a", "committed", 1);
        assertNull(asked(() -> store.get(key("a"))));
        producer.commitTransaction();
        assertEquals("committed", text(asked(() -> store.get(key("a")))));
        producer.beginTransaction();
        put("a", "aborted", 2);
        assertEquals("committed", text(asked(() -> store.get(key("a")))));
        producer.abortTransaction();
        store.commit(Map.of(LOG, 2L));
        assertEquals("committed", text(asked(() -> store.get(key("a")))));
        assertEquals(1, asked(() -> position(store.getPosition())));
        store.close();
        open(READ_COMMITTED);
        assertEquals("committed", text(asked(() -> store.get(key("a")))));
        producer.close();
    }

    /** What has expired goes by what the task has seen, committed or not: a query may miss some of the last commit, for as long as that. */
    @Test
    void whatHasExpiredGoesByTheNewestStreamTime() throws Exception {
        WindowBytesStoreSupplier supplier =
                LsmStores.persistentWindowStore("windows", Duration.ofMinutes(2), Duration.ofMinutes(1), false);
        WindowStore<Bytes, byte[]> windows = context.open(supplier.get());
        windows.put(key("a"), bytes("old"), 0);
        windows.commit(Map.of(LOG, 1L));
        assertEquals("old", text(asked(() -> windows.fetch(key("a"), 0))));
        windows.put(key("b"), bytes("new"), 600_000);
        assertNull(asked(() -> windows.fetch(key("b"), 600_000)), "it is not committed");
        assertNull(asked(() -> windows.fetch(key("a"), 0)));
        windows.close();
        WindowStore<Bytes, byte[]> again = context.open(supplier.get());
        assertEquals("old", text(asked(() -> again.fetch(key("a"), 0))));
        again.close();
    }

    @Test
    void anIteratorStaysAtItsCommit() throws Exception {
        put("a", "1", 1);
        put("b", "1", 2);
        store.commit(Map.of(LOG, 1L));
        KeyValueIterator<Bytes, byte[]> all = asked(store::all);
        for (int n = 0; n < 3000; n++) {
            put("a", "later" + n, 3);
            put("b", "x".repeat(100), 4);
            store.commit(Map.of(LOG, 2L + n));
        }
        assertEquals("a=1 b=1", entries(all));
    }

    /** Streams restores in a thread of its own, and a store may have to read what it has restored. */
    @Test
    void theRestoringThreadSeesWhatItRestores() throws Exception {
        ExecutorService restorer = Executors.newSingleThreadExecutor();
        try {
            assertEquals(
                    "1",
                    restorer.submit(() -> {
                                context.restore(store, List.of(changelogRecord("a", "1")));
                                return text(store.get(key("a")));
                            })
                            .get());
            assertEquals("1", text(store.get(key("a"))), "the task's thread");
            assertNull(asked(() -> store.get(key("a"))));
            store.commit(Map.of(LOG, 0L));
            assertEquals("1", text(asked(() -> store.get(key("a")))));
        } finally {
            restorer.shutdown();
        }
    }

    /** The tables that a task joins are written by another thread than its own. */
    @Test
    void globalStoresShowEverything() throws Exception {
        store.close();
        context = new TestContext(directory, READ_COMMITTED, new TaskId(-1, -1));
        store = context.open(LsmStores.persistentKeyValueStore("store"));
        put("a", "1", 1);
        assertEquals("a=1", asked(this::everything));
        assertEquals(1, asked(() -> position(store.getPosition())));
    }

    /** A cache is Streams' own, and in front of the store; it cannot be helped, so it is said. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1000})
    void aRecordCacheIsWarnedOf(long cacheBytes) {
        Properties properties = new Properties();
        properties.putAll(READ_COMMITTED);
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "app");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:1");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
        properties.put(StreamsConfig.DSL_STORE_SUPPLIERS_CLASS_CONFIG, LsmDslStoreSuppliers.class);
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, cacheBytes);
        properties.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
        properties.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
        StreamsBuilder builder = new StreamsBuilder();
        builder.<byte[], byte[]>stream("in").groupByKey().count(Materialized.as("counts"));
        builder.<byte[], byte[]>stream("other")
                .groupByKey()
                .count(Materialized.<byte[], Long>as(LsmStores.persistentTimestampedKeyValueStore("uncached"))
                        .withCachingDisabled());
        try (LogCaptureAppender log = LogCaptureAppender.createAndRegister(StoreEngine.class);
                TopologyTestDriver driver = new TopologyTestDriver(builder.build(properties), properties)) {
            assertEquals(2, driver.getAllStateStores().size());
            List<String> warnings = log.getMessages();
            assertEquals(cacheBytes == 0 ? 0 : 1, warnings.size(), warnings::toString);
            assertTrue(warnings.stream().allMatch(warning -> warning.startsWith("Store counts has a record cache")));
        }
    }

    @Test
    void withoutItTheySeeEverything() throws Exception {
        store.close();
        open(Map.of());
        put("a", "1", 1);
        assertEquals("a=1", asked(this::everything));
        assertEquals(1, asked(() -> position(store.getPosition())));
    }

    /**
     * Each commit gives all keys one number. A query that sees two numbers, or a number below its position, has seen something between two
     * commits, or something that compaction had dropped already.
     */
    @Test
    void seeWholeCommitsBesideTheWriterFlushesAndCompactions() throws Exception {
        int keys = 50;
        CountDownLatch done = new CountDownLatch(1);
        Callable<Integer> asking = () -> {
            int asked = 0;
            long last = -1;
            while (done.getCount() > 0) {
                long position = position(store.getPosition());
                List<String> seen = new ArrayList<>();
                try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
                    all.forEachRemaining(entry -> seen.add(text(entry.value).strip()));
                }
                if (position >= 0) {
                    assertEquals(keys, seen.size());
                    assertEquals(1, seen.stream().distinct().count(), seen::toString);
                    long number = Long.parseLong(seen.get(0));
                    assertTrue(number >= position && number >= last, number + " at " + position + " after " + last);
                    last = Long.parseLong(text(store.get(key("k7"))).strip());
                    assertTrue(last >= number, last + " after " + number);
                    asked++;
                }
            }
            return asked;
        };
        List<Future<Integer>> running = List.of(queries.submit(asking), queries.submit(asking));
        try {
            for (int n = 0; n < 2000; n++) {
                for (int i = 0; i < keys; i++) {
                    put("k" + i, n + " ".repeat(100), n);
                }
                store.commit(Map.of(LOG, (long) n));
            }
        } finally {
            done.countDown();
        }
        for (Future<Integer> each : running) {
            assertTrue(each.get(60, TimeUnit.SECONDS) > 0);
        }
    }

    private void open(Map<String, Object> configs) {
        context = new TestContext(directory, configs);
        store = context.open(LsmStores.persistentKeyValueStore("store"));
    }

    private void put(String key, String value, long offset) {
        context.at("in", 0, offset);
        store.put(key(key), value == null ? null : bytes(value));
    }

    private String everything() {
        return entries(store.all());
    }

    private <T> T asked(Callable<T> question) throws Exception {
        return queries.submit(question).get();
    }

    private static String entries(KeyValueIterator<Bytes, byte[]> iterator) {
        List<String> entries = new ArrayList<>();
        try (iterator) {
            while (iterator.hasNext()) {
                KeyValue<Bytes, byte[]> entry = iterator.next();
                entries.add(text(entry.key.get()) + "=" + text(entry.value));
            }
        }
        return String.join(" ", entries);
    }

    private static Position upTo(long offset) {
        return Position.fromMap(Map.of("in", Map.of(0, offset)));
    }

    private static long position(Position position) {
        return position.getPartitionPositions("in").getOrDefault(0, -1L);
    }
}
