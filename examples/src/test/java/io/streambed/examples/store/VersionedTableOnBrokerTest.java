package io.streambed.examples.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.examples.broker.KafkaBroker;
import io.streambed.kafka.LsmDslStoreSuppliers;
import io.streambed.kafka.LsmStores;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.query.VersionedKeyQuery;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.VersionedBytesStoreSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A stream joined with a versioned table on a real broker: each record, however late, finds the version of its own time, be it in a store that
 * was written or in one that was restored from its changelog. Once on our store and once on RocksDB's, and both have to find what the table
 * as a whole says.
 */
@ExtendWith(KafkaBroker.class)
@Timeout(300)
class VersionedTableOnBrokerTest {
    private static final int PARTITIONS = 2;
    private static final int KEYS = 12;
    private static final int VERSIONS = 600;
    private static final int LATE_VERSIONS = 60;
    private static final int RECORDS = 400;

    /** So long that no version is too late, and RocksDB's store forgets nothing when it is restored. */
    private static final Duration HISTORY = Duration.ofMinutes(10);

    private static final long TIME = 300_000;

    @TempDir
    Path state;

    private final String id = "versioned-" + UUID.randomUUID();
    private final String versions = id + "-versions";
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    /** What the table says, by key and time. */
    private final Map<String, TreeMap<Long, String>> table = new TreeMap<>();

    private String bootstrapServers;

    /** A record of the stream, and what is to come of it. */
    private record Joining(String key, String value, long time, String joined) {}

    /** An application on one kind of store. */
    private record Side(String name, BiFunction<String, Duration, VersionedBytesStoreSupplier> stores) {}

    @BeforeEach
    void findBroker(KafkaBroker.Broker broker) {
        bootstrapServers = broker.bootstrapServers();
    }

    @Test
    void everyRecordJoinsTheVersionOfItsTime() throws Exception {
        System.out.println("VersionedTableOnBrokerTest seed " + seed);
        List<Side> sides = List.of(
                new Side("rocks", Stores::persistentVersionedKeyValueStore),
                new Side("ours", LsmStores::persistentVersionedKeyValueStore));
        List<String> topics = new ArrayList<>(List.of(versions));
        sides.forEach(side -> topics.addAll(List.of(in(side), out(side))));
        Input.create(bootstrapServers, PARTITIONS, topics).close();
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < VERSIONS + LATE_VERSIONS; i++) {
            times.add(i * TIME / (VERSIONS + LATE_VERSIONS));
        }
        Collections.shuffle(times, random);

        Position written = writeVersions(times.subList(0, VERSIONS));
        List<Joining> joinings = joinings(0);
        for (Side side : sides) {
            assertEquals(texts(joinings), join(side, written, 0, joinings, 0), side.name());
        }
        Utils.delete(state.toFile());
        written = writeVersions(times.subList(VERSIONS, times.size()));
        joinings.addAll(joinings(RECORDS));
        for (Side side : sides) {
            assertEquals(texts(joinings), join(side, written, VERSIONS, joinings, RECORDS), side.name());
        }
        assertTrue(joinings.stream().anyMatch(each -> each.joined().endsWith("+null")), "no tombstone was met");
    }

    /** Versions in any order of their times, tombstones among them. */
    private Position writeVersions(List<Long> times) throws Exception {
        try (Input topics = Input.create(bootstrapServers, PARTITIONS, List.of())) {
            for (long time : times) {
                String key = "k" + random.nextInt(KEYS);
                String value = random.nextInt(5) == 0 ? null : "v" + time;
                table.computeIfAbsent(key, k -> new TreeMap<>()).put(time, value);
                topics.send(versions, time, key, value);
            }
            return topics.written();
        }
    }

    /** Records of any time, and what the table says at that time. */
    private List<Joining> joinings(int from) {
        List<Joining> joinings = new ArrayList<>();
        for (int i = from; i < from + RECORDS; i++) {
            String key = "k" + random.nextInt(KEYS);
            long time = random.nextLong(TIME + 10_000);
            Map.Entry<Long, String> version =
                    table.getOrDefault(key, new TreeMap<>()).floorEntry(time);
            joinings.add(
                    new Joining(key, "r" + i, time, "r" + i + "+" + (version == null ? null : version.getValue())));
        }
        return joinings;
    }

    private static List<String> texts(List<Joining> joinings) {
        return joinings.stream()
                .map(each -> each.key() + " " + each.joined())
                .sorted()
                .toList();
    }

    /**
     * Lets an application take in the table, and then join it with records.
     *
     * @param restored how many versions it has to restore first
     * @param joinings all records of its input, those that it has joined already among them
     * @return all that it has ever given
     */
    private List<String> join(Side side, Position written, long restored, List<Joining> joinings, int joined)
            throws Exception {
        Properties properties = CountingApp.properties(
                bootstrapServers,
                id + "-" + side.name(),
                state.resolve(side.name()),
                "at_least_once",
                LsmDslStoreSuppliers.class);
        StreamsBuilder builder = new StreamsBuilder();
        KTable<String, String> versioned =
                builder.table(versions, Materialized.as(side.stores().apply("versions", HISTORY)));
        builder.<String, String>stream(in(side))
                .leftJoin(versioned, (value, version) -> value + "+" + version)
                .to(out(side));
        try (StreamsInstance instance = StreamsInstance.start(builder.build(properties), properties)) {
            assertEquals(restored, instance.restored());
            Answers.await(instance, "versions", VersionedKeyQuery.withKey("k1"), written);
            try (Input topics = Input.create(bootstrapServers, PARTITIONS, List.of())) {
                for (Joining each : joinings.subList(joined, joinings.size())) {
                    topics.send(in(side), each.time(), each.key(), each.value());
                }
                topics.written();
            }
            return read(out(side), joinings.size());
        }
    }

    /** Reads a topic until it has so many records, or has had time enough to. */
    private List<String> read(String topic, int records) {
        List<String> read = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers), new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                    .mapToObj(partition -> new TopicPartition(topic, partition))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long deadline = System.nanoTime() + StreamsInstance.PATIENCE.toNanos();
            while (read.size() < records && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(100)).forEach(each -> read.add(each.key() + " " + each.value()));
            }
        }
        Collections.sort(read);
        return read;
    }

    private String in(Side side) {
        return id + "-in-" + side.name();
    }

    private String out(Side side) {
        return id + "-out-" + side.name();
    }
}
