package io.streambed.examples.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.examples.broker.KafkaBroker;
import io.streambed.kafka.LsmClientSupplier;
import io.streambed.kafka.LsmDslStoreSuppliers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.GlobalKTable;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tasks on the move: two instances in one process, each with a state directory of its own. After each move the stores of both together
 * hold what is computed apart from the input, and at the end nothing of them is left open.
 */
@ExtendWith(KafkaBroker.class)
@Timeout(300)
class RebalanceOnBrokerTest {
    private static final int PARTITIONS = 4;
    private static final int KEYS = 40;

    @TempDir
    Path state;

    private final String id = "rebalance-" + UUID.randomUUID();
    private final String input = id + "-input";
    private final String places = id + "-places";
    private final Random random = new Random(7);

    /** What the stores are to hold: by key, by value, and by the place that the global table has for the key. */
    private final Map<String, Map<String, Long>> expected = new TreeMap<>();

    private String bootstrapServers;
    private Input topics;

    @BeforeEach
    void createTopics(KafkaBroker.Broker broker) throws Exception {
        bootstrapServers = broker.bootstrapServers();
        topics = Input.create(bootstrapServers, PARTITIONS, List.of(input, places));
        for (int i = 0; i < KEYS; i++) {
            topics.send(places, i, "k" + i, "place" + i % 7);
        }
        topics.written();
    }

    @AfterEach
    void nothingIsLeftOpen() throws IOException {
        topics.close();
        long deadline = System.nanoTime() + StreamsInstance.PATIENCE.toNanos();
        while (!leftOpen().isEmpty() && System.nanoTime() < deadline) {
            // Mappings of files go with the collection of the buffers over them.
            System.gc();
            Thread.onSpinWait();
        }
        assertEquals(List.of(), leftOpen());
    }

    @ParameterizedTest
    @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
    void tasksMoveBackAndForthBetweenTwoInstancesWithStandbys(String guarantee) throws Exception {
        Properties one = properties("one", guarantee, 1);
        Properties two = properties("two", guarantee, 1);
        produce(1000, Store.ALL);
        StreamsInstance first = StreamsInstance.start(topology(Store.ALL), one);
        awaitExpected(first);
        long promoted = 0;
        for (int round = 0; round < 2; round++) {
            // Half of the first one's active tasks become its standbys, in place, and the other way round.
            StreamsInstance second = StreamsInstance.start(topology(Store.ALL), two);
            produce(500, Store.ALL);
            awaitExpected(first, second);
            awaitShared(first, second);
            produce(500, Store.ALL);
            awaitExpected(first, second);
            first.close();
            produce(500, Store.ALL);
            awaitExpected(second);
            promoted += second.promoted();

            first = StreamsInstance.start(topology(Store.ALL), one);
            produce(500, Store.ALL);
            awaitExpected(first, second);
            awaitShared(first, second);
            second.close();
            produce(500, Store.ALL);
            awaitExpected(first);
            promoted += first.promoted();
        }
        first.close();
        assertTrue(promoted > 0, "standbys became active in place: " + promoted);
    }

    /** Queries of both versions go on while tasks are restored, become standbys, are closed, and come back. */
    @ParameterizedTest
    @ValueSource(strings = {"at_least_once", "exactly_once_v2"})
    void queriesAreAnsweredWhileTasksMove(String guarantee) throws Exception {
        produce(1000, Store.ALL);
        try (QueriesMeanwhile queries = new QueriesMeanwhile(Store.BY_KEY.text);
                StreamsInstance first = StreamsInstance.start(topology(Store.ALL), properties("one", guarantee, 1))) {
            queries.ask(first);
            awaitExpected(first);
            for (int round = 0; round < 2; round++) {
                long before = queries.answers();
                try (StreamsInstance second =
                        StreamsInstance.start(topology(Store.ALL), properties("two", guarantee, round))) {
                    queries.ask(second);
                    produce(500, Store.ALL);
                    awaitExpected(first, second);
                    awaitShared(first, second);
                }
                produce(500, Store.ALL);
                awaitExpected(first);
                assertTrue(queries.answers() > before, "none was answered in round " + round);
            }
            assertTrue(queries.refusals() > 0, "none met a task on the move");
            // Each count was right once: the greatest of each key is the last one, seen while nothing moved any more.
            first.await(
                    () -> queries.greatest().equals(expected.get(Store.BY_KEY.text)),
                    "to be seen with all counts",
                    queries::greatest);
            assertEquals(expected.get(Store.BY_KEY.text), queries.end());
        }
    }

    /** What an instance no longer needs is deleted while it runs, and comes back with the task. */
    @Test
    void theStateDirectoryIsCleanedWhileRunning() throws Exception {
        Properties one = properties("one", "at_least_once", 0);
        one.put(StreamsConfig.STATE_CLEANUP_DELAY_MS_CONFIG, 200);
        Properties two = properties("two", "at_least_once", 0);
        produce(2000, Store.ALL);
        try (StreamsInstance first = StreamsInstance.start(topology(Store.ALL), one)) {
            awaitExpected(first);
            int all = taskDirectories("one").size();
            long before = first.restored();
            try (StreamsInstance second = StreamsInstance.start(topology(Store.ALL), two)) {
                awaitShared(first, second);
                produce(500, Store.ALL);
                awaitExpected(first, second);
                first.await(
                        () -> taskDirectories("one").size() < all,
                        "to delete what has moved away",
                        () -> taskDirectories("one"));
            }
            produce(500, Store.ALL);
            awaitExpected(first);
            assertTrue(first.restored() > before, "what was deleted came back from the changelogs");
            assertEquals(all, taskDirectories("one").size());
        }
    }

    /** Stores come and go with versions of the application; what one version leaves behind is there for the next that wants it. */
    @Test
    void theTopologyChangesAndLeavesDirectoriesBehind() throws Exception {
        Properties properties = properties("one", "at_least_once", 0);
        produce(1000, Store.ALL);
        try (StreamsInstance app = StreamsInstance.start(topology(Store.ALL), properties)) {
            awaitExpected(app);
        }
        List<Store> fewer = List.of(Store.BY_KEY);
        produce(300, fewer);
        try (StreamsInstance app = StreamsInstance.start(topology(fewer), properties)) {
            awaitExpected(fewer, app);
        }
        produce(300, Store.ALL);
        try (StreamsInstance app = StreamsInstance.start(topology(Store.ALL), properties)) {
            awaitExpected(app);
            assertEquals(0, app.restored(), "all stores go on from their own last commit");
        }
    }

    /** Stores of the application under test. The processor is the name's, so a topology may have any of them. */
    private enum Store {
        BY_KEY("by-key"),
        BY_VALUE("by-value"),
        BY_PLACE("by-place");

        static final List<Store> ALL = List.of(values());

        private final String text;

        Store(String text) {
            this.text = text;
        }

        String group(String key, String value) {
            return switch (this) {
                case BY_KEY -> key;
                case BY_VALUE -> value;
                case BY_PLACE -> "place" + Integer.parseInt(key.substring(1)) % 7;
            };
        }
    }

    private Topology topology(List<Store> stores) {
        StreamsBuilder builder = new StreamsBuilder();
        KStream<String, String> records = builder.stream(input);
        GlobalKTable<String, String> placeOf = builder.globalTable(places, Materialized.as("places"));
        if (stores.contains(Store.BY_KEY)) {
            records.groupByKey().count(Materialized.as(Store.BY_KEY.text));
        }
        if (stores.contains(Store.BY_VALUE)) {
            records.groupBy((key, value) -> value, Grouped.as("values")).count(Materialized.as(Store.BY_VALUE.text));
        }
        if (stores.contains(Store.BY_PLACE)) {
            records.join(placeOf, (key, value) -> key, (value, place) -> place)
                    .groupBy((key, place) -> place, Grouped.as("places-of"))
                    .count(Materialized.as(Store.BY_PLACE.text));
        }
        return builder.build();
    }

    private Properties properties(String instance, String guarantee, int standbys) {
        Properties properties = CountingApp.properties(
                bootstrapServers, id, state.resolve(instance), guarantee, LsmDslStoreSuppliers.class);
        properties.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, standbys);
        properties.put(StreamsConfig.DEFAULT_CLIENT_SUPPLIER_CONFIG, LsmClientSupplier.class);
        // Small, so that flushes and compactions are under way when tasks move.
        properties.put("lsm.write.buffer.bytes", "65536");
        return properties;
    }

    private void produce(int records, List<Store> counted) throws Exception {
        for (int i = 0; i < records; i++) {
            String key = "k" + random.nextInt(KEYS);
            String value = "v" + random.nextInt(30);
            topics.send(input, i, key, value);
            for (Store store : counted) {
                expected.computeIfAbsent(store.text, unknown -> new TreeMap<>())
                        .merge(store.group(key, value), 1L, Long::sum);
            }
        }
        topics.written();
    }

    private void awaitExpected(StreamsInstance... instances) {
        awaitExpected(Store.ALL, instances);
    }

    /** Waits until the instances together hold what they should, each key once. */
    private void awaitExpected(List<Store> stores, StreamsInstance... instances) {
        for (Store store : stores) {
            instances[0].await(
                    () -> contents(store, instances).equals(expected.get(store.text)),
                    "to count " + expected.get(store.text) + " " + store.text,
                    () -> contents(store, instances) + " in instances that are "
                            + Stream.of(instances)
                                    .map(StreamsInstance::described)
                                    .toList());
        }
    }

    private static Map<String, Long> contents(Store store, StreamsInstance... instances) {
        Map<String, Long> all = new TreeMap<>();
        for (StreamsInstance instance : instances) {
            instance.<Long>contents(store.text).forEach((key, count) -> all.merge(key, count, Long::sum));
        }
        return all;
    }

    /** Waits until both run and have active tasks. */
    private static void awaitShared(StreamsInstance first, StreamsInstance second) {
        first.await(
                () -> first.runs() && second.runs() && activeTasks(first) > 0 && activeTasks(second) > 0,
                "to share the tasks",
                () -> activeTasks(first) + " and " + activeTasks(second));
    }

    private static long activeTasks(StreamsInstance instance) {
        return instance.streams().metadataForLocalThreads().stream()
                .mapToLong(thread -> thread.activeTasks().size())
                .sum();
    }

    private List<String> taskDirectories(String instance) {
        try (Stream<Path> directories = Files.list(state.resolve(instance).resolve(id))) {
            return directories
                    .filter(directory -> Files.isDirectory(directory.resolve("lsm")))
                    .map(directory -> directory.getFileName().toString())
                    .filter(name -> name.matches("\\d+_\\d+"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Threads of the engine, and on Linux open and mapped files of the stores. */
    private List<String> leftOpen() throws IOException {
        Set<String> left = new TreeSet<>();
        Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("lsm-") || name.startsWith(id))
                .forEach(name -> left.add("thread " + name));
        Path descriptors = Path.of("/proc/self/fd");
        if (Files.isDirectory(descriptors)) {
            try (Stream<Path> all = Files.list(descriptors)) {
                all.forEach(descriptor -> left.add("file " + target(descriptor)));
            }
            try (Stream<String> mappings = Files.lines(Path.of("/proc/self/maps"))) {
                mappings.forEach(mapping -> left.add("mapping " + mapping.replaceFirst(".* ", "")));
            }
        }
        return left.stream()
                .filter(name -> name.startsWith("thread") || name.contains(state.toString()))
                .toList();
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "closed since it was listed";
        }
    }
}
