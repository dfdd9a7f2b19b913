package io.streambed.kafka.internal.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.kafka.LsmStores;
import io.streambed.kafka.testing.TestContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.LogCaptureAppender;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.QueryConfig;
import org.apache.kafka.streams.query.RangeQuery;
import org.apache.kafka.streams.state.HeadersBytesStore;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.internals.RocksDBStore;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same random calls on our store and on RocksDB's, for each format: every answer is the same, be it a value, the order of a range,
 * an offset, a position or an exception. Keys are few, short and full of edges, so that calls meet. The seed is printed; {@code
 * -Dcomparison.seed=N} repeats a run.
 */
class RocksDbComparisonTest {
    private static final int CALLS = 35_000;
    private static final byte[] EDGES = {0, 1, 0x7f, (byte) 0x80, (byte) 0xfe, (byte) 0xff};

    @TempDir
    Path directory;

    @Test
    void plain() throws Exception {
        compare(Stores::persistentKeyValueStore, LsmStores::persistentKeyValueStore);
    }

    @Test
    void timestamped() throws Exception {
        compare(Stores::persistentTimestampedKeyValueStore, LsmStores::persistentTimestampedKeyValueStore);
    }

    @Test
    void withHeaders() throws Exception {
        compare(
                Stores::persistentTimestampedKeyValueStoreWithHeaders,
                LsmStores::persistentTimestampedKeyValueStoreWithHeaders);
    }

    private void compare(
            Function<String, KeyValueBytesStoreSupplier> rocks, Function<String, KeyValueBytesStoreSupplier> ours)
            throws Exception {
        long seed = Long.getLong("comparison.seed", System.nanoTime());
        System.out.println("RocksDbComparisonTest seed " + seed);
        try (LogCaptureAppender warnings = LogCaptureAppender.createAndRegister();
                Pair pair = new Pair(rocks.apply("store"), ours.apply("store"), directory, new Random(seed))) {
            // Both warn of each range that ends before it begins.
            warnings.setClassLogger(RocksDBStore.class, Level.OFF);
            warnings.setClassLogger(LsmKeyValueStore.class, Level.OFF);
            for (int call = 0; call < CALLS; call++) {
                int number = call;
                pair.step(() -> "seed " + seed + ", call " + number);
            }
        }
    }

    /** One store, with the context that it was opened in, and the iterators that are open on it. */
    private static final class Side {
        final TestContext context;
        final KeyValueStore<Bytes, byte[]> store;
        final Map<Integer, KeyValueIterator<Bytes, byte[]>> iterators = new HashMap<>();

        Side(KeyValueBytesStoreSupplier supplier, Path directory) {
            context = new TestContext(directory, Map.of("lsm.write.buffer.bytes", "65536"));
            store = context.open(supplier);
        }
    }

    /** Both stores, given the same calls. */
    private static final class Pair implements AutoCloseable {
        private final Side rocks;
        private final Side ours;
        private final Random random;
        private long offset;
        private int nextIterator;

        Pair(KeyValueBytesStoreSupplier rocks, KeyValueBytesStoreSupplier ours, Path directory, Random random)
                throws Exception {
            this.rocks = new Side(rocks, Files.createDirectory(directory.resolve("rocks")));
            this.ours = new Side(ours, Files.createDirectory(directory.resolve("ours")));
            this.random = random;
        }

        void step(Supplier<String> where) {
            Function<Side, Object> call = call();
            assertEquals(answer(rocks, call), answer(ours, call), where);
        }

        private Object answer(Side side, Function<Side, Object> call) {
            try {
                return call.apply(side);
            } catch (RuntimeException e) {
                return e.getClass();
            }
        }

        private Function<Side, Object> call() {
            Bytes key = random.nextInt(500) == 0 ? null : key();
            byte[] value = value();
            offset++;
            int partition = random.nextInt(3);
            return switch (random.nextInt(20)) {
                case 0, 1, 2, 3, 4 ->
                    writing(partition, store -> {
                        store.put(key, value);
                        return "";
                    });
                case 5 -> writing(partition, store -> hex(store.putIfAbsent(key, value)));
                case 6, 7 -> writing(partition, store -> hex(store.delete(key)));
                case 8 -> putAll(partition);
                case 9, 10, 11 -> side -> hex(side.store.get(key));
                case 12 -> range(end(), end());
                case 13 -> reverseRange(end(), end());
                case 14 -> prefixScan(key().get());
                case 15 -> random.nextInt(4) == 0 ? all(random.nextBoolean()) : prefixScan(key().get());
                case 16 -> query();
                case 17 -> iterator();
                case 18 -> random.nextInt(25) > 0 ? commit() : reopen();
                default -> restore();
            };
        }

        private Function<Side, Object> writing(int partition, Function<KeyValueStore<Bytes, byte[]>, Object> write) {
            long at = offset;
            return side -> {
                side.context.at("in", partition, at);
                return write.apply(side.store);
            };
        }

        private Function<Side, Object> putAll(int partition) {
            List<KeyValue<Bytes, byte[]>> batch = new ArrayList<>();
            for (int i = random.nextInt(8); i > 0; i--) {
                batch.add(KeyValue.pair(random.nextInt(200) == 0 ? null : key(), value()));
            }
            return writing(partition, store -> {
                store.putAll(batch);
                return "";
            });
        }

        private static Function<Side, Object> all(boolean reverse) {
            return side -> list(reverse ? side.store.reverseAll() : side.store.all());
        }

        private static Function<Side, Object> range(Bytes from, Bytes to) {
            return side -> list(side.store.range(from, to));
        }

        private static Function<Side, Object> reverseRange(Bytes from, Bytes to) {
            return side -> list(side.store.reverseRange(from, to));
        }

        private static Function<Side, Object> prefixScan(byte[] prefix) {
            return side -> list(side.store.prefixScan(prefix, new ByteArraySerializer()));
        }

        private Function<Side, Object> query() {
            Bytes from = end();
            Bytes to = end();
            RangeQuery<Bytes, byte[]> range = RangeQuery.withRange(from, to);
            RangeQuery<Bytes, byte[]> ordered = random.nextBoolean()
                    ? range
                    : random.nextBoolean() ? range.withAscendingKeys() : range.withDescendingKeys();
            return side -> {
                // RocksDB's stores with headers answer no query; ours do, and Streams' layer above can use it.
                if (side.store instanceof HeadersBytesStore) {
                    return "";
                }
                var result = side.store.query(ordered, PositionBound.unbounded(), new QueryConfig(false));
                return list(result.getResult()) + " " + result.getPosition();
            };
        }

        /** Opens, moves on or closes one of a few iterators that stay open beside the other calls. */
        private Function<Side, Object> iterator() {
            int number = nextIterator++ % 5;
            Bytes from = end();
            boolean reverse = random.nextBoolean();
            int moves = random.nextInt(6);
            return side -> {
                KeyValueIterator<Bytes, byte[]> open = side.iterators.get(number);
                if (open == null) {
                    side.iterators.put(
                            number, reverse ? side.store.reverseRange(from, null) : side.store.range(from, null));
                    return "opened";
                }
                StringBuilder seen = new StringBuilder();
                for (int i = 0; i < moves && open.hasNext(); i++) {
                    Bytes ahead = open.peekNextKey();
                    KeyValue<Bytes, byte[]> entry = open.next();
                    assertEquals(ahead, entry.key);
                    seen.append(hex(entry.key.get()))
                            .append('=')
                            .append(hex(entry.value))
                            .append(' ');
                }
                if (moves == 0) {
                    open.close();
                    side.iterators.remove(number);
                }
                return seen.toString();
            };
        }

        private Function<Side, Object> commit() {
            Map<TopicPartition, Long> offsets = offsets();
            return side -> {
                side.store.commit(offsets);
                return committed(side);
            };
        }

        /**
         * Closes and opens again. Both commit before: what was written since the last commit RocksDB's store keeps when it is closed,
         * and ours does not, so as never to be ahead of its offset.
         */
        private Function<Side, Object> reopen() {
            Map<TopicPartition, Long> offsets = offsets();
            return side -> {
                side.iterators.values().forEach(KeyValueIterator::close);
                side.iterators.clear();
                side.store.commit(offsets);
                if (side.store instanceof RocksDBStore rocksDb) {
                    // As Streams does after a commit, by the callback that the store registered for its position.
                    rocksDb.writePosition();
                }
                side.store.close();
                side.context.open(side.store);
                return committed(side) + list(side.store.all()) + side.store.getPosition();
            };
        }

        private Function<Side, Object> restore() {
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            for (int i = random.nextInt(20); i > 0; i--) {
                records.add(new ConsumerRecord<>("log", 0, offset, key().get(), value()));
            }
            return side -> {
                side.context.restore(side.store, records);
                return "";
            };
        }

        private Map<TopicPartition, Long> offsets() {
            Map<TopicPartition, Long> offsets = new HashMap<>();
            for (int partitions = random.nextInt(3); partitions > 0; partitions--) {
                offsets.put(
                        new TopicPartition("log", random.nextInt(3)),
                        switch (random.nextInt(5)) {
                            case 0 -> null;
                            case 1 -> -4L;
                            default -> offset;
                        });
            }
            return offsets;
        }

        private static String committed(Side side) {
            StringBuilder offsets = new StringBuilder();
            for (int partition = 0; partition < 3; partition++) {
                offsets.append(side.store.committedOffset(new TopicPartition("log", partition)))
                        .append(' ');
            }
            return offsets.toString();
        }

        private Bytes end() {
            return random.nextInt(5) == 0 ? null : key();
        }

        private Bytes key() {
            byte[] key = new byte[random.nextInt(4)];
            for (int i = 0; i < key.length; i++) {
                key[i] = EDGES[random.nextInt(EDGES.length)];
            }
            return Bytes.wrap(key);
        }

        private byte[] value() {
            if (random.nextInt(6) == 0) {
                return null;
            }
            byte[] value = new byte[random.nextInt(20)];
            random.nextBytes(value);
            return value;
        }

        private static String list(KeyValueIterator<Bytes, byte[]> entries) {
            StringBuilder text = new StringBuilder();
            try (entries) {
                while (entries.hasNext()) {
                    KeyValue<Bytes, byte[]> entry = entries.next();
                    text.append(hex(entry.key.get()))
                            .append('=')
                            .append(hex(entry.value))
                            .append(' ');
                }
            }
            return text.toString();
        }

        private static String hex(byte[] bytes) {
            return bytes == null ? "none" : HexFormat.of().formatHex(bytes);
        }

        @Override
        public void close() {
            assertTrue(!list(rocks.store.all()).isEmpty());
            rocks.iterators.values().forEach(KeyValueIterator::close);
            ours.iterators.values().forEach(KeyValueIterator::close);
            rocks.store.close();
            ours.store.close();
        }
    }
}
