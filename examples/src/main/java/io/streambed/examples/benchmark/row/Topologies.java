package io.streambed.examples.benchmark.row;

import io.streambed.examples.benchmark.data.Ids;
import io.streambed.examples.benchmark.data.Keys;
import io.streambed.examples.benchmark.data.Values;
import io.streambed.examples.benchmark.store.Subject;
import io.streambed.examples.benchmark.store.WrongValueException;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.SessionStore;
import org.apache.kafka.streams.state.WindowStore;

/**
 * Whole topologies, run by Kafka's own driver without a broker, which commits after every record: each operation is a record on its
 * way through all of Streams' layers.
 */
final class Topologies {
    private static final long SEED = 71;
    private static final String INPUT = "input";
    private static final String STORE = "store";
    private static final int SMALL = 10_000;

    /** The driver takes so long for a record that a state of the plan's size would take a minute to fill. */
    private static final int LARGE_SHARE = 10;

    private static final byte[] NOTHING = {};

    private Topologies() {}

    /** What is done with the input's groups. */
    @FunctionalInterface
    private interface Grouped {
        void by(KGroupedStream<byte[], byte[]> groups, Bench bench);
    }

    static Scenario.Body countSmall(String part) {
        return bench -> count(bench, part, Math.min(SMALL, bench.plan().entries()));
    }

    static Scenario.Body countLarge(String part) {
        return bench -> count(bench, part, Math.max(1, bench.plan().entries() / LARGE_SHARE));
    }

    private static void count(Bench bench, String part, int keys) throws Exception {
        int[] counts = new int[keys];
        try (TopologyTestDriver driver = driver(bench, Topologies::count)) {
            TestInputTopic<byte[], byte[]> input = input(driver);
            Ids ids = Ids.uniform(keys, SEED);
            for (int id = 0; id < keys; id++) {
                counts[id]++;
                input.pipeInput(Keys.RANDOM.key(id), NOTHING);
            }
            bench.operations(part, () -> {
                int id = (int) ids.next();
                counts[id]++;
                input.pipeInput(Keys.RANDOM.key(id), NOTHING);
                return 1;
            });
            KeyValueStore<byte[], Long> store = driver.getKeyValueStore(STORE);
            for (int id = 0; id < keys; id++) {
                Long count = store.get(Keys.RANDOM.key(id));
                if (count == null || count != counts[id]) {
                    throw new WrongValueException(
                            "key " + id + " was counted " + count + " times, and came " + counts[id] + " times");
                }
            }
        }
    }

    private static void count(KGroupedStream<byte[], byte[]> groups, Bench bench) {
        groups.count(Materialized.<byte[], Long, KeyValueStore<Bytes, byte[]>>as(STORE)
                .withStoreType(bench.side().dsl())
                .withKeySerde(Serdes.ByteArray()));
    }

    /** Aggregates of 100 bytes: the next version of a value. */
    static Scenario.Body aggregate(String part) {
        return bench -> {
            int keys = Math.min(SMALL, bench.plan().entries());
            Values values = new Values(Subject.VALUE_BYTES);
            int[] versions = new int[keys];
            try (TopologyTestDriver driver = driver(bench, (groups, b) -> aggregate(groups, b, values))) {
                TestInputTopic<byte[], byte[]> input = input(driver);
                Ids ids = Ids.uniform(keys, SEED);
                bench.operations(part, () -> {
                    int id = (int) ids.next();
                    versions[id]++;
                    input.pipeInput(Keys.RANDOM.key(id), NOTHING);
                    return 1;
                });
                KeyValueStore<byte[], byte[]> store = driver.getKeyValueStore(STORE);
                for (int id = 0; id < keys; id++) {
                    byte[] found = store.get(Keys.RANDOM.key(id));
                    int version = found == null ? 0 : values.versionOf(id, found);
                    if (version != versions[id]) {
                        throw new WrongValueException(
                                "key " + id + " has version " + version + ", not " + versions[id]);
                    }
                }
            }
        };
    }

    private static void aggregate(KGroupedStream<byte[], byte[]> groups, Bench bench, Values values) {
        groups.aggregate(
                () -> NOTHING,
                (key, ignored, before) -> {
                    long id = Keys.RANDOM.idOf(key);
                    return values.value(id, before.length == 0 ? 1 : values.versionOf(id, before) + 1);
                },
                Materialized.<byte[], byte[], KeyValueStore<Bytes, byte[]>>as(STORE)
                        .withStoreType(bench.side().dsl())
                        .withKeySerde(Serdes.ByteArray())
                        .withValueSerde(Serdes.ByteArray()));
    }

    static Scenario.Body windowedCount(String part) {
        return bench -> timed(
                bench,
                part,
                (groups, b) -> groups.windowedBy(TimeWindows.ofSizeWithNoGrace(Duration.ofMinutes(1)))
                        .count(Materialized.<byte[], Long, WindowStore<Bytes, byte[]>>as(STORE)
                                .withStoreType(b.side().dsl())
                                .withKeySerde(Serdes.ByteArray())));
    }

    static Scenario.Body sessionCount(String part) {
        return bench -> timed(
                bench,
                part,
                (groups, b) -> groups.windowedBy(SessionWindows.ofInactivityGapWithNoGrace(Duration.ofMinutes(1)))
                        .count(Materialized.<byte[], Long, SessionStore<Bytes, byte[]>>as(STORE)
                                .withStoreType(b.side().dsl())
                                .withKeySerde(Serdes.ByteArray())));
    }

    private static void timed(Bench bench, String part, Grouped grouped) throws Exception {
        int keys = Math.min(SMALL, bench.plan().entries());
        try (TopologyTestDriver driver = driver(bench, grouped)) {
            TestInputTopic<byte[], byte[]> input = input(driver);
            Ids ids = Ids.uniform(keys, SEED);
            long[] time = {0};
            bench.operations(part, () -> {
                // Each key comes once a minute on an average.
                time[0] += Math.max(1, 60_000 / keys);
                input.pipeInput(Keys.RANDOM.key(ids.next()), NOTHING, time[0]);
                return 1;
            });
        }
    }

    private static TopologyTestDriver driver(Bench bench, Grouped grouped) {
        bench.side().dsl();
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "benchmark");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:1");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, bench.taskDirectory().toString());
        properties.putAll(bench.side().configs());
        StreamsBuilder builder = new StreamsBuilder();
        grouped.by(
                builder.stream(INPUT, Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
                        .groupByKey(),
                bench);
        return new TopologyTestDriver(builder.build(), properties);
    }

    private static TestInputTopic<byte[], byte[]> input(TopologyTestDriver driver) {
        return driver.createInputTopic(INPUT, new ByteArraySerializer(), new ByteArraySerializer());
    }
}
