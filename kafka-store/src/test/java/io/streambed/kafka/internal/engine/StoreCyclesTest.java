package io.streambed.kafka.internal.engine;

import static io.streambed.kafka.testing.TestContext.bytes;
import static io.streambed.kafka.testing.TestContext.key;
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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Stores opened and closed for ever, as rebalances do. */
@Timeout(120)
class StoreCyclesTest {
    private static final TopicPartition LOG = new TopicPartition("log", 0);

    @TempDir
    Path directory;

    /** Of every kind of store; half of the times it is the same object that is opened again, as when Streams revives a task. */
    @ParameterizedTest
    @EnumSource(KindOfStore.class)
    void nothingIsLeftOpen(KindOfStore kind) {
        TestContext context = kind.context(directory);
        StateStore revived = kind.make();
        List<String> contents = cycles(context, kind, revived, 0, 50, List.of());
        long files = openFiles();
        int threads = Thread.activeCount();
        int metrics = context.metrics().metrics().size();
        long heap = heapInUse();
        cycles(context, kind, revived, 50, 1_000, contents);
        // A handful more or less is others' business; one leaked each time would be 950, and each has at least a write
        // buffer.
        assertTrue(openFiles() <= files + 20, () -> files + " files were open, now " + openFiles());
        assertTrue(Thread.activeCount() <= threads + 5, () -> threads + " threads, now " + Thread.activeCount());
        assertEquals(metrics, context.metrics().metrics().size());
        assertEquals(0, SharedRuntime.process().users());
        assertEquals(0, ThreadTransactions.process().threads());
        long heapNow = heapInUse();
        assertTrue(heapNow <= heap + 4_000_000, () -> heap + " bytes of the heap were in use, now " + heapNow);
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

    private static List<String> cycles(
            TestContext context, KindOfStore kind, StateStore revived, int from, int to, List<String> contents) {
        List<String> expected = contents;
        for (int n = from; n < to; n++) {
            StateStore store = context.open(n % 2 == 0 ? revived : kind.make());
            assertEquals(n == 0 ? null : n - 1L, store.committedOffset(LOG));
            assertEquals(expected, kind.contents(store));
            kind.write(context, store, n);
            store.commit(Map.of(LOG, (long) n));
            expected = kind.contents(store);
            store.close();
        }
        return expected;
    }

    /** What a few collections leave, at the least. */
    private static long heapInUse() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    private static long openFiles() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getOpenFileDescriptorCount()
                : 0;
    }
}
