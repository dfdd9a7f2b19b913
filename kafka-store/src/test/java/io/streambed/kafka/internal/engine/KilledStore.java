package io.streambed.kafka.internal.engine;

import static io.streambed.kafka.testing.TestContext.bytes;
import static io.streambed.kafka.testing.TestContext.key;
import static io.streambed.kafka.testing.TestContext.text;

import io.streambed.kafka.LsmStores;
import io.streambed.kafka.testing.TestContext;
import io.streambed.kafka.testing.Versions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.kstream.internals.SessionWindow;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.query.ResultOrder;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.SessionStore;
import org.apache.kafka.streams.state.VersionedBytesStore;
import org.apache.kafka.streams.state.WindowStore;

/**
 * Stores whose entries go by time, in a process that {@link KilledStoresTest} kills. What commit n writes follows from n alone: time moves on by a
 * second each, records come up to a minute late or, now and then, too late, and half a minute is all that is kept.
 */
enum KilledStore {
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
                contents.add("k" + k + " " + versions.get("k" + k));
                contents.addAll(versions.get("k" + k, 0, Long.MAX_VALUE, ResultOrder.ASCENDING));
            }
            return contents;
        }
    },

    TIME_TO_LIVE {
        @Override
        StateStore make() {
            return LsmStores.persistentTimestampedKeyValueStore("store").get();
        }

        @Override
        @SuppressWarnings("unchecked")
        void write(StateStore store, String key, String value, long time) {
            ((KeyValueStore<Bytes, byte[]>) store).put(key(key), value == null ? null : timestamped(value, time));
        }

        @Override
        @SuppressWarnings("unchecked")
        List<String> contents(StateStore store) {
            return list(((KeyValueStore<Bytes, byte[]>) store).all());
        }
    },

    WINDOWS {
        @Override
        StateStore make() {
            return LsmStores.persistentWindowStore("store", KEPT, Duration.ofSeconds(1), false)
                    .get();
        }

        @Override
        @SuppressWarnings("unchecked")
        void write(StateStore store, String key, String value, long time) {
            ((WindowStore<Bytes, byte[]>) store).put(key(key), value == null ? null : bytes(value), time);
        }

        @Override
        @SuppressWarnings("unchecked")
        List<String> contents(StateStore store) {
            return list(((WindowStore<Bytes, byte[]>) store).all());
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

    static final TopicPartition LOG = new TopicPartition("log", 0);
    private static final Duration KEPT = Duration.ofSeconds(30);
    private static final int KEYS = 50;

    /** A new store, not open yet. */
    abstract StateStore make();

    abstract void write(StateStore store, String key, String value, long time);

    /** All that can be read. */
    abstract List<String> contents(StateStore store);

    TestContext context(Path directory, String durability) {
        return new TestContext(
                directory,
                Map.of(
                        "lsm.write.buffer.bytes",
                        "65536",
                        "lsm.durability",
                        durability,
                        "lsm.ttl.ms",
                        String.valueOf(KEPT.toMillis())));
    }

    /** Writes what commit n is to hold. */
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

    /** The process to be killed: STORE DIRECTORY DURABILITY. Writes and commits for ever, and says which commits it has made. */
    public static void main(String[] arguments) {
        KilledStore kind = valueOf(arguments[0]);
        TestContext context = kind.context(Path.of(arguments[1]), arguments[2]);
        StateStore store = context.open(kind.make());
        Long last = store.committedOffset(LOG);
        for (long n = last == null ? 0 : last + 1; ; n++) {
            kind.write(context, store, n);
            store.commit(Map.of(LOG, n));
            System.out.println("committed " + n);
        }
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
