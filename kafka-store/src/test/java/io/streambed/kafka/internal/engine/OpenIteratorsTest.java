package io.streambed.kafka.internal.engine;

import static io.streambed.kafka.testing.TestContext.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.kafka.LsmStores;
import io.streambed.kafka.testing.TestContext;
import io.streambed.lsm.Direction;
import io.streambed.lsm.KeyRange;
import io.streambed.lsm.LsmOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.utils.LogCaptureAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Iterators that somebody forgot to close. The test's thread is the task's. */
class OpenIteratorsTest {
    @TempDir
    Path directory;

    private final AtomicLong now = new AtomicLong(1_000_000);
    private final StoreEngine store = new StoreEngine(
            "store",
            StoreFormat.KEY_VALUE_PLAIN,
            EntryTimes.NONE,
            (name, ignored) -> new StoreSettings(
                    LsmOptions.defaults(),
                    new RuntimeSettings(16L << 20, 100, 1, 0),
                    QueryIsolation.READ_UNCOMMITTED,
                    null,
                    () -> {}),
            now::get);
    private TestContext context;
    private LogCaptureAppender log;

    @BeforeEach
    void open() {
        log = LogCaptureAppender.createAndRegister(OpenIterators.class);
        context = new TestContext(directory);
        store.open(context.kafkas(), LsmStores.persistentKeyValueStore("store").get(), (record, batch) -> {});
        store.tree().put(bytes("a"), bytes("1"));
    }

    @AfterEach
    void close() {
        store.close();
        log.close();
    }

    @Test
    void oneOfAQueryIsToldOfOnceWithItsPlace() throws Exception {
        forgetInAQuery();
        EntryIterator inUse = forget();
        pass(OpenIterators.LONG.toMillis() - 1);
        assertEquals(List.of(), log.getEvents());
        inUse.close();
        pass(1);
        pass(1_000_000);
        assertEquals(1, log.getEvents().size());
        LogCaptureAppender.Event event = log.getEvents().get(0);
        assertEquals("WARN", event.getLevel());
        assertTrue(event.getMessage()
                .startsWith(
                        "An iterator of store store has been open for 300 s and keeps old tables on disk; close it."));
        assertTrue(event.getMessage().endsWith("It was opened by thread query-7, here:"), event.getMessage());
        String place = event.getThrowableInfo().orElseThrow();
        assertTrue(place.contains("OpenIteratorsTest.forget"), place);
    }

    @Test
    void thoseOfATaskAreSampledUntilOneWasForgotten() {
        forget().close();
        forget();
        pass(OpenIterators.LONG.toMillis());
        assertEquals(1, log.getEvents().size());
        assertTrue(log.getEvents().get(0).getThrowableInfo().isEmpty());
        assertTrue(
                log.getMessages().get(0).endsWith("the next one left open will be told of with its place in the code"));
        forget();
        pass(OpenIterators.LONG.toMillis());
        assertEquals(2, log.getEvents().size());
        assertTrue(log.getEvents().get(1).getThrowableInfo().orElseThrow().contains("OpenIteratorsTest.forget"));
    }

    @Test
    void aTaskThatForgetsEachOneIsFoundOut() {
        for (int i = 0; i < OpenIterators.SAMPLE; i++) {
            forget();
        }
        pass(OpenIterators.LONG.toMillis());
        assertEquals(OpenIterators.SAMPLE, log.getEvents().size());
        assertTrue(log.getEvents().stream()
                .anyMatch(event -> event.getThrowableInfo().isPresent()));
    }

    @Test
    void thoseLeftWhenTheStoreIsClosedAreCounted() throws Exception {
        forget();
        forgetInAQuery();
        store.close();
        assertEquals(1, log.getEvents().size());
        String message = log.getMessages().get(0);
        assertTrue(message.startsWith("Closing 2 open iterators for store store. The oldest was opened by thread "));
    }

    @Test
    void closingTwiceDoesNotCloseAnotherOne() {
        EntryIterator first = forget();
        first.close();
        EntryIterator second = forget();
        now.addAndGet(100);
        first.close();
        assertEquals(100L, age());
        second.close();
        assertEquals(0L, age());
    }

    @Test
    void anotherThreadMayCloseWhatTheTaskHasOpened() throws Exception {
        EntryIterator first = forget();
        EntryIterator second = forget();
        now.addAndGet(100);
        Thread other = new Thread(first::close);
        other.start();
        other.join();
        EntryIterator third = forget();
        assertEquals(100L, age());
        second.close();
        assertEquals(0L, age());
        now.addAndGet(10);
        first.close();
        assertEquals(10L, age());
        third.close();
        assertEquals(0L, age());
    }

    @Test
    void theOldestOnesAgeIsAMetric() {
        assertEquals(0L, age());
        EntryIterator first = forget();
        now.addAndGet(100);
        EntryIterator second = forget();
        now.addAndGet(20);
        assertEquals(120L, age());
        first.close();
        assertEquals(20L, age());
        second.close();
        second.close();
        assertEquals(0L, age());
    }

    private EntryIterator forget() {
        return store.tree().iterate(KeyRange.all(), Direction.FORWARD);
    }

    private void forgetInAQuery() throws InterruptedException {
        Thread query = new Thread(this::forget, "query-7");
        query.start();
        query.join();
    }

    /** Time passes, and the task commits. */
    private void pass(long millis) {
        now.addAndGet(millis);
        store.commit(Map.of());
    }

    private Object age() {
        return context.metrics().metrics().values().stream()
                .filter(metric -> metric.metricName().name().equals("oldest-iterator-age"))
                .findFirst()
                .orElseThrow()
                .metricValue();
    }
}
