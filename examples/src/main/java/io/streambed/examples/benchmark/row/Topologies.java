package io.streambed.examples.benchmark.row;

import static io.streambed.examples.benchmark.row.Row.cpu;

import io.streambed.examples.benchmark.data.Ids;
import io.streambed.examples.benchmark.data.Keys;
import io.streambed.examples.benchmark.data.Values;
import io.streambed.examples.benchmark.measure.Meter;
import io.streambed.examples.benchmark.measure.WarmUp;
import io.streambed.examples.benchmark.store.Subject;
import io.streambed.examples.benchmark.store.WrongValueException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import java.util.function.LongConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.SessionStore;
import org.apache.kafka.streams.state.WindowStore;

/**
 * Whole topologies, as an application would write them, in Kafka's test driver: without a broker, and with a commit after each record,
 * which is more than any application does. What a record makes the topology say is checked.
 */
final class Topologies {
    private static final long SEED = 37;
    private static final int SMALL = 10_000;
    private static final String APPLICATION = "benchmark";
    private static final String INPUT = "input";
    private static final String STORE = "state";
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final Duration GAP = Duration.ofSeconds(30);
    private static final Duration RETENTION = Duration.ofHours(1);

    /** Records of a key within a window's time, on average. */
    private static final int RECORDS = 10;

    /** The same where there are sessions: with one in the time that a session waits for the next one, sessions begin and end. */
    private static final int RECORDS_OF_SESSIONS = 2;

    /** The driver keeps what is written to the changelog until it is read. */
    private static final int RECORDS_A_DRAIN = 1_000;

    private Topologies() {}

    /** Adds the aggregation, which is to tell what it comes to. */
    @FunctionalInterface
    private interface Aggregation extends BiConsumer<KGroupedStream<byte[], byte[]>, LongConsumer> {}

    /** What a record of a key at some time is to come to. Asked for each record once. */
    @FunctionalInterface
    private interface Expectation {
        long next(int id, long time);
    }

    /**
     * What is run.
     *
     * @param small whether it has few keys
     * @param recordsAKey records of a key within a window's time, on average
     * @param expectation for a number of keys
     */
    private record Topology(
            boolean small, int recordsAKey, Aggregation aggregation, IntFunction<Expectation> expectation) {}

    static List<Scenario> scenarios() {
        return List.of(
                topology(
                        Row.of("topology-count-small", "a record of count(), of 10,000 keys", cpu(1.6)),
                        new Topology(true, RECORDS, Topologies::count, Topologies::counts)),
                topology(
                        Row.of(
                                "topology-count-large",
                                "a record of count(), of as many keys as there are entries",
                                cpu(1.8)),
                        new Topology(false, RECORDS, Topologies::count, Topologies::counts)),
                topology(
                        Row.of("topology-aggregate", "a record of aggregate() to 100 bytes, of as many keys", cpu(2)),
                        new Topology(false, RECORDS, Topologies::aggregate, Topologies::counts)),
                topology(
                        Row.of(
                                "topology-windowed-count",
                                "a record of count() in windows of a minute, of 10,000 keys",
                                cpu(1.8)),
                        new Topology(true, RECORDS, Topologies::windowedCount, Topologies::windowedCounts)),
                topology(
                        Row.of("topology-session-count", "a record of count() in sessions, of 10,000 keys", cpu(2.5)),
                        new Topology(true, RECORDS_OF_SESSIONS, Topologies::sessionCount, Topologies::sessionCounts)));
    }

    private static Scenario topology(Row row, Topology topology) {
        return Scenario.of(Dataset.NONE, row, bench -> run(bench, row.part(), topology));
    }

    private static Expectation counts(int keys) {
        long[] counts = new long[keys];
        return (id, time) -> ++counts[id];
    }

    private static Expectation windowedCounts(int keys) {
        long[] counts = new long[keys];
        long[] windows = new long[keys];
        return (id, time) -> {
            long window = time / WINDOW.toMillis();
            counts[id] = windows[id] == window ? counts[id] + 1 : 1;
            windows[id] = window;
            return counts[id];
        };
    }

    private static Expectation sessionCounts(int keys) {
        long[] counts = new long[keys];
        long[] ends = new long[keys];
        return (id, time) -> {
            counts[id] = time - ends[id] <= GAP.toMillis() ? counts[id] + 1 : 1;
            ends[id] = time;
            return counts[id];
        };
    }

    private static void count(KGroupedStream<byte[], byte[]> grouped, LongConsumer told) {
        Materialized<byte[], Long, KeyValueStore<Bytes, byte[]>> state = Materialized.as(STORE);
        grouped.count(state).toStream().foreach((key, count) -> told.accept(count));
    }

    private static void aggregate(KGroupedStream<byte[], byte[]> grouped, LongConsumer told) {
        Values values = new Values(Subject.VALUE_BYTES);
        Materialized<byte[], byte[], KeyValueStore<Bytes, byte[]>> state = Materialized.as(STORE);
        grouped.aggregate(
                        () -> new byte[0],
                        (key, value, before) -> {
                            long id = Keys.RANDOM.idOf(key);
                            return values.value(id, before.length == 0 ? 1 : values.versionOf(id, before) + 1);
                        },
                        state)
                .toStream()
                .foreach((key, value) -> told.accept(values.versionOf(Keys.RANDOM.idOf(key), value)));
    }

    private static void windowedCount(KGroupedStream<byte[], byte[]> grouped, LongConsumer told) {
        Materialized<byte[], Long, WindowStore<Bytes, byte[]>> state = Materialized.as(STORE);
        grouped.windowedBy(TimeWindows.ofSizeWithNoGrace(WINDOW))
                .count(state.withRetention(RETENTION))
                .toStream()
                .foreach((window, count) -> told.accept(count));
    }

    private static void sessionCount(KGroupedStream<byte[], byte[]> grouped, LongConsumer told) {
        Materialized<byte[], Long, SessionStore<Bytes, byte[]>> state = Materialized.as(STORE);
        grouped.windowedBy(SessionWindows.ofInactivityGapWithNoGrace(GAP))
                .count(state.withRetention(RETENTION))
                .toStream()
                .foreach((session, count) -> {
                    // The session that became longer is said to be gone first.
                    if (count != null) {
                        told.accept(count);
                    }
                });
    }

    private static void run(Bench bench, String part, Topology topology) throws Exception {
        int keys = topology.small()
                ? Math.min(SMALL, bench.plan().entries())
                : bench.plan().entries();
        long warm = bench.plan().warmEntries() / 4;
        long records = bench.plan().entries() / 2;
        long[] told = new long[1];
        StreamsBuilder builder = new StreamsBuilder();
        KGroupedStream<byte[], byte[]> grouped =
                builder.<byte[], byte[]>stream(INPUT).groupByKey();
        topology.aggregation().accept(grouped, count -> told[0] = count);
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build(), properties(bench))) {
            Records input = new Records(driver, keys, topology, told);
            WarmUp.run(() -> {
                for (long i = 0; i < warm; i++) {
                    input.pipe();
                }
            });
            bench.awaitQuiet();
            Meter meter = bench.meter();
            for (long i = 0; i < records; i++) {
                long begin = System.nanoTime();
                input.pipe();
                meter.add(System.nanoTime() - begin);
            }
            meter.operationsEnded();
            bench.awaitQuiet();
            bench.report(part, meter.end(records));
        }
    }

    private static Properties properties(Bench bench) {
        Properties properties = new Properties();
        properties.putAll(bench.suppliers().configs());
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, APPLICATION);
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:1");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, bench.taskDirectory().toString());
        properties.put(
                StreamsConfig.DSL_STORE_SUPPLIERS_CLASS_CONFIG,
                bench.suppliers().dsl().getClass());
        // Otherwise a small state would be read from Streams' own cache only.
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        properties.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
        properties.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
        return properties;
    }

    /** The input, record after record. */
    private static final class Records {
        private final TestInputTopic<byte[], byte[]> input;
        private final TestOutputTopic<byte[], byte[]> changelog;
        private final Ids ids;
        private final int keys;
        private final int recordsAKey;
        private final Expectation expectation;
        private final long[] told;
        private long number;

        Records(TopologyTestDriver driver, int keys, Topology topology, long[] told) {
            this.input = driver.createInputTopic(INPUT, new ByteArraySerializer(), new ByteArraySerializer());
            this.changelog = driver.createOutputTopic(
                    APPLICATION + "-" + STORE + "-changelog", new ByteArrayDeserializer(), new ByteArrayDeserializer());
            this.ids = Ids.uniform(keys, SEED);
            this.keys = keys;
            this.recordsAKey = topology.recordsAKey();
            this.expectation = topology.expectation().apply(keys);
            this.told = told;
        }

        void pipe() {
            int id = (int) ids.next();
            long time = number * WINDOW.toMillis() / ((long) keys * recordsAKey);
            told[0] = -1;
            input.pipeInput(Keys.RANDOM.key(id), new byte[] {1}, time);
            long expected = expectation.next(id, time);
            if (told[0] != expected) {
                throw new WrongValueException("record " + number + " of key " + id + " came to " + told[0] + " where "
                        + expected + " is right");
            }
            number++;
            if (number % RECORDS_A_DRAIN == 0) {
                changelog.readRecordsToList();
            }
        }
    }
}
