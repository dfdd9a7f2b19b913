package io.streambed.kafka.internal.store;

import static io.streambed.kafka.testing.TestContext.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.kafka.LsmConfigSetter;
import io.streambed.kafka.LsmStores;
import io.streambed.kafka.testing.TestContext;
import io.streambed.lsm.Expiry;
import io.streambed.lsm.LsmOptions;
import io.streambed.lsm.bytes.Slice;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.QueryConfig;
import org.apache.kafka.streams.query.RangeQuery;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Key-value stores whose entries expire: {@code lsm.ttl.ms}. */
class TimeToLiveTest {
    private static final TopicPartition LOG = new TopicPartition("log", 0);
    private static final Map<String, Object> TTL = Map.of("lsm.ttl.ms", "100", "lsm.write.buffer.bytes", "65536");

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatHasExpiredIsSeenByNobody(boolean headers) {
        Format format = new Format(headers);
        KeyValueStore<Bytes, byte[]> store = new TestContext(directory, TTL).open(format.supplier());
        store.put(key("old"), format.value(0));
        store.putAll(List.of(KeyValue.pair(key("young"), format.value(50))));
        store.put(key("untimed"), format.value(-1));
        store.put(key("clock"), format.value(100));
        assertNotNull(store.get(key("old")), "not later by more than 100");
        store.put(key("clock"), format.value(101));
        assertNull(store.get(key("old")));
        assertEquals("clock untimed young", keys(store.all()));
        assertEquals("young untimed clock", keys(store.reverseAll()));
        assertEquals("", keys(store.range(key("o"), key("p"))));
        assertEquals("", keys(store.prefixScan("old", new StringSerializer())));
        assertEquals(
                "clock untimed young",
                keys(store.query(
                                RangeQuery.<Bytes, byte[]>withNoBounds(),
                                PositionBound.unbounded(),
                                new QueryConfig(false))
                        .getResult()));
        assertNull(store.delete(key("old")));
        assertNull(store.putIfAbsent(key("old"), format.value(101)), "as if it had not been there");
        assertNotNull(store.get(key("old")));
        store.put(key("late"), format.value(0));
        assertNull(store.get(key("late")), "expired when it comes");
        store.put(key("young"), format.value(0));
        assertNull(store.get(key("young")), "and hides what was there before");
        store.close();
    }

    @Test
    void restoringBringsNothingBack() {
        Format format = new Format(false);
        TestContext context = new TestContext(directory, TTL);
        KeyValueStore<Bytes, byte[]> store = context.open(format.supplier());
        List<ConsumerRecord<byte[], byte[]>> log = new ArrayList<>();
        for (int time = 0; time < 1_000; time++) {
            log.add(new ConsumerRecord<>("log", 0, time, key("k" + time).get(), format.value(time)));
        }
        context.restore(store, log.subList(0, 500));
        assertNotNull(store.get(key("k450")));
        context.restore(store, log.subList(500, 1_000));
        for (int time = 0; time < 1_000; time++) {
            assertEquals(time >= 899, store.get(key("k" + time)) != null, "k" + time);
        }
        store.commit(Map.of(LOG, 999L));
        store.close();
        store = context.open(format.supplier());
        assertNull(store.get(key("k898")));
        assertNotNull(store.get(key("k899")));
        store.close();
    }

    @Test
    void timeGoesBackWithTheData() {
        Format format = new Format(true);
        TestContext context = new TestContext(directory, TTL);
        KeyValueStore<Bytes, byte[]> store = context.open(format.supplier());
        store.put(key("a"), format.value(50));
        store.commit(Map.of(LOG, 1L));
        for (int i = 0; i < 5_000; i++) {
            store.put(key("void" + i), format.value(10_000));
        }
        assertNull(store.get(key("a")));
        store.close();
        // Nothing was committed since, though much was flushed: as after a crash.
        store = context.open(format.supplier());
        assertEquals("a", keys(store.all()));
        store.put(key("b"), format.value(151));
        assertEquals("b", keys(store.all()));
        store.commit(Map.of(LOG, 2L));
        store.close();
        store = context.open(format.supplier());
        assertEquals("b", keys(store.all()));
        store.close();
    }

    @Test
    @Timeout(120)
    void compactionTakesItFromDisk() {
        Format format = new Format(false);
        TestContext context = new TestContext(directory, TTL);
        KeyValueStore<Bytes, byte[]> store = context.open(format.supplier());
        for (int i = 0; i < 50_000; i++) {
            store.put(key("old" + i), format.value(0));
        }
        store.commit(Map.of(LOG, 1L));
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        long before = tableBytes(context);
        assertTrue(before > 500_000, () -> before + " bytes");
        int clock = 0;
        while (tableBytes(context) > before / 4) {
            assertTrue(System.nanoTime() < deadline, () -> tableBytes(context) + " bytes of " + before);
            for (int i = 0; i < 1_000; i++) {
                store.put(key("clock" + i), format.value(1_000 + clock++));
            }
            store.commit(Map.of(LOG, (long) clock));
        }
        store.close();
    }

    @Test
    void plainStoresAreRefusedWithWhatToUse() {
        TestContext context = new TestContext(directory, TTL);
        ConfigException e =
                assertThrows(ConfigException.class, () -> context.open(LsmStores.persistentKeyValueStore("plain")));
        for (String part :
                List.of("lsm.ttl.ms", "100", "plain", "persistentTimestampedKeyValueStore", "lsm.config.setter")) {
            assertTrue(e.getMessage().contains(part), e.getMessage());
        }
        assertThrows(
                ConfigException.class,
                () -> new TestContext(directory, Map.of("lsm.ttl.ms", "0"))
                        .open(LsmStores.persistentTimestampedKeyValueStore("s")));
        // Versions have a history of their own.
        context.open(LsmStores.persistentVersionedKeyValueStore("versions", Duration.ofDays(1)))
                .close();
    }

    @Test
    void theSetterDecidesStoreByStore() {
        TestContext context =
                new TestContext(directory, Map.of("lsm.ttl.ms", "100", "lsm.config.setter", OnlyShort.class.getName()));
        context.open(LsmStores.persistentKeyValueStore("plain")).close();
        Format format = new Format(false);
        KeyValueStore<Bytes, byte[]> longer = context.open(LsmStores.persistentTimestampedKeyValueStore("longer"));
        KeyValueStore<Bytes, byte[]> usual = context.open(LsmStores.persistentTimestampedKeyValueStore("usual"));
        for (KeyValueStore<Bytes, byte[]> store : List.of(longer, usual)) {
            store.put(key("a"), format.value(0));
            store.put(key("b"), format.value(150));
        }
        assertEquals("a b", keys(longer.all()));
        assertEquals("b", keys(usual.all()));
        longer.close();
        usual.close();
        assertThrows(ConfigException.class, () -> context.open(LsmStores.persistentTimestampedKeyValueStore("wrong")));
    }

    @Test
    void whatASetterSaysOfExpiryIsNotForItToSay() {
        TestContext context =
                new TestContext(directory, Map.of("lsm.config.setter", ExpiresEverything.class.getName()));
        KeyValueStore<Bytes, byte[]> store = context.open(LsmStores.persistentKeyValueStore("plain"));
        store.put(key("a"), new byte[1]);
        assertNotNull(store.get(key("a")));
        store.close();
    }

    /** Named in the configuration of a test. */
    public static final class ExpiresEverything implements LsmConfigSetter {
        @Override
        public void setConfig(String storeName, LsmOptions.Builder options, Map<String, Object> configs) {
            options.expiry(new Expiry() {
                @Override
                public boolean isExpired(Slice key, Slice value) {
                    return true;
                }

                @Override
                public Expiry asOf(byte[] committedMetadata) {
                    return this;
                }
            });
        }
    }

    /** Named in the configuration of a test. */
    public static final class OnlyShort implements LsmConfigSetter {
        @Override
        public void setConfig(String storeName, LsmOptions.Builder options, Map<String, Object> configs) {}

        @Override
        public Duration timeToLive(String storeName, Duration configured) {
            return switch (storeName) {
                case "plain" -> null;
                case "longer" -> configured.multipliedBy(2);
                case "wrong" -> Duration.ZERO;
                default -> configured;
            };
        }
    }

    /** Stores of a format, and values for them. */
    private record Format(boolean headers) {
        KeyValueBytesStoreSupplier supplier() {
            Function<String, KeyValueBytesStoreSupplier> suppliers = headers
                    ? LsmStores::persistentTimestampedKeyValueStoreWithHeaders
                    : LsmStores::persistentTimestampedKeyValueStore;
            return suppliers.apply("s");
        }

        byte[] value(long timestamp) {
            ByteBuffer value = ByteBuffer.allocate(300);
            if (headers) {
                // 70 bytes of headers: a zigzag varint of two bytes.
                value.put((byte) 0x8c).put((byte) 0x01).put(new byte[70]);
            }
            return value.putLong(timestamp).array();
        }
    }

    private static String keys(KeyValueIterator<Bytes, byte[]> entries) {
        List<String> keys = new ArrayList<>();
        try (entries) {
            entries.forEachRemaining(entry -> keys.add(TestContext.text(entry.key.get())));
        }
        return String.join(" ", keys);
    }

    private static long tableBytes(TestContext context) {
        return context.metrics().metrics().entrySet().stream()
                .filter(entry -> entry.getKey().name().equals("total-sst-files-size"))
                .map(entry -> ((Number) entry.getValue().metricValue()).longValue())
                .findAny()
                .orElseThrow();
    }
}
