package io.streambed.kafka.internal.engine;

import static io.streambed.kafka.testing.TestContext.bytes;
import static io.streambed.kafka.testing.TestContext.key;
import static io.streambed.kafka.testing.TestContext.text;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.kafka.LsmStores;
import io.streambed.kafka.testing.TestContext;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.query.FailureReason;
import org.apache.kafka.streams.query.KeyQuery;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.QueryConfig;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Readers of interactive queries beside the thread that writes, commits and closes. */
@Timeout(120)
class StoreConcurrencyTest {
    private static final int ROUNDS = 25;
    private static final int READERS = 3;

    @TempDir
    Path directory;

    /**
     * Whatever a reader is at when the store is closed, it goes on rightly or hears that the store is closed; nothing else. Where entries go
     * by time they expire meanwhile.
     */
    @ParameterizedTest
    @EnumSource(KindOfStore.class)
    void readersBesideAClosingStoreHearThatItIsClosed(KindOfStore kind) throws Exception {
        TestContext context = kind.context(directory);
        StateStore store = kind.make();
        ExecutorService readers = Executors.newFixedThreadPool(READERS);
        AtomicLong reads = new AtomicLong();
        for (int round = 0; round < ROUNDS; round++) {
            context.open(store);
            CountDownLatch begun = new CountDownLatch(READERS);
            Callable<Void> reading = () -> {
                begun.countDown();
                try {
                    while (true) {
                        kind.read(store);
                        reads.incrementAndGet();
                    }
                } catch (InvalidStateStoreException e) {
                    return null;
                } catch (NoSuchElementException e) {
                    // Iterators of windows and sessions end with their store, in front of what they have promised.
                    assertFalse(store.isOpen());
                    return null;
                }
            };
            List<Future<Void>> running =
                    List.of(readers.submit(reading), readers.submit(reading), readers.submit(reading));
            begun.await();
            for (long n = 0; n < 100; n++) {
                kind.write(context, store, 100L * round + n);
            }
            store.commit(Map.of(new TopicPartition("log", 0), (long) round));
            store.close();
            for (Future<Void> reader : running) {
                reader.get(60, TimeUnit.SECONDS);
            }
        }
        readers.shutdown();
        assertTrue(reads.get() > 0);
    }

    /** A query's answer is never older than the position that it carries. */
    @Test
    void answersAreAtLeastAsNewAsTheirPosition() throws Exception {
        TestContext context = new TestContext(directory);
        KeyValueStore<Bytes, byte[]> store = context.open(LsmStores.persistentKeyValueStore("store"));
        ExecutorService readers = Executors.newFixedThreadPool(READERS);
        CountDownLatch written = new CountDownLatch(1);
        Callable<Long> asking = () -> {
            long asked = 0;
            while (written.getCount() > 0) {
                QueryResult<byte[]> result = store.query(
                        KeyQuery.withKey(key("counter")), PositionBound.unbounded(), new QueryConfig(false));
                assertTrue(result.isSuccess() || result.getFailureReason() == FailureReason.NOT_UP_TO_BOUND);
                Long position = result.getPosition().getPartitionPositions("in").get(0);
                if (position != null) {
                    long value = Long.parseLong(text(result.getResult()));
                    assertTrue(value >= position, () -> value + " is older than " + position);
                    asked++;
                }
            }
            return asked;
        };
        List<Future<Long>> running = List.of(readers.submit(asking), readers.submit(asking), readers.submit(asking));
        for (long i = 0; i < 100_000; i++) {
            context.at("in", 0, i);
            store.put(key("counter"), bytes(Long.toString(i)));
        }
        written.countDown();
        for (Future<Long> reader : running) {
            assertTrue(reader.get(60, TimeUnit.SECONDS) > 0);
        }
        readers.shutdown();
        store.close();
    }
}
