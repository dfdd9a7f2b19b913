package io.streambed.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.kafka.internal.engine.QueryIsolation;
import io.streambed.kafka.internal.engine.StoreSettings;
import io.streambed.lsm.CompactionStyle;
import io.streambed.lsm.Compression;
import io.streambed.lsm.Durability;
import io.streambed.lsm.LsmOptions;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LsmStoreConfigTest {
    private static final List<String> SETTER_CALLS = new ArrayList<>();

    @BeforeEach
    void forgetCalls() {
        SETTER_CALLS.clear();
    }

    @Test
    void defaultsAreTheEnginesOwn() {
        StoreSettings settings = LsmStoreConfig.settingsOf("s", Map.of("application.id", "a"));
        assertEquals(LsmOptions.defaults(), settings.options());
        assertEquals(QueryIsolation.READ_UNCOMMITTED, settings.queryIsolation());
        assertNull(settings.runtime().memoryBytes());
        assertEquals(LsmStoreConfig.OPEN_TABLES_DEFAULT, settings.runtime().openTables());
        assertEquals(
                LsmStoreConfig.BACKGROUND_THREADS_DEFAULT, settings.runtime().backgroundThreads());
    }

    @Test
    void everyKeyReachesTheEngineFromTextAndFromNumbers() {
        Map<String, Object> configs = new HashMap<>();
        configs.put("lsm.durability", "power");
        configs.put("lsm.compression", "lz4");
        configs.put("lsm.write.buffer.bytes", "1048576");
        configs.put("lsm.block.bytes", 8192);
        configs.put("lsm.filter.bits.per.key", "12");
        configs.put("lsm.table.bytes", 1L << 24);
        configs.put("lsm.memory.bytes", "1000000");
        configs.put("lsm.open.tables", "50");
        configs.put("lsm.background.threads", "3");
        configs.put("lsm.query.isolation", "read_committed");
        configs.put("lsm.ttl.ms", "60000");
        configs.put("lsm.compaction.style", "tiered");
        configs.put("lsm.compaction.bytes.per.second", "2000000");
        StoreSettings settings = LsmStoreConfig.settingsOf("s", configs);
        LsmOptions options = settings.options();
        assertEquals(Durability.POWER, options.durability());
        assertEquals(Compression.LZ4, options.compression());
        assertEquals(1 << 20, options.writeBufferBytes());
        assertEquals(8192, options.blockBytes());
        assertEquals(12, options.filterBitsPerKey());
        assertEquals(1 << 24, options.tableBytes());
        assertEquals(1_000_000, settings.runtime().memoryBytes());
        assertEquals(50, settings.runtime().openTables());
        assertEquals(3, settings.runtime().backgroundThreads());
        assertEquals(QueryIsolation.READ_COMMITTED, settings.queryIsolation());
        assertEquals(60_000, settings.timeToLiveMillis());
        assertEquals(CompactionStyle.TIERED, options.compactionStyle());
        assertEquals(2_000_000, settings.runtime().compactionBytesPerSecond());
        configs.put("lsm.config.setter", BlockSetter.class);
        configs.put("lsm.client.supplier", LsmClientSupplierTest.Named.class);
        assertEquals(
                LsmStoreConfig.configDef().names(),
                configs.keySet(),
                "each key is tried here or in the tests of the classes that it names");
    }

    /** A range of ours that the engine does not share would be a failure at the opening of a store, with a worse message. */
    @Test
    void bothEndsOfEachRangeAreAllowedAndWhatIsBeyondNamesKeyValueAndRange() {
        for (ConfigDef.ConfigKey key : LsmStoreConfig.configDef().configKeys().values()) {
            if (key.validator instanceof ConfigRange range) {
                for (long end : new long[] {range.least(), range.most()}) {
                    StoreSettings settings = LsmStoreConfig.settingsOf("s", Map.of(key.name, Long.toString(end)));
                    settings.runtime().toBuilder();
                }
                for (long beyond : new long[] {range.least() - 1, range.most() + 1}) {
                    assertRefused(Map.of(key.name, Long.toString(beyond)), key.name, Long.toString(beyond));
                }
                assertRefused(
                        Map.of(key.name, Long.toString(range.least() - 1)), range.least() + " to " + range.most());
                assertRefused(Map.of(key.name, "many"), key.name, "many");
            }
        }
    }

    @Test
    void memoryIsAPartOfTheHeap() {
        long heap = Runtime.getRuntime().maxMemory();
        for (long allowed : new long[] {256 << 10, heap - 1}) {
            StoreSettings settings = LsmStoreConfig.settingsOf("s", Map.of("lsm.memory.bytes", Long.toString(allowed)));
            assertEquals(allowed, settings.runtime().memoryBytes());
            settings.runtime().toBuilder();
        }
        assertRefused(Map.of("lsm.memory.bytes", "262143"), "lsm.memory.bytes", "262143", "262144");
        assertRefused(Map.of("lsm.memory.bytes", heap), "lsm.memory.bytes", Long.toString(heap), "-Xmx");
    }

    @Test
    void wordsMustBeKnown() {
        assertRefused(Map.of("lsm.durability", "disk"), "lsm.durability", "disk", "none, process, power");
        assertRefused(Map.of("lsm.compression", "zip"), "lsm.compression", "zip", "none, lz4, zstd");
    }

    @Test
    void unknownKeysNameTheNearest() {
        assertRefused(Map.of("lsm.blok.byte", 1), "lsm.blok.byte", "lsm.block.bytes");
        assertRefused(Map.of("lsm.memorybytes", 1), "lsm.memorybytes", "lsm.memory.bytes");
        assertRefused(Map.of("lsm.", 1), "lsm.");
        // Others are none of our business.
        new LsmStoreConfig(Map.of("lsmx", 1, "rocksdb.config.setter", "x", "application.id", "a"));
    }

    @Test
    void aWrongKeyStopsTheApplicationBeforeItStarts() {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "a");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:1");
        properties.put(StreamsConfig.DSL_STORE_SUPPLIERS_CLASS_CONFIG, LsmDslStoreSuppliers.class);
        properties.put("lsm.block.bytes", "7");
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream("in").groupByKey().count();
        ConfigException e =
                assertThrows(ConfigException.class, () -> new KafkaStreams(builder.build(properties), properties));
        assertTrue(
                e.getMessage().contains("lsm.block.bytes") && e.getMessage().contains("512 to 1048576"), e::getMessage);
    }

    @Test
    void everyKeyHasItsConstants() throws IllegalAccessException {
        Map<String, String> keys = new HashMap<>();
        Map<String, Object> constants = new HashMap<>();
        for (Field field : LsmStoreConfig.class.getFields()) {
            if (field.getDeclaringClass() == LsmStoreConfig.class) {
                constants.put(field.getName(), field.get(null));
                if (field.getName().endsWith("_CONFIG")) {
                    keys.put((String) field.get(null), field.getName().replaceAll("_CONFIG$", ""));
                }
            }
        }
        assertEquals(LsmStoreConfig.configDef().names(), keys.keySet());
        LsmStoreConfig.configDef().configKeys().forEach((name, key) -> {
            assertEquals(constants.get(keys.get(name) + "_DOC"), key.documentation);
            assertEquals(constants.get(keys.get(name) + "_DEFAULT"), key.defaultValue);
            assertTrue(name.startsWith(LsmStoreConfig.PREFIX));
        });
    }

    @Test
    void theSetterHasTheLastWordStoreByStore() {
        Map<String, Object> configs =
                Map.of("lsm.config.setter", BlockSetter.class.getName(), "lsm.block.bytes", "2048", "mine", "4096");
        StoreSettings lookups = LsmStoreConfig.settingsOf("lookups", configs);
        StoreSettings other = LsmStoreConfig.settingsOf("other", configs);
        assertEquals(4096, lookups.options().blockBytes());
        assertEquals(2048, other.options().blockBytes());
        assertEquals(List.of("set lookups", "set other"), SETTER_CALLS);
        lookups.onClose().run();
        assertEquals("close lookups 4096", SETTER_CALLS.get(2));
    }

    @Test
    void settersThatCannotBeAreRefused() {
        assertRefused(
                Map.of("lsm.config.setter", String.class), "lsm.config.setter", "java.lang.String", "LsmConfigSetter");
        assertRefused(Map.of("lsm.config.setter", "no.such.Class"), "lsm.config.setter", "no.such.Class");
        assertRefused(
                Map.of("lsm.config.setter", TooSmall.class),
                "lsm.config.setter",
                "TooSmall",
                "blockBytes",
                "the store s");
        IllegalStateException e = assertThrows(
                IllegalStateException.class,
                () -> LsmStoreConfig.settingsOf("broken", Map.of("lsm.config.setter", TooSmall.class)));
        assertEquals("the user's own", e.getMessage());
    }

    private static void assertRefused(Map<String, Object> configs, String... named) {
        ConfigException e = assertThrows(ConfigException.class, () -> LsmStoreConfig.settingsOf("s", configs));
        for (String part : named) {
            assertTrue(e.getMessage().contains(part), () -> part + " is not named in: " + e.getMessage());
        }
    }

    /** Sets what the application's own key says, for one store. */
    public static final class BlockSetter implements LsmConfigSetter {
        @Override
        public void setConfig(String storeName, LsmOptions.Builder options, Map<String, Object> configs) {
            SETTER_CALLS.add("set " + storeName);
            if (storeName.equals("lookups")) {
                options.blockBytes(Integer.parseInt((String) configs.get("mine")));
            }
        }

        @Override
        public void close(String storeName, LsmOptions options) {
            SETTER_CALLS.add("close " + storeName + " " + options.blockBytes());
        }
    }

    /** Sets what cannot be. */
    public static final class TooSmall implements LsmConfigSetter {
        @Override
        public void setConfig(String storeName, LsmOptions.Builder options, Map<String, Object> configs) {
            if (storeName.equals("broken")) {
                throw new IllegalStateException("the user's own");
            }
            options.blockBytes(1);
        }
    }
}
