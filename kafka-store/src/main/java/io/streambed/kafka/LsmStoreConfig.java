package io.streambed.kafka;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Type.CLASS;
import static org.apache.kafka.common.config.ConfigDef.Type.INT;
import static org.apache.kafka.common.config.ConfigDef.Type.LONG;
import static org.apache.kafka.common.config.ConfigDef.Type.STRING;

import io.streambed.kafka.internal.engine.QueryIsolation;
import io.streambed.kafka.internal.engine.RuntimeSettings;
import io.streambed.kafka.internal.engine.StoreSettings;
import io.streambed.lsm.CompactionStyle;
import io.streambed.lsm.Compression;
import io.streambed.lsm.Durability;
import io.streambed.lsm.LsmException;
import io.streambed.lsm.LsmOptions;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of the stores: keys that begin with {@code lsm.}, given among the properties of {@code StreamsConfig}.
 *
 * <p>Keys are of one store each, unless their description says that they are of the process. A value out of range, and a key that begins
 * with {@code lsm.} and is none of these, is a {@link ConfigException} that names the key, and the value and what it may be, or the nearest key
 * that there is. With {@link LsmDslStoreSuppliers} or {@link LsmClientSupplier} it comes when the {@code KafkaStreams} object is made, otherwise
 * when a store is opened.
 */
public final class LsmStoreConfig extends AbstractConfig {
    /** What all keys begin with. */
    public static final String PREFIX = "lsm.";

    private static final LsmOptions ENGINE = LsmOptions.defaults();

    /** What a commit survives. */
    public static final String DURABILITY_CONFIG = "lsm.durability";

    public static final String DURABILITY_DOC =
            "What a commit survives. none: there is no write-ahead log, and a killed"
                    + " process falls back to what was flushed last. process: the end of the process, however it ends. power: a loss of"
                    + " power as well, at the price of a sync for each commit.";
    public static final String DURABILITY_DEFAULT = "process";

    /** How the blocks of tables are compressed. */
    public static final String COMPRESSION_CONFIG = "lsm.compression";

    public static final String COMPRESSION_DOC =
            "How the blocks of tables are compressed. lz4 takes less disk and more processor time, most of all in reads; zstd more so of"
                    + " both, in native code. Kafka's clients bring both libraries, at.yawk.lz4:lz4-java and com.github.luben:zstd-jni.";
    public static final String COMPRESSION_DEFAULT = "none";

    /** Bytes of one memtable. */
    public static final String WRITE_BUFFER_BYTES_CONFIG = "lsm.write.buffer.bytes";

    public static final String WRITE_BUFFER_BYTES_DOC =
            "Memory of one memtable before it is flushed, in bytes; a store has up to three, as far as lsm.memory.bytes has room for them, and the last may grow to twice that."
                    + " Smaller: more and smaller tables, more compaction. Larger: more memory, and a longer replay after a crash.";
    public static final long WRITE_BUFFER_BYTES_DEFAULT = ENGINE.writeBufferBytes();
    private static final ConfigRange WRITE_BUFFER_BYTES = new ConfigRange(64 << 10, 1 << 30);

    /** Bytes of a block. */
    public static final String BLOCK_BYTES_CONFIG = "lsm.block.bytes";

    public static final String BLOCK_BYTES_DOC =
            "Size of a table's block before compression, in bytes. Smaller: faster point"
                    + " reads, larger indexes. Larger: better compression, faster scans.";
    public static final int BLOCK_BYTES_DEFAULT = ENGINE.blockBytes();
    private static final ConfigRange BLOCK_BYTES = new ConfigRange(512, 1 << 20);

    /** Bits of the filter for each key. */
    public static final String FILTER_BITS_PER_KEY_CONFIG = "lsm.filter.bits.per.key";

    public static final String FILTER_BITS_PER_KEY_DOC =
            "Size of the tables' Bloom filters, in bits a key. With 10 about 1 in 100 lookups of a missing key reads a block.";
    public static final int FILTER_BITS_PER_KEY_DEFAULT = ENGINE.filterBitsPerKey();
    private static final ConfigRange FILTER_BITS_PER_KEY = new ConfigRange(4, 32);

    /** Which tables are merged, and when. */
    public static final String COMPACTION_STYLE_CONFIG = "lsm.compaction.style";

    public static final String COMPACTION_STYLE_DOC =
            "Which tables are merged, and when. leveled: few runs and little room on disk, many bytes written. tiered: fewest bytes written,"
                    + " more runs to read from, up to four times the room where keys are overwritten. hybrid: no more written than tiered"
                    + " while keys are new, at most eight runs (of windows and sessions eight of one time, 32 in all), and up to twice the"
                    + " size of what is alive while the store is written, 1.25 times once it is at rest.";
    public static final String COMPACTION_STYLE_DEFAULT =
            ENGINE.compactionStyle().name().toLowerCase(Locale.ROOT);

    /** Bytes that compactions write in a second, for the process. */
    public static final String COMPACTION_BYTES_PER_SECOND_CONFIG = "lsm.compaction.bytes.per.second";

    public static final String COMPACTION_BYTES_PER_SECOND_DOC =
            "Of the process, the first store opened decides: how many bytes compactions may write in a second, for all stores together; 0"
                    + " for as many as they can. Too few make writers wait in the end.";
    public static final long COMPACTION_BYTES_PER_SECOND_DEFAULT = 0;

    /** Bytes of a table. */
    public static final String TABLE_BYTES_CONFIG = "lsm.table.bytes";

    public static final String TABLE_BYTES_DOC = "Size at which compaction begins the next table, in bytes.";
    public static final long TABLE_BYTES_DEFAULT = ENGINE.tableBytes();
    private static final ConfigRange TABLE_BYTES = new ConfigRange(64 << 10, 2L << 30);

    /** Bytes of memory, for the process. */
    public static final String MEMORY_BYTES_CONFIG = "lsm.memory.bytes";

    public static final String MEMORY_BYTES_DOC =
            "Of the process, the first store opened decides: memory of all stores together, in bytes of the Java heap. Write buffers"
                    + " get up to a half of it, indexes and filters of tables up to three eighths, and the block cache the rest, which is"
                    + " what the others do not need. If not set: a quarter of the largest size of the heap.";
    public static final @Nullable Long MEMORY_BYTES_DEFAULT = null;
    private static final MemoryRange MEMORY_BYTES = new MemoryRange(256 << 10);

    /** Table files kept open, for the process. */
    public static final String OPEN_TABLES_CONFIG = "lsm.open.tables";

    public static final String OPEN_TABLES_DOC =
            "Of the process, the first store opened decides: table files that are kept open, for"
                    + " all stores together. Fewer: less memory and file handles, more opening.";
    public static final int OPEN_TABLES_DEFAULT = 1000;
    private static final ConfigRange OPEN_TABLES = new ConfigRange(16, 1_000_000);

    /** Compactions at once, for the process. */
    public static final String BACKGROUND_THREADS_CONFIG = "lsm.background.threads";

    public static final String BACKGROUND_THREADS_DOC =
            "Of the process, the first store opened decides: how many compactions, or parts of a large one, run at once, for all stores"
                    + " together. Flushes, the creation of logs and the reading of logs after a crash have a thread each beside them.";
    public static final int BACKGROUND_THREADS_DEFAULT = 2;
    private static final ConfigRange BACKGROUND_THREADS = new ConfigRange(1, 64);

    /** What interactive queries see. */
    public static final String QUERY_ISOLATION_CONFIG = "lsm.query.isolation";

    public static final String QUERY_ISOLATION_DOC =
            "What interactive queries see of a task that writes meanwhile. read_uncommitted: everything, as with every store of Kafka Streams."
                    + " read_committed: what the store's last commit holds, never what a transaction may still abort.";
    public static final String QUERY_ISOLATION_DEFAULT = "read_uncommitted";

    /** How long entries of key-value stores live. */
    public static final String TTL_MS_CONFIG = "lsm.ttl.ms";

    public static final String TTL_MS_DOC =
            "How long an entry of a key-value store lives, in ms: it is gone once the store has seen a record that is later by more than that,"
                    + " restored or not. For timestamped stores and such with headers; a plain one does not start, as its entries have no"
                    + " timestamps. Windows, sessions and versions have their own retention. If not set: for ever.";
    public static final @Nullable Long TTL_MS_DEFAULT = null;
    private static final OptionalRange TTL_MS = new OptionalRange(1, Long.MAX_VALUE);

    /** A class that sets options store by store. */
    public static final String CONFIG_SETTER_CONFIG = "lsm.config.setter";

    public static final String CONFIG_SETTER_DOC =
            "A class that implements " + LsmConfigSetter.class.getName() + " and sets options store by store.";

    /** A supplier of clients that {@link LsmClientSupplier} puts itself around. */
    public static final String CLIENT_SUPPLIER_CONFIG = "lsm.client.supplier";

    public static final String CLIENT_SUPPLIER_DOC = "For default.client.supplier=" + LsmClientSupplier.class.getName()
            + ": a class that implements " + KafkaClientSupplier.class.getName()
            + " and makes the clients. If not set: Kafka's own clients.";

    private static final ConfigDef DEFINITION = new ConfigDef()
            .define(DURABILITY_CONFIG, STRING, DURABILITY_DEFAULT, oneOf(Durability.values()), HIGH, DURABILITY_DOC)
            .define(MEMORY_BYTES_CONFIG, LONG, MEMORY_BYTES_DEFAULT, MEMORY_BYTES, HIGH, MEMORY_BYTES_DOC)
            .define(
                    WRITE_BUFFER_BYTES_CONFIG,
                    LONG,
                    WRITE_BUFFER_BYTES_DEFAULT,
                    WRITE_BUFFER_BYTES,
                    HIGH,
                    WRITE_BUFFER_BYTES_DOC)
            .define(
                    COMPRESSION_CONFIG,
                    STRING,
                    COMPRESSION_DEFAULT,
                    oneOf(Compression.values()),
                    MEDIUM,
                    COMPRESSION_DOC)
            .define(
                    BACKGROUND_THREADS_CONFIG,
                    INT,
                    BACKGROUND_THREADS_DEFAULT,
                    BACKGROUND_THREADS,
                    MEDIUM,
                    BACKGROUND_THREADS_DOC)
            .define(
                    COMPACTION_STYLE_CONFIG,
                    STRING,
                    COMPACTION_STYLE_DEFAULT,
                    oneOf(CompactionStyle.values()),
                    MEDIUM,
                    COMPACTION_STYLE_DOC)
            .define(
                    COMPACTION_BYTES_PER_SECOND_CONFIG,
                    LONG,
                    COMPACTION_BYTES_PER_SECOND_DEFAULT,
                    new ConfigRange(0, 1L << 40),
                    LOW,
                    COMPACTION_BYTES_PER_SECOND_DOC)
            .define(OPEN_TABLES_CONFIG, INT, OPEN_TABLES_DEFAULT, OPEN_TABLES, LOW, OPEN_TABLES_DOC)
            .define(BLOCK_BYTES_CONFIG, INT, BLOCK_BYTES_DEFAULT, BLOCK_BYTES, LOW, BLOCK_BYTES_DOC)
            .define(
                    FILTER_BITS_PER_KEY_CONFIG,
                    INT,
                    FILTER_BITS_PER_KEY_DEFAULT,
                    FILTER_BITS_PER_KEY,
                    LOW,
                    FILTER_BITS_PER_KEY_DOC)
            .define(TABLE_BYTES_CONFIG, LONG, TABLE_BYTES_DEFAULT, TABLE_BYTES, LOW, TABLE_BYTES_DOC)
            .define(
                    QUERY_ISOLATION_CONFIG,
                    STRING,
                    QUERY_ISOLATION_DEFAULT,
                    oneOf(QueryIsolation.values()),
                    MEDIUM,
                    QUERY_ISOLATION_DOC)
            .define(TTL_MS_CONFIG, LONG, TTL_MS_DEFAULT, TTL_MS, MEDIUM, TTL_MS_DOC)
            .define(
                    CONFIG_SETTER_CONFIG,
                    CLASS,
                    null,
                    new ClassThatImplements(LsmConfigSetter.class),
                    LOW,
                    CONFIG_SETTER_DOC)
            .define(
                    CLIENT_SUPPLIER_CONFIG,
                    CLASS,
                    null,
                    new ClassThatImplements(KafkaClientSupplier.class, LsmClientSupplier.class),
                    LOW,
                    CLIENT_SUPPLIER_DOC);

    /**
     * Reads the keys of the stores among {@code configs}; others are left alone.
     *
     * @param configs an application's configuration
     * @throws ConfigException naming key, value and what it may be
     */
    public LsmStoreConfig(Map<?, ?> configs) {
        super(DEFINITION, own(configs), Collections.emptyMap(), false);
    }

    /** The keys, their types, defaults, ranges and descriptions. A copy. */
    public static ConfigDef configDef() {
        return new ConfigDef(DEFINITION);
    }

    /** What a store of an application with such a configuration is opened with. */
    static StoreSettings settingsOf(String storeName, Map<String, Object> configs) {
        LsmStoreConfig config = new LsmStoreConfig(configs);
        LsmOptions.Builder options = LsmOptions.builder()
                .durability(Durability.valueOf(upperCase(config.getString(DURABILITY_CONFIG))))
                .compression(Compression.valueOf(upperCase(config.getString(COMPRESSION_CONFIG))))
                .compactionStyle(CompactionStyle.valueOf(upperCase(config.getString(COMPACTION_STYLE_CONFIG))))
                .writeBufferBytes(config.getLong(WRITE_BUFFER_BYTES_CONFIG))
                .blockBytes(config.getInt(BLOCK_BYTES_CONFIG))
                .filterBitsPerKey(config.getInt(FILTER_BITS_PER_KEY_CONFIG))
                .tableBytes(config.getLong(TABLE_BYTES_CONFIG));
        RuntimeSettings runtime = new RuntimeSettings(
                config.getLong(MEMORY_BYTES_CONFIG),
                config.getInt(OPEN_TABLES_CONFIG),
                config.getInt(BACKGROUND_THREADS_CONFIG),
                config.getLong(COMPACTION_BYTES_PER_SECOND_CONFIG));
        QueryIsolation isolation = QueryIsolation.valueOf(upperCase(config.getString(QUERY_ISOLATION_CONFIG)));
        LsmConfigSetter setter = config.getConfiguredInstance(CONFIG_SETTER_CONFIG, LsmConfigSetter.class, configs);
        return setter == null
                ? new StoreSettings(options.build(), runtime, isolation, config.getLong(TTL_MS_CONFIG), () -> {})
                : set(setter, storeName, options, configs, runtime, isolation, config.getLong(TTL_MS_CONFIG));
    }

    /** The supplier of clients that an application with such a configuration names for ours, configured; {@code null} if it names none. */
    static @Nullable KafkaClientSupplier clientSupplier(Map<String, ?> configs) {
        return new LsmStoreConfig(configs)
                .getConfiguredInstance(CLIENT_SUPPLIER_CONFIG, KafkaClientSupplier.class, new HashMap<>(configs));
    }

    private static StoreSettings set(
            LsmConfigSetter setter,
            String storeName,
            LsmOptions.Builder options,
            Map<String, Object> configs,
            RuntimeSettings runtime,
            QueryIsolation isolation,
            @Nullable Long ttlMillis) {
        setter.setConfig(storeName, options, Collections.unmodifiableMap(configs));
        try {
            LsmOptions set = options.build();
            Duration timeToLive = setter.timeToLive(storeName, ttlMillis == null ? null : Duration.ofMillis(ttlMillis));
            return new StoreSettings(
                    set,
                    runtime,
                    isolation,
                    millisOf(timeToLive, storeName, setter),
                    () -> setter.close(storeName, set));
        } catch (LsmException e) {
            throw new ConfigException(
                    CONFIG_SETTER_CONFIG,
                    setter.getClass().getName(),
                    "for the store " + storeName + " it set something that cannot be: " + e.getMessage());
        }
    }

    private static @Nullable Long millisOf(@Nullable Duration timeToLive, String storeName, LsmConfigSetter setter) {
        if (timeToLive == null) {
            return null;
        }
        long millis = Milliseconds.of(timeToLive, "timeToLive");
        if (millis < TTL_MS.least()) {
            throw new ConfigException(
                    CONFIG_SETTER_CONFIG,
                    setter.getClass().getName(),
                    "it gave the store " + storeName + " a time to live of " + timeToLive
                            + "; it may be null, or 1 ms and more");
        }
        return millis;
    }

    private static Map<String, Object> own(Map<?, ?> configs) {
        Map<String, Object> own = new HashMap<>();
        for (Map.Entry<?, ?> config : configs.entrySet()) {
            if (config.getKey() instanceof String name && name.startsWith(PREFIX)) {
                if (!DEFINITION.names().contains(name)) {
                    throw new ConfigException("Unknown configuration " + name + "; the nearest one that there is: "
                            + NearestName.to(name, DEFINITION.names()));
                }
                own.put(name, config.getValue());
            }
        }
        return own;
    }

    private static ConfigDef.ValidString oneOf(Enum<?>[] values) {
        String[] names = new String[values.length];
        for (int i = 0; i < names.length; i++) {
            names[i] = values[i].name().toLowerCase(Locale.ROOT);
        }
        return ConfigDef.ValidString.in(names);
    }

    private static String upperCase(String name) {
        return name.toUpperCase(Locale.ROOT);
    }
}
