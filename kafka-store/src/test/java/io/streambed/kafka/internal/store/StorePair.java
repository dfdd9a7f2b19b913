package io.streambed.kafka.internal.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.streambed.kafka.testing.TestContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.LogCaptureAppender;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.Query;
import org.apache.kafka.streams.query.QueryConfig;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.internals.AbstractDualSchemaRocksDBSegmentedBytesStore;
import org.apache.kafka.streams.state.internals.AbstractRocksDBSegmentedBytesStore;
import org.apache.kafka.streams.state.internals.AbstractRocksDBTimeOrderedSegmentedBytesStore;
import org.apache.logging.log4j.Level;

/**
 * A store of RocksDB's and one of ours that are given the same calls and have to answer the same: values, orders, exceptions, positions,
 * and the number of records dropped. Keys are few, short and full of edges, so that calls meet. Time moves on and back again, over the
 * retention period.
 *
 * <p>No key has a zero byte or is empty: for a range that ends at such a key, Kafka's stores miss entries of shorter keys. Ours do not,
 * which {@code EntryKeyTest} shows.
 */
final class StorePair<S extends StateStore> implements AutoCloseable {
    static final long RETENTION = 200_000;

    /** A key that no call asks for by itself. */
    static final Bytes UNUSED_KEY = Bytes.wrap(new byte[] {0x40});

    private static final byte[] EDGES = {1, 0x7f, (byte) 0x80, (byte) 0xfe, (byte) 0xff};

    /** One store, with the context that it was opened in, and the iterators that are open on it. */
    private static final class Side<S extends StateStore> {
        final TestContext context;
        final S store;
        final Map<Integer, KeyValueIterator<?, byte[]>> iterators = new HashMap<>();

        Side(S store, Path directory) {
            context = new TestContext(directory, Map.of("lsm.write.buffer.bytes", "65536"));
            this.store = context.open(store);
        }

        void closeIterators() {
            iterators.values().forEach(KeyValueIterator::close);
            iterators.clear();
        }

        double dropped() {
            return context.metrics().metrics().values().stream()
                    .filter(metric -> metric.metricName().name().equals("dropped-records-total"))
                    .map(Metric::metricValue)
                    .mapToDouble(value -> (double) value)
                    .sum();
        }
    }

    private final Side<S> rocks;
    private final Side<S> ours;
    private final Random random;
    private long now = 10 * RETENTION;
    private long offset;
    private int nextIterator;

    /** Windows, each a key and its start, that were put without a value last. */
    private final Set<Map.Entry<Bytes, Long>> deleted = new HashSet<>();

    private StorePair(S rocks, S ours, Path directory, Random random) throws IOException {
        this.rocks = new Side<>(rocks, Files.createDirectory(directory.resolve("rocks")));
        this.ours = new Side<>(ours, Files.createDirectory(directory.resolve("ours")));
        this.random = random;
    }

    /** A random call on both. */
    @FunctionalInterface
    interface Step<S extends StateStore> {
        void run(StorePair<S> pair, Random random, Supplier<String> where);
    }

    /**
     * So many random calls on a store of RocksDB's and on one of ours. The seed is printed; {@code -Dcomparison.seed=N} repeats a run.
     *
     * @param kind what is said if they differ
     */
    static <S extends StateStore> void compare(Object kind, S rocks, S ours, Path directory, int calls, Step<S> step)
            throws IOException {
        long seed = Long.getLong("comparison.seed", System.nanoTime());
        System.out.println("comparison of " + kind + ", seed " + seed);
        Random random = new Random(seed);
        try (LogCaptureAppender warnings = LogCaptureAppender.createAndRegister();
                StorePair<S> pair = new StorePair<>(rocks, ours, directory, random)) {
            // Both warn of each range that ends before it begins, and some of each late record.
            for (Class<?> talker : List.of(
                    AbstractRocksDBSegmentedBytesStore.class,
                    AbstractRocksDBTimeOrderedSegmentedBytesStore.class,
                    AbstractDualSchemaRocksDBSegmentedBytesStore.class,
                    LsmWindowStore.class,
                    LsmSessionStore.class,
                    SegmentedTree.class)) {
                warnings.setClassLogger(talker, Level.OFF);
            }
            for (int call = 0; call < calls; call++) {
                int number = call;
                step.run(pair, random, () -> kind + ", seed " + seed + ", call " + number);
            }
        }
    }

    /** Asks both. */
    void same(Function<S, Object> call, Supplier<String> where) {
        sides(side -> call.apply(side.store), where);
    }

    /** Lets both write what belongs to the next record of the input. */
    void write(Function<S, Object> call, Supplier<String> where) {
        offset++;
        sides(
                side -> {
                    side.context.at("in", 0, offset);
                    return call.apply(side.store);
                },
                where);
    }

    void samePosition(Supplier<String> where) {
        same(StateStore::getPosition, where);
    }

    /** Opens an iterator that stays open. */
    void open(Function<S, KeyValueIterator<?, byte[]>> call, Supplier<String> where) {
        int number = nextIterator++;
        sides(
                side -> {
                    side.iterators.put(number, call.apply(side.store));
                    return "";
                },
                where);
    }

    /** Goes on in an iterator that was opened at some time; closes it now and then. */
    void goOn(Supplier<String> where) {
        if (nextIterator == 0) {
            return;
        }
        int number = random.nextInt(nextIterator);
        int steps = 1 + random.nextInt(5);
        boolean close = random.nextInt(4) == 0;
        sides(
                side -> {
                    KeyValueIterator<?, byte[]> open = side.iterators.get(number);
                    if (open == null) {
                        return "";
                    }
                    String seen = some(open, steps);
                    if (close) {
                        open.close();
                        side.iterators.remove(number);
                    }
                    return seen;
                },
                where);
    }

    /** A window was put without a value. */
    void deleted(Bytes key, long time) {
        deleted.add(Map.entry(key, time));
    }

    /**
     * A window is about to be given a value; if it was deleted, no iterator stays open.
     *
     * <p>Where RocksDB's window store has an index, a put without a value leaves the window in it. That can be seen in one way: an iterator that
     * walks through the index then finds the value that the window is given later.
     */
    void given(Bytes key, long time, Supplier<String> where) {
        if (deleted.remove(Map.entry(key, time))) {
            sides(
                    side -> {
                        side.closeIterators();
                        return "";
                    },
                    where);
        }
    }

    /** Hands both a batch of a changelog. */
    void restore(List<ConsumerRecord<byte[], byte[]>> records, Supplier<String> where) {
        sides(
                side -> {
                    side.context.restore(side.store, records);
                    return "";
                },
                where);
    }

    /**
     * Closes both and opens them again, after a commit; then puts an entry into every segment that may be live.
     *
     * <p>RocksDB's store finds the directory of a segment that deletions have emptied, and ours nothing. That can be seen in one way: an
     * iterator that is opened then shows what is put into such a segment later.
     *
     * @param put puts an entry of a key that the calls do not use
     */
    void reopen(ObjLongConsumer<S> put, Supplier<String> where) {
        sides(
                side -> {
                    side.closeIterators();
                    side.store.commit(Map.of());
                    side.store.close();
                    side.context.open(side.store);
                    return "";
                },
                where);
        // No segment is shorter than half of the retention period.
        for (long time = now - RETENTION; time <= now; time += RETENTION / 2) {
            long segment = time;
            write(
                    store -> {
                        put.accept(store, segment);
                        return "";
                    },
                    where);
        }
    }

    /** The answer of a query, or of {@code otherwise} where RocksDB's store answers none and ours does. */
    static <S extends StateStore, T extends KeyValueIterator<?, byte[]>> String answer(
            S store, Query<T> query, Function<S, T> otherwise) {
        QueryResult<T> result = store.query(query, PositionBound.unbounded(), new QueryConfig(false));
        return list(result.isSuccess() ? result.getResult() : otherwise.apply(store));
    }

    private void sides(Function<Side<S>, Object> call, Supplier<String> where) {
        assertEquals(outcome(rocks, call), outcome(ours, call), where);
    }

    private static <S extends StateStore> Object outcome(Side<S> side, Function<Side<S>, Object> call) {
        try {
            return call.apply(side);
        } catch (RuntimeException e) {
            return e.getClass();
        }
    }

    /** The latest time that was written. */
    long now() {
        return now;
    }

    /** A time to write at: mostly near the latest one, which it may move on; sometimes late, seldom too late. */
    long timeToWrite() {
        long time = switch (random.nextInt(20)) {
            case 0 -> now - random.nextLong(3 * RETENTION);
            case 1, 2, 3, 4, 5 -> now - random.nextLong(RETENTION);
            case 6 -> now + random.nextLong(30_000);
            default -> now - 500 + random.nextLong(1_000);
        };
        // On a grid, so that calls meet.
        time -= time % 250;
        now = Math.max(now, time);
        return time;
    }

    /** A time to ask for. */
    long timeToRead() {
        long time = now + 1_000 - random.nextLong(random.nextBoolean() ? 3_000 : RETENTION + 100_000);
        return random.nextBoolean() ? time - time % 250 : time;
    }

    /** A key or, seldom, {@code null}. */
    Bytes end() {
        return random.nextInt(6) == 0 ? null : key();
    }

    Bytes key() {
        byte[] key = new byte[1 + random.nextInt(3)];
        for (int i = 0; i < key.length; i++) {
            key[i] = EDGES[random.nextInt(EDGES.length)];
        }
        return Bytes.wrap(key);
    }

    /** A value or, sometimes, {@code null}. */
    byte[] value() {
        if (random.nextInt(6) == 0) {
            return null;
        }
        byte[] value = new byte[random.nextInt(20)];
        random.nextBytes(value);
        return value;
    }

    static String list(KeyValueIterator<?, byte[]> entries) {
        try (entries) {
            return some(entries, Integer.MAX_VALUE);
        }
    }

    private static String some(KeyValueIterator<?, byte[]> entries, int most) {
        List<String> seen = new ArrayList<>();
        while (seen.size() < most && entries.hasNext()) {
            assertEquals(entries.peekNextKey(), entries.peekNextKey());
            KeyValue<?, byte[]> entry = entries.next();
            seen.add(entry.key + "=" + hex(entry.value));
        }
        return seen.toString();
    }

    static String hex(byte[] bytes) {
        return bytes == null ? "none" : HexFormat.of().formatHex(bytes);
    }

    @Override
    public void close() {
        try {
            assertEquals(rocks.dropped(), ours.dropped());
        } finally {
            for (Side<S> side : List.of(rocks, ours)) {
                side.closeIterators();
                side.store.close();
            }
        }
    }
}
