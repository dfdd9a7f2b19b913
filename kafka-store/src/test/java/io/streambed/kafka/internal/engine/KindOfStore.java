package io.streambed.kafka.internal.engine;

import static io.streambed.kafka.testing.TestContext.bytes;
import static io.streambed.kafka.testing.TestContext.key;
import static io.streambed.kafka.testing.TestContext.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.kafka.LsmDslStoreSuppliers;
import io.streambed.kafka.LsmStores;
import io.streambed.kafka.testing.TestContext;
import io.streambed.kafka.testing.Versions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.DslStoreFormat;
import org.apache.kafka.streams.kstream.EmitStrategy;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.kstream.internals.SessionWindow;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.query.ResultOrder;
import org.apache.kafka.streams.state.DslWindowParams;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.SessionStore;
import org.apache.kafka.streams.state.VersionedBytesStore;
import org.apache.kafka.streams.state.WindowStore;

/**
 * The kinds of store, to be written and read in one way. What write n writes follows from n alone: time moves on by a second each, records come
 * up to twenty seconds late or, now and then, too late, and half a minute is all that is kept where anything expires.
 */
enum KindOfStore {
    KEY_VALUE {
        @Override
        StateStore make() {
            return LsmStores.persistentKeyValueStore("store").get();
        }

        @Override
        void write(StateStore store, String key, String value, long time) {
            keyValue(store).put(key(key), value == null ? null : bytes(value));
        }

        @Override
        List<String> contents(StateStore store) {
            return list(keyValue(store).all());
        }

        @Override
        void read(StateStore store) {
            KeyValueStore<Bytes, byte[]> entries = keyValue(store);
            entries.get(key("k1"));
            entries.approximateNumEntries();
            Bytes last = null;
            try (KeyValueIterator<Bytes, byte[]> all = entries.all()) {
                while (all.hasNext()) {
                    Bytes next = all.next().key;
                    assertTrue(last == null || last.compareTo(next) < 0);
                    last = next;
                }
            }
            try (KeyValueIterator<Bytes, byte[]> some = entries.reverseRange(key("k3"), key("k5"))) {
                while (some.hasNext()) {
                    assertEquals('k', some.next().key.get()[0]);
                }
            }
        }
    },

    VERSIONS {
        @Override
        StateStore make() {
            return LsmStores.persistentVersionedKeyValueStore("store", KEPT, Duration.ofSeconds(5))
                    .get();
        }

        @Override
        void write(StateStore store, String key, String value, long time) {
            new Versions((VersionedBytesStore) store).put(key, value, time);
        }

        @Override
        List<String> contents(StateStore store) {
            Versions versions = new Versions((VersionedBytesStore) store);
            List<String> contents = new ArrayList<>();
            for (int k = 0; k < KEYS; k++) {
                for (String version : versions.get("k" + k, 0, Long.MAX_VALUE, ResultOrder.ASCENDING)) {
                    contents.add("k" + k + " " + version + ", latest " + versions.get("k" + k));
                }
            }
            return contents;
        }

        @Override
        void read(StateStore store) {
            for (int k = 0; k < KEYS; k++) {
                VersionedBytesStore versions = (VersionedBytesStore) store;
                versions.get(key("k" + k));
                versions.get(key("k" + k), 100_000 + 500L * k);
            }
        }
    },

    TIME_TO_LIVE {
        @Override
        StateStore make() {
            return LsmStores.persistentTimestampedKeyValueStore("store").get();
        }

        @Override
        Map<String, Object> configs() {
            return Map.of("lsm.ttl.ms", String.valueOf(KEPT.toMillis()));
        }

        @Override
        void write(StateStore store, String key, String value, long time) {
            keyValue(store).put(key(key), value == null ? null : timestamped(value, time));
        }

        @Override
        List<String> contents(StateStore store) {
            return list(keyValue(store).all());
        }
    },

    WINDOWS {
        @Override
        StateStore make() {
            return LsmStores.persistentWindowStore("store", KEPT, Duration.ofSeconds(1), false)
                    .get();
        }

        @Override
        void write(StateStore store, String key, String value, long time) {
            windows(store).put(key(key), value == null ? null : bytes(value), time);
        }

        @Override
        List<String> contents(StateStore store) {
            return list(windows(store).all());
        }
    },

    CLOSED_WINDOWS {
        @Override
        StateStore make() {
            return new LsmDslStoreSuppliers()
                    .windowStore(new DslWindowParams(
                            "store",
                            KEPT,
                            Duration.ofSeconds(1),
                            false,
                            EmitStrategy.onWindowClose(),
                            true,
                            DslStoreFormat.PLAIN))
                    .get();
        }

        @Override
        void write(StateStore store, String key, String value, long time) {
            windows(store).put(key(key), value == null ? null : bytes(value), time);
        }

        @Override
        List<String> contents(StateStore store) {
            return list(windows(store).all());
        }
    },

    SESSIONS {
        @Override
        StateStore make() {
            return LsmStores.persistentSessionStore("store", KEPT).get();
        }

        @Override
        @SuppressWarnings("unchecked")
        void write(StateStore store, String key, String value, long time) {
            ((SessionStore<Bytes, byte[]>) store)
                    .put(
                            new Windowed<>(key(key), new SessionWindow(time, time + 500)),
                            value == null ? null : bytes(value));
        }

        @Override
        @SuppressWarnings("unchecked")
        List<String> contents(StateStore store) {
            return list(((SessionStore<Bytes, byte[]>) store).fetch(null, null));
        }
    };

    private static final Duration KEPT = Duration.ofSeconds(30);
    private static final int KEYS = 50;

    /** A new store, not open yet. */
    abstract StateStore make();

    abstract void write(StateStore store, String key, String value, long time);

    /** All that can be read; not beside a writer. */
    abstract List<String> contents(StateStore store);

    /** Reads all that there is, beside a writer perhaps. */
    void read(StateStore store) {
        contents(store);
    }

    /** What it is configured with beside the usual. */
    Map<String, Object> configs() {
        return Map.of();
    }

    /** A context of a task in {@code directory}, with small write buffers. */
    TestContext context(Path directory) {
        Map<String, Object> all = new HashMap<>(configs());
        all.put("lsm.write.buffer.bytes", "65536");
        return new TestContext(directory, all);
    }

    /** Write n of a task. */
    void write(TestContext context, StateStore store, long n) {
        context.at("in", 0, n);
        Random random = new Random(n);
        for (int i = 0; i < 10; i++) {
            long lateness = random.nextInt(20) == 0 ? 60_000 : random.nextInt(20_000);
            String value = random.nextInt(6) == 0 ? null : n + "." + i + " " + "x".repeat(random.nextInt(500));
            long time = Math.max(0, 100_000 + n * 1_000 - lateness);
            write(store, "k" + random.nextInt(KEYS), value, time);
        }
    }

    @SuppressWarnings("unchecked")
    private static KeyValueStore<Bytes, byte[]> keyValue(StateStore store) {
        return (KeyValueStore<Bytes, byte[]>) store;
    }

    @SuppressWarnings("unchecked")
    private static WindowStore<Bytes, byte[]> windows(StateStore store) {
        return (WindowStore<Bytes, byte[]>) store;
    }

    private static byte[] timestamped(String value, long time) {
        byte[] text = bytes(value);
        return ByteBuffer.allocate(Long.BYTES + text.length)
                .putLong(time)
                .put(text)
                .array();
    }

    private static List<String> list(KeyValueIterator<?, byte[]> entries) {
        List<String> contents = new ArrayList<>();
        try (entries) {
            entries.forEachRemaining(entry -> contents.add(entry.key + "=" + text(entry.value)));
        }
        return contents;
    }
}
