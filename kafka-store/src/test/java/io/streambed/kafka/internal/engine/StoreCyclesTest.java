package io.streambed.kafka.internal.engine;

import static io.streambed.kafka.testing.TestContext.bytes;
import static io.streambed.kafka.testing.TestContext.key;
import static io.streambed.kafka.testing.TestContext.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import io.streambed.kafka.LsmStores;
import io.streambed.kafka.testing.TestContext;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Stores opened and closed for ever, as rebalances do. */
@Timeout(120)
class StoreCyclesTest {
    private static final TopicPartition LOG = new TopicPartition("log", 0);

    @TempDir
    Path directory;

    @Test
    void nothingIsLeftOpen() {
        TestContext context = new TestContext(directory, Map.of("lsm.write.buffer.bytes", "65536"));
        KeyValueStore<Bytes, byte[]> store =
                LsmStores.persistentKeyValueStore("store").get();
        cycles(context, store, 0, 50);
        long files = openFiles();
        int threads = Thread.activeCount();
        int metrics = context.metrics().metrics().size();
        cycles(context, store, 50, 1_000);
        // A handful more or less is others' business; one leaked each time would be 950.
        assertTrue(openFiles() <= files + 20, () -> files + " files were open, now " + openFiles());
        assertTrue(Thread.activeCount() <= threads + 5, () -> threads + " threads, now " + Thread.activeCount());
        assertEquals(metrics, context.metrics().metrics().size());
        assertEquals(0, SharedRuntime.process().users());
        assertEquals(0, ThreadTransactions.process().threads());
    }

    /** The runtime goes on as long as any store is open, so what one store leaves behind there would stay for the life of the process. */
    @Test
    void nothingIsLeftInTheMemoryOfOtherStores() {
        TestContext others = new TestContext(directory.resolve("others"));
        KeyValueStore<Bytes, byte[]> other = others.open(LsmStores.persistentKeyValueStore("other"));
        other.put(key("a"), bytes("1"));
        TestContext context = new TestContext(
                directory.resolve("moving"),
                Map.of(
                        "lsm.write.buffer.bytes",
                        "65536",
                        "lsm.compression",
                        "lz4",
                        "lsm.query.isolation",
                        "read_committed"));
        KeyValueStore<Bytes, byte[]> store =
                LsmStores.persistentKeyValueStore("store").get();
        Map<String, Object> before = processGauges(others);
        for (int n = 0; n < 300; n++) {
            context.open(store);
            store.put(key("k" + n), bytes("x".repeat(1000)));
            store.commit(Map.of(LOG, (long) n));
            if (n % 100 == 0) {
                // Left open: the store closes it.
                assertTrue(store.all().hasNext());
            }
            store.close();
        }
        assertEquals(before, processGauges(others));
        other.close();
        assertEquals(0, SharedRuntime.process().users());
    }

    private static Map<String, Object> processGauges(TestContext context) {
        Map<String, Object> values = new TreeMap<>();
        context.metrics().metrics().forEach((name, metric) -> {
            if (metric.metricName().description().startsWith("Of the process")) {
                values.put(name.name(), metric.metricValue());
            }
        });
        assertEquals(5, values.size());
        return values;
    }

    /** Under exactly-once Streams deletes a task's directory as soon as it has closed its stores dirtily. */
    @Test
    void theDirectoryMayVanishRightAfterClosing() throws IOException {
        for (int round = 0; round < 10; round++) {
            Path task = directory.resolve("0_0");
            TestContext context = new TestContext(task, Map.of("lsm.write.buffer.bytes", "65536"));
            KeyValueStore<Bytes, byte[]> store = context.open(LsmStores.persistentKeyValueStore("store"));
            assertNull(store.committedOffset(LOG));
            assertNull(store.get(key("k1")));
            // Some write buffers, so that flushes and compactions are under way.
            for (int i = 0; i < 5000; i++) {
                store.put(key("k" + i % 1000), bytes("x".repeat(100)));
            }
            store.commit(Map.of(LOG, (long) round));
            store.close();
            Utils.delete(task.toFile());
            assertFalse(Files.exists(task));
        }
    }

    private static void cycles(TestContext context, KeyValueStore<Bytes, byte[]> store, int from, int to) {
        for (int n = from; n < to; n++) {
            context.open(store);
            Long last = store.committedOffset(LOG);
            assertEquals(n == 0 ? null : n - 1L, last);
            assertEquals(n == 0 ? null : "of " + (n - 1), text(store.get(key("cycle"))));
            store.put(key("cycle"), bytes("of " + n));
            for (int i = 0; i < 20; i++) {
                store.put(key("k" + (n * 7 + i) % 300), bytes("x".repeat(200)));
            }
            store.all().close();
            store.commit(Map.of(LOG, (long) n));
            store.close();
        }
    }

    private static long openFiles() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getOpenFileDescriptorCount()
                : 0;
    }
}
