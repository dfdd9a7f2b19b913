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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.DslStoreFormat;
import org.apache.kafka.streams.kstream.EmitStrategy;
import org.apache.kafka.streams.query.WindowKeyQuery;
import org.apache.kafka.streams.query.WindowRangeQuery;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers;
import org.apache.kafka.streams.state.DslWindowParams;
import org.apache.kafka.streams.state.WindowStore;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same random calls on our window store and on RocksDB's, for each format, order, with and without duplicates: every answer is the
 * same.
 */
class RocksDbWindowComparisonTest {
    private static final int CALLS = 4_000;
    private static final Duration SIZE = Duration.ofSeconds(5);

    @TempDir
    Path directory;

    static Stream<DslWindowParams> kinds() {
        List<DslWindowParams> kinds = new ArrayList<>();
        for (boolean duplicates : new boolean[] {false, true}) {
            for (DslStoreFormat format : DslStoreFormat.values()) {
                kinds.add(kind(duplicates, EmitStrategy.onWindowUpdate(), false, format));
                // Not those that are emitted on close and do not slide: ours are sorted by key, RocksDB's by time.
                kinds.add(kind(duplicates, EmitStrategy.onWindowClose(), true, format));
            }
        }
        return kinds.stream();
    }

    private static DslWindowParams kind(boolean duplicates, EmitStrategy emit, boolean sliding, DslStoreFormat format) {
        return new DslWindowParams("store", Duration.ofMillis(RETENTION), SIZE, duplicates, emit, sliding, format);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void answersAsRocksDb(DslWindowParams kind) throws Exception {
        StorePair.compare(
                kind,
                new BuiltInDslStoreSuppliers.RocksDBDslStoreSuppliers()
                        .windowStore(kind)
                        .get(),
                new LsmDslStoreSuppliers().windowStore(kind).get(),
                directory,
                CALLS,
                RocksDbWindowComparisonTest::step);
    }

    private static void step(StorePair<WindowStore<Bytes, byte[]>> pair, Random random, Supplier<String> where) {
        Bytes key = pair.key();
        Bytes from = pair.end();
        Bytes to = pair.end();
        long early = pair.timeToRead();
        long late = random.nextInt(10) == 0 ? Long.MAX_VALUE : early - 200 + random.nextLong(RETENTION);
        boolean backward = random.nextBoolean();
        switch (random.nextInt(22)) {
            case 0, 1, 2, 3, 4, 5, 6 -> put(pair, key, where);
            case 7, 8 -> {
                long time = random.nextInt(3) == 0 ? early : early - early % 250;
                pair.same(store -> hex(store.fetch(key, time)), where);
            }
            case 9, 10 ->
                pair.same(
                        store -> list(backward ? store.backwardFetch(key, early, late) : store.fetch(key, early, late)),
                        where);
            case 11, 12 ->
                pair.same(
                        store -> list(
                                backward
                                        ? store.backwardFetch(from, to, early, late)
                                        : store.fetch(from, to, early, late)),
                        where);
            case 13, 14 ->
                pair.same(
                        store -> list(backward ? store.backwardFetchAll(early, late) : store.fetchAll(early, late)),
                        where);
            case 15 -> pair.same(store -> list(backward ? store.backwardAll() : store.all()), where);
            case 16 ->
                pair.same(
                        store -> answer(
                                store,
                                // Kafka 4.3.1 gives the two back the wrong way round, and the layer above a store once
                                // more.
                                WindowKeyQuery.<Bytes, byte[]>withKeyAndWindowStartRange(
                                        key, Instant.ofEpochMilli(late), Instant.ofEpochMilli(early)),
                                s -> s.fetch(key, early, late)),
                        where);
            case 17 ->
                pair.same(
                        store -> answer(
                                store,
                                WindowRangeQuery.<Bytes, byte[]>withWindowStartRange(
                                        Instant.ofEpochMilli(early), Instant.ofEpochMilli(late)),
                                s -> s.fetchAll(early, late)),
                        where);
            case 18 ->
                pair.open(
                        switch (random.nextInt(4)) {
                            case 0 -> store -> store.fetch(key, early, late);
                            case 1 -> store -> store.fetch(from, to, early, late);
                            case 2 -> store -> store.fetchAll(early, late);
                            default -> store -> backward ? store.backwardAll() : store.all();
                        },
                        where);
            case 19, 20 -> pair.goOn(where);
            default -> {
                if (random.nextInt(20) == 0) {
                    pair.reopen((store, time) -> store.put(UNUSED_KEY, new byte[] {1}, time), where);
                } else {
                    pair.restore(changelog(pair, random, where), where);
                }
            }
        }
    }

    private static void put(StorePair<WindowStore<Bytes, byte[]>> pair, Bytes key, Supplier<String> where) {
        byte[] value = pair.value();
        long time = pair.timeToWrite();
        if (value == null) {
            pair.deleted(key, time);
        } else {
            pair.given(key, time, where);
        }
        pair.write(
                store -> {
                    store.put(key, value, time);
                    return "";
                },
                where);
        pair.samePosition(where);
    }

    private static List<ConsumerRecord<byte[], byte[]>> changelog(
            StorePair<WindowStore<Bytes, byte[]>> pair, Random random, Supplier<String> where) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = random.nextInt(10); i > 0; i--) {
            Bytes key = pair.key();
            long time = pair.timeToWrite();
            byte[] logged = ByteBuffer.allocate(key.get().length + 12)
                    .put(key.get())
                    .putLong(time)
                    .putInt(random.nextInt(3))
                    .array();
            byte[] value = pair.value();
            if (value != null) {
                pair.given(key, time, where);
            }
            records.add(new ConsumerRecord<>("log", 0, i, logged, value));
        }
        return records;
    }
}
