package io.streambed.kafka.internal.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.streambed.kafka.LsmStores;
import io.streambed.kafka.testing.TestContext;
import io.streambed.kafka.testing.Versions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.LogCaptureAppender;
import org.apache.kafka.streams.query.ResultOrder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.VersionedBytesStore;
import org.apache.kafka.streams.state.VersionedBytesStoreSupplier;
import org.apache.kafka.streams.state.internals.RocksDBVersionedStore;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The same random calls on our versioned store and on RocksDB's: every answer is the same, what put returns, versions with both their ends,
 * what was dropped, positions and offsets, with histories of several lengths in segments of several lengths. The seed is printed; {@code
 * -Dcomparison.seed=N} repeats a run.
 *
 * <p>Four things are not asked of RocksDB's store, as it gets them wrong, and where they are left out is said below: versions across the end
 * of a query; restoring a batch at once, which forgets tombstones; opening it again, which forgets history and time; and the position after
 * a deletion that comes too late.
 */
class VersionedComparisonTest {
    private static final int CALLS = 20_000;
    private static final List<ResultOrder> ORDERS = List.of(ResultOrder.values());

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"300, 100", "1000, 7", "40, 1000", "0, 10"})
    void answersAreTheSame(long retention, long segment) throws Exception {
        long seed = Long.getLong("comparison.seed", System.nanoTime());
        System.out.println("VersionedComparisonTest seed " + seed);
        Duration history = Duration.ofMillis(retention);
        Duration interval = Duration.ofMillis(segment);
        try (LogCaptureAppender warnings = LogCaptureAppender.createAndRegister()) {
            warnings.setClassLogger(RocksDBVersionedStore.class, Level.OFF);
            warnings.setClassLogger(LsmVersionedStore.class, Level.OFF);
            Side rocks = new Side(
                    Stores.persistentVersionedKeyValueStore("store", history, interval),
                    Files.createDirectory(directory.resolve("rocks")));
            Side ours = new Side(
                    LsmStores.persistentVersionedKeyValueStore("store", history, interval),
                    Files.createDirectory(directory.resolve("ours")));
            Calls calls = new Calls(new Random(seed), segment);
            for (int number = 0; number < CALLS; number++) {
                Function<Side, Object> call = calls.next();
                int n = number;
                assertEquals(call.apply(rocks), call.apply(ours), () -> "seed " + seed + ", call " + n);
            }
            rocks.store.close();
            ours.store.close();
        }
    }

    /** One store, with the context that it was opened in. */
    private static final class Side {
        final TestContext context;
        final VersionedBytesStore store;
        final Versions versions;

        Side(VersionedBytesStoreSupplier supplier, Path directory) {
            context = new TestContext(directory, Map.of("lsm.write.buffer.bytes", "65536"));
            store = (VersionedBytesStore) context.open(supplier.get());
            versions = new Versions(store);
        }

        boolean isRocks() {
            return !(store instanceof VersionedBytes);
        }
    }

    private static final class Calls {
        private final Random random;
        private final long segment;
        private long time = 1;
        private long offset;

        Calls(Random random, long segment) {
            this.random = random;
            this.segment = segment;
        }

        Function<Side, Object> next() {
            String key = "k".repeat(random.nextInt(3)) + (random.nextBoolean() ? "\0" : "");
            String value = random.nextInt(4) == 0 ? null : "x".repeat(random.nextInt(2)) + random.nextInt(100);
            long timestamp = timestamp();
            offset++;
            long at = offset;
            return switch (random.nextInt(12)) {
                case 0, 1, 2, 3, 4 ->
                    side -> {
                        side.context.at("in", 0, at);
                        return side.versions.put(key, value, timestamp) + " " + side.store.getPosition();
                    };
                case 5 -> side -> side.versions.delete(key, timestamp);
                case 6 -> side -> side.versions.get(key);
                case 7, 8 -> side -> side.versions.get(key, timestamp);
                case 9 -> versions(key, Math.min(timestamp, timestamp()));
                case 10 -> random.nextInt(20) == 0 ? reopen() : side -> dropped(side);
                default -> restore();
            };
        }

        /** Mostly about now, moving on slowly and jumping at times; some late, some very late. */
        private long timestamp() {
            if (random.nextInt(5) == 0) {
                time += random.nextInt(40) == 0 ? random.nextInt(500) : random.nextInt(6);
            }
            long late = random.nextInt(3) == 0 ? random.nextInt(random.nextInt(6) == 0 ? 1_500 : 40) : 0;
            return Math.max(0, time - late);
        }

        private Function<Side, Object> versions(String key, long from) {
            long to = from + random.nextInt(200);
            ResultOrder order = ORDERS.get(random.nextInt(ORDERS.size()));
            return side -> {
                List<String> versions = new ArrayList<>(side.versions.get(key, from, to, order));
                versions.removeIf(version -> knownToDiffer(version, to));
                return versions;
            };
        }

        /**
         * A version that is valid at the end of what is asked for and on into a later segment: RocksDB's store looks for versions by the
         * time that they end at, and in no segment behind that of the query's end.
         */
        private boolean knownToDiffer(String version, long to) {
            int comma = version.lastIndexOf(',');
            if (comma < 0) {
                return false;
            }
            long validTo = Long.parseLong(version.substring(comma + 1, version.length() - 1));
            return validTo / segment > to / segment;
        }

        /**
         * RocksDB's store gets one record at a time. In a batch it drops what will be history by the batch's end, and with it
         * tombstones that older records in the same batch still need.
         */
        private Function<Side, Object> restore() {
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            for (int i = random.nextInt(12); i > 0; i--) {
                records.add(Versions.changelogRecord(
                        "k".repeat(random.nextInt(3)), random.nextInt(4) == 0 ? null : "r" + offset, timestamp()));
            }
            return side -> {
                if (side.isRocks()) {
                    records.forEach(record -> side.context.restore(side.store, List.of(record)));
                } else {
                    side.context.restore(side.store, records);
                }
                return "";
            };
        }

        /** Ours only, and nobody may notice: RocksDB's store no longer finds its segments. */
        private Function<Side, Object> reopen() {
            TopicPartition log = new TopicPartition("log", 0);
            long committed = offset;
            return side -> {
                if (!side.isRocks()) {
                    side.store.commit(Map.of(log, committed));
                    side.store.close();
                    side.context.open(side.store);
                    assertEquals(committed, side.store.committedOffset(log));
                }
                return "";
            };
        }

        private static Object dropped(Side side) {
            return side.context.metrics().metrics().entrySet().stream()
                    .filter(entry -> entry.getKey().name().equals("dropped-records-total"))
                    .map(entry -> entry.getValue().metricValue())
                    .filter(total -> (double) total > 0)
                    .findAny()
                    .orElse(0.0);
        }
    }
}
