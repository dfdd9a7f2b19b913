package io.streambed.kafka.internal.engine;

import static io.streambed.kafka.testing.TestContext.bytes;
import static io.streambed.kafka.testing.TestContext.key;
import static io.streambed.kafka.testing.TestContext.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.kafka.LsmStores;
import io.streambed.kafka.testing.TestContext;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The process that {@link StoreCrashTest} kills. What it writes up to a commit follows from the commit's number alone: commit n sets the
 * keys n mod 200 and n + 1 mod 200, to n, and deletes the key n + 100 mod 200.
 */
final class StoreCrashWriter {
    private static final TopicPartition LOG = new TopicPartition("log", 0);
    private static final int KEYS = 200;

    /** What is committed before so much is written without a commit that it is flushed. */
    static final long COMMITS_BEFORE_FLUSHING = 500;

    private StoreCrashWriter() {}

    public static void main(String[] arguments) {
        TestContext context = new TestContext(
                Path.of(arguments[0]), Map.of("lsm.write.buffer.bytes", "65536", "lsm.durability", arguments[1]));
        KeyValueStore<Bytes, byte[]> store = context.open(LsmStores.persistentKeyValueStore("store"));
        Long last = store.committedOffset(LOG);
        long next = last == null ? 0 : last + 1;
        if (arguments[2].equals("flush")) {
            for (; next < COMMITS_BEFORE_FLUSHING; next++) {
                write(context, store, next);
                store.commit(Map.of(LOG, next));
            }
            // Some tens of write buffers, over and over the same keys and new ones.
            for (long n = next; n < next + 10_000; n++) {
                write(context, store, n);
                store.put(key("new" + n), bytes("void".repeat(50)));
            }
            System.out.println("flushed");
        }
        for (; ; next++) {
            write(context, store, next);
            if (arguments[2].equals("commit")) {
                store.commit(Map.of(LOG, next));
                System.out.println(next);
            }
        }
    }

    private static void write(TestContext context, KeyValueStore<Bytes, byte[]> store, long n) {
        context.at("in", 0, n);
        store.put(key("key" + n % KEYS), bytes(n + " " + "x".repeat((int) (n % 1000))));
        store.put(key("key" + (n + 1) % KEYS), bytes(n + " "));
        store.delete(key("key" + (n + KEYS / 2) % KEYS));
    }

    /** Checks that the store is exactly at a commit not older than {@code said}. */
    static void verify(Path directory, long said) {
        TestContext context = new TestContext(directory);
        KeyValueStore<Bytes, byte[]> store = context.open(LsmStores.persistentKeyValueStore("store"));
        long at = store.committedOffset(LOG);
        assertTrue(at >= said, () -> "at commit " + at + ", but " + said + " was said to be made");
        assertEquals(Position.fromMap(Map.of("in", Map.of(0, at))), store.getPosition());
        int entries = 0;
        try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
            while (all.hasNext()) {
                all.next();
                entries++;
            }
        }
        int expected = 0;
        for (int k = 0; k < KEYS; k++) {
            String value = valueAt(k, at);
            assertEquals(value, text(store.get(key("key" + k))), "key" + k + " at commit " + at);
            expected += value == null ? 0 : 1;
        }
        assertEquals(expected, entries);
        store.close();
    }

    /** The value of a key at a commit: what the last of the commits that touched it did. */
    private static String valueAt(int k, long commit) {
        for (long n = commit; n >= 0 && n > commit - KEYS; n--) {
            if ((n + KEYS / 2) % KEYS == k) {
                return null;
            }
            if ((n + 1) % KEYS == k) {
                return n + " ";
            }
            if (n % KEYS == k) {
                return n + " " + "x".repeat((int) (n % 1000));
            }
        }
        return null;
    }
}
