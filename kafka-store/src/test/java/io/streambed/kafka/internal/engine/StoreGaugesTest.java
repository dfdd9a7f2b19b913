package io.streambed.kafka.internal.engine;

import static io.streambed.kafka.testing.TestContext.bytes;
import static io.streambed.kafka.testing.TestContext.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.kafka.LsmStores;
import io.streambed.kafka.testing.TestContext;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.JmxReporter;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.KafkaMetricsContext;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreGaugesTest {
    private static final Path README = Path.of("README.md");
    private static final String BEGIN =
            "<!-- begin of the table of metrics: generated from StoreGauges; StoreGaugesTest rewrites it with -Drewrite=true -->\n";
    private static final String END = "<!-- end of the table of metrics -->";

    @TempDir
    Path directory;

    @Test
    void everyGaugeTellsWhatWasDone() {
        TestContext context =
                new TestContext(directory, Map.of("lsm.write.buffer.bytes", "65536", "lsm.compression", "lz4"));
        KeyValueStore<Bytes, byte[]> store = context.open(LsmStores.persistentKeyValueStore("store"));
        for (int i = 0; i < 2_000; i++) {
            store.put(key("k" + i), bytes("x".repeat(100)));
        }
        store.commit(Map.of(new TopicPartition("log", 0), 1L));
        for (int i = 0; i < 2_000; i++) {
            store.get(key("k" + i));
            store.get(key("k" + i + "x"));
        }
        try (var open = store.all()) {
            assertTrue(open.hasNext());
            Map<String, Object> values = values(context);
            assertEquals(
                    StoreGauges.ALL.stream().map(StoreGauges.Gauge::title).collect(Collectors.toSet()),
                    values.keySet());
            assertEquals(1, values.get("open-iterators"));
            assertEquals(200_000L, values.get("bytes-read-total"));
            assertTrue((long) values.get("bytes-written-total") > 200_000);
            for (String positive : Set.of(
                    "estimate-num-keys",
                    "log-bytes-written-total",
                    "memtable-bytes-flushed-total",
                    "memtable-flush-total",
                    "write-amplification",
                    "bytes-read-files-total",
                    "read-amplification",
                    "memtable-hit-ratio",
                    "block-cache-data-hit-ratio",
                    "filter-useful-ratio",
                    "size-all-mem-tables",
                    "total-sst-files-size",
                    "log-files-size",
                    "space-amplification",
                    "num-levels",
                    "num-runs",
                    "num-tables",
                    "memory-limit",
                    "write-buffer-usage",
                    "block-cache-usage",
                    "estimate-table-readers-mem",
                    "number-open-files")) {
                double value = ((Number) values.get(positive)).doubleValue();
                assertTrue(value > 0, () -> positive + " is " + value);
                assertTrue(!positive.endsWith("ratio") || value <= 1, () -> positive + " is " + value);
            }
            assertTrue(((String) values.get("tables-per-level")).matches("\\d+(,\\d+)+"));
        }
        store.close();
        assertEquals(Map.of(), values(context));
    }

    @Test
    void jmxShowsThemWhileTheStoreIsOpen() throws JMException {
        TestContext context = new TestContext(directory);
        try (JmxReporter reporter = new JmxReporter()) {
            reporter.contextChange(new KafkaMetricsContext("streambed.test"));
            context.metrics().addReporter(reporter);
            KeyValueStore<Bytes, byte[]> store =
                    LsmStores.persistentKeyValueStore("store").get();
            MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
            ObjectName pattern = new ObjectName("streambed.test:type=stream-state-metrics,lsm-state-id=store,*");
            for (int cycle = 0; cycle < 3; cycle++) {
                context.open(store);
                Set<ObjectName> found = beans.queryNames(pattern, null);
                assertEquals(1, found.size());
                ObjectName bean = found.iterator().next();
                assertEquals("0_0", bean.getKeyProperty("task-id"));
                assertEquals(Thread.currentThread().getName(), bean.getKeyProperty("thread-id"));
                assertNotNull(beans.getAttribute(bean, "write-amplification"));
                store.close();
                assertEquals(Set.of(), beans.queryNames(pattern, null));
            }
        }
    }

    @Test
    void tableInTheReadmeIsUpToDate() throws IOException {
        String text = Files.readString(README);
        int begin = text.indexOf(BEGIN) + BEGIN.length();
        int end = text.indexOf(END);
        assertTrue(begin >= BEGIN.length() && end >= begin, "the marks around the table are there");
        if (Boolean.getBoolean("rewrite")) {
            Files.writeString(README, text.substring(0, begin) + table() + text.substring(end));
        } else {
            assertEquals(table(), text.substring(begin, end), "run this test with -Drewrite=true");
        }
    }

    private static String table() {
        StringBuilder table = new StringBuilder("| metric | meaning |\n| --- | --- |\n");
        for (StoreGauges.Gauge gauge : StoreGauges.ALL) {
            table.append("| `").append(gauge.title()).append("` | ");
            table.append(gauge.description()).append(" |\n");
        }
        return table.toString();
    }

    private static Map<String, Object> values(TestContext context) {
        Map<String, Object> values = new HashMap<>();
        for (KafkaMetric metric : context.metrics().metrics().values()) {
            if ("store".equals(metric.metricName().tags().get("lsm-state-id"))) {
                values.put(metric.metricName().name(), metric.metricValue());
            }
        }
        return values;
    }
}
