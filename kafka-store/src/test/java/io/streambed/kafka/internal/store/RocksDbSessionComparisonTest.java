package io.streambed.kafka.internal.store;

import static io.streambed.kafka.internal.store.StorePair.RETENTION;
import static io.streambed.kafka.internal.store.StorePair.UNUSED_KEY;
import static io.streambed.kafka.internal.store.StorePair.answer;
import static io.streambed.kafka.internal.store.StorePair.hex;
import static io.streambed.kafka.internal.store.StorePair.list;

import io.streambed.kafka.LsmDslStoreSuppliers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.DslStoreFormat;
import org.apache.kafka.streams.kstream.EmitStrategy;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.kstream.internals.SessionWindow;
import org.apache.kafka.streams.query.WindowRangeQuery;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers;
import org.apache.kafka.streams.state.DslSessionParams;
import org.apache.kafka.streams.state.SessionStore;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same random calls on our session store and on RocksDB's, for each format and order: every answer is the same.
 */
class RocksDbSessionComparisonTest {
    private static final int CALLS = 8_000;

    @TempDir
    Path directory;

    static Stream<DslSessionParams> kinds() {
        return Stream.of(EmitStrategy.onWindowUpdate(), EmitStrategy.onWindowClose())
                .flatMap(emit -> Stream.of(DslStoreFormat.PLAIN, DslStoreFormat.HEADERS)
                        .map(format -> new DslSessionParams("store", Duration.ofMillis(RETENTION), emit, format)));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void answersAsRocksDb(DslSessionParams kind) throws Exception {
        StorePair.compare(
                kind,
                new BuiltInDslStoreSuppliers.RocksDBDslStoreSuppliers()
                        .sessionStore(kind)
                        .get(),
                new LsmDslStoreSuppliers().sessionStore(kind).get(),
                directory,
                CALLS,
                RocksDbSessionComparisonTest::step);
    }

    private static void step(StorePair<SessionStore<Bytes, byte[]>> pair, Random random, Supplier<String> where) {
        Bytes key = pair.key();
        Bytes from = pair.end();
        Bytes to = pair.end();
        long early = pair.timeToRead();
        long late = random.nextInt(10) == 0 ? Long.MAX_VALUE : early - 2_000 + random.nextLong(RETENTION);
        boolean backward = random.nextBoolean();
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4, 5 -> put(pair, random, key, where);
            case 6, 7 -> {
                Windowed<Bytes> session = session(random, key, early - early % 250);
                pair.write(
                        store -> {
                            store.remove(session);
                            return "";
                        },
                        where);
            }
            case 8, 9 -> {
                Windowed<Bytes> session = session(random, key, early - early % 250);
                pair.same(
                        store -> hex(store.fetchSession(
                                key, session.window().start(), session.window().end())),
                        where);
            }
            case 10, 11 ->
                pair.same(
                        store -> list(
                                backward
                                        ? store.backwardFindSessions(key, early, late)
                                        : store.findSessions(key, early, late)),
                        where);
            case 12, 13 ->
                pair.same(
                        store -> list(
                                backward
                                        ? store.backwardFindSessions(from, to, early, late)
                                        : store.findSessions(from, to, early, late)),
                        where);
            case 14 -> pair.same(store -> list(backward ? store.backwardFetch(key) : store.fetch(key)), where);
            case 15 ->
                pair.same(store -> list(backward ? store.backwardFetch(from, to) : store.fetch(from, to)), where);
            case 16 -> {
                // Only what is sorted by time finds these; and Kafka's store throws if the first segment lies behind
                // the last one, or finds nothing up to the end of time.
                long last = early + random.nextLong(RETENTION);
                pair.same(store -> list(store.findSessions(early, last)), where);
            }
            case 17 ->
                pair.same(
                        store -> answer(store, WindowRangeQuery.<Bytes, byte[]>withKey(key), s -> s.fetch(key)), where);
            case 18 -> {
                if (random.nextBoolean()) {
                    pair.goOn(where);
                } else {
                    pair.open(
                            switch (random.nextInt(3)) {
                                case 0 -> store -> store.findSessions(key, early, late);
                                case 1 -> store -> store.findSessions(from, to, early, late);
                                default -> store -> backward ? store.backwardFetch(from, to) : store.fetch(from, to);
                            },
                            where);
                }
            }
            default -> {
                if (random.nextInt(20) == 0) {
                    pair.reopen(
                            (store, time) -> store.put(
                                    new Windowed<>(UNUSED_KEY, new SessionWindow(time, time)), new byte[] {1}),
                            where);
                } else {
                    pair.restore(changelog(pair, random), where);
                }
            }
        }
    }

    private static void put(
            StorePair<SessionStore<Bytes, byte[]>> pair, Random random, Bytes key, Supplier<String> where) {
        byte[] value = pair.value();
        long before = pair.now();
        Windowed<Bytes> session = session(random, key, pair.timeToWrite());
        pair.write(
                store -> {
                    store.put(session, value);
                    return "";
                },
                where);
        if (session.window().end() >= before) {
            // Removing moves our position and not that of RocksDB's store, so they agree only when this moved both.
            pair.samePosition(where);
        }
    }

    /** A session that ends at a time; on a grid, so that calls meet. */
    private static Windowed<Bytes> session(Random random, Bytes key, long end) {
        return new Windowed<>(key, new SessionWindow(end - 250 * random.nextLong(3), end));
    }

    private static List<ConsumerRecord<byte[], byte[]>> changelog(
            StorePair<SessionStore<Bytes, byte[]>> pair, Random random) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = random.nextInt(10); i > 0; i--) {
            Windowed<Bytes> session = session(random, pair.key(), pair.timeToWrite());
            byte[] key = session.key().get();
            byte[] logged = ByteBuffer.allocate(key.length + 16)
                    .put(key)
                    .putLong(session.window().end())
                    .putLong(session.window().start())
                    .array();
            records.add(new ConsumerRecord<>("log", 0, i, logged, pair.value()));
        }
        return records;
    }
}
