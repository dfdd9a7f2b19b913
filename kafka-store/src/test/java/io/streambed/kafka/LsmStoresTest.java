package io.streambed.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.kafka.internal.store.LsmVersionedSupplier;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.streams.DslStoreFormat;
import org.apache.kafka.streams.kstream.EmitStrategy;
import org.apache.kafka.streams.state.DslKeyValueParams;
import org.apache.kafka.streams.state.DslSessionParams;
import org.apache.kafka.streams.state.DslWindowParams;
import org.apache.kafka.streams.state.HeadersBytesStore;
import org.apache.kafka.streams.state.HeadersBytesStoreSupplier;
import org.apache.kafka.streams.state.SessionBytesStoreSupplier;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.TimestampedBytesStore;
import org.apache.kafka.streams.state.WindowBytesStoreSupplier;
import org.apache.kafka.streams.state.internals.RocksDbVersionedKeyValueBytesStoreSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class LsmStoresTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration HUGE = Duration.ofSeconds(Long.MAX_VALUE);

    /** Changing {@code Stores.} to {@code LsmStores.} is the whole migration. */
    @Test
    void hasEveryPersistentMethodOfStores() throws NoSuchMethodException {
        int found = 0;
        for (Method theirs : Stores.class.getMethods()) {
            if (theirs.getName().startsWith("persistent")) {
                Method ours = LsmStores.class.getMethod(theirs.getName(), theirs.getParameterTypes());
                assertEquals(theirs.getReturnType(), ours.getReturnType(), theirs.toString());
                assertTrue(Modifier.isPublic(ours.getModifiers()) && Modifier.isStatic(ours.getModifiers()));
                found++;
            }
        }
        long persistent = Stream.of(LsmStores.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .count();
        assertEquals(persistent, found);
        assertEquals(10, found);
    }

    @Test
    void namesMustBeGiven() {
        assertThrows(NullPointerException.class, () -> LsmStores.persistentKeyValueStore(null));
        assertThrows(NullPointerException.class, () -> LsmStores.persistentTimestampedKeyValueStore(null));
        assertThrows(NullPointerException.class, () -> LsmStores.persistentTimestampedKeyValueStoreWithHeaders(null));
    }

    /** The same arguments are refused in the same words. */
    @Test
    void versionedStoresCheckTheirDurationsAsKafkaDoes() {
        Duration tooLong = Duration.ofSeconds(Long.MAX_VALUE);
        List<Duration> wrong = Arrays.asList(null, tooLong, Duration.ofMillis(-1), Duration.ZERO, DAY);
        for (Duration retention : wrong) {
            assertEquals(
                    refusal(() -> Stores.persistentVersionedKeyValueStore("s", retention)),
                    refusal(() -> LsmStores.persistentVersionedKeyValueStore("s", retention)));
            for (Duration interval : wrong) {
                assertEquals(
                        refusal(() -> Stores.persistentVersionedKeyValueStore("s", retention, interval)),
                        refusal(() -> LsmStores.persistentVersionedKeyValueStore("s", retention, interval)));
            }
        }
        assertThrows(NullPointerException.class, () -> LsmStores.persistentVersionedKeyValueStore(null, DAY));
        assertThrows(NullPointerException.class, () -> LsmStores.persistentVersionedKeyValueStore(null, DAY, DAY));
    }

    @Test
    void versionedSuppliersSayWhatKafkasSay() {
        for (long seconds : new long[] {0, 1, 59, 61, 299, 301, 3599, 3601, 86_400}) {
            var ours =
                    (LsmVersionedSupplier) LsmStores.persistentVersionedKeyValueStore("s", Duration.ofSeconds(seconds));
            var theirs = (RocksDbVersionedKeyValueBytesStoreSupplier)
                    Stores.persistentVersionedKeyValueStore("s", Duration.ofSeconds(seconds));
            assertEquals("s", ours.name());
            assertEquals("lsm", ours.metricsScope());
            assertEquals(theirs.historyRetentionMs(), ours.historyRetentionMs());
            assertEquals(theirs.segmentIntervalMs(), ours.segmentIntervalMs());
        }
    }

    private static String refusal(Executable call) {
        try {
            call.execute();
            return "none";
        } catch (Throwable e) {
            return e.toString();
        }
    }

    @Test
    void dslGetsTheFormatThatItAsksFor() {
        LsmDslStoreSuppliers suppliers = new LsmDslStoreSuppliers();
        for (DslStoreFormat format : DslStoreFormat.values()) {
            var store =
                    suppliers.keyValueStore(new DslKeyValueParams("s", format)).get();
            assertEquals(format == DslStoreFormat.TIMESTAMPED, store instanceof TimestampedBytesStore);
            assertEquals(format == DslStoreFormat.HEADERS, store instanceof HeadersBytesStore);
        }
    }

    @Test
    void dslGetsWindowsInTheFormatAndOrderThatItAsksFor() {
        LsmDslStoreSuppliers suppliers = new LsmDslStoreSuppliers();
        for (EmitStrategy emit : List.of(EmitStrategy.onWindowUpdate(), EmitStrategy.onWindowClose())) {
            for (DslStoreFormat format : DslStoreFormat.values()) {
                WindowBytesStoreSupplier supplier =
                        suppliers.windowStore(new DslWindowParams("s", DAY, HOUR, true, emit, false, format));
                assertEquals(format == DslStoreFormat.HEADERS, supplier instanceof HeadersBytesStoreSupplier);
                assertEquals("lsm", supplier.metricsScope());
                assertEquals("s", supplier.name());
                assertEquals(DAY.toMillis(), supplier.retentionPeriod());
                assertEquals(HOUR.toMillis(), supplier.windowSize());
                assertEquals(DAY.toMillis() / 2, supplier.segmentIntervalMs());
                assertTrue(supplier.retainDuplicates());
                var store = supplier.get();
                assertTrue(store.persistent());
                // With headers too: Streams' layer for queries asks for it before it gives timestamps.
                assertEquals(format != DslStoreFormat.PLAIN, store instanceof TimestampedBytesStore);
                assertEquals(format == DslStoreFormat.HEADERS, store instanceof HeadersBytesStore);
            }
        }
    }

    @Test
    void windowsAreCheckedWithKafkasWords() {
        for (Duration[] wrong : new Duration[][] {
            {null, HOUR},
            {HOUR, null},
            {HOUR.negated(), HOUR},
            {DAY, HOUR.negated()},
            {HOUR, DAY},
            {HUGE, HOUR},
            {DAY, HUGE}
        }) {
            assertEquals(
                    refusal(() -> Stores.persistentWindowStore("s", wrong[0], wrong[1], false)),
                    refusal(() -> LsmStores.persistentWindowStore("s", wrong[0], wrong[1], false)));
            assertEquals(
                    refusal(() -> Stores.persistentTimestampedWindowStore("s", wrong[0], wrong[1], false)),
                    refusal(() -> LsmStores.persistentTimestampedWindowStore("s", wrong[0], wrong[1], false)));
            assertEquals(
                    refusal(() -> Stores.persistentTimestampedWindowStoreWithHeaders("s", wrong[0], wrong[1], false)),
                    refusal(() ->
                            LsmStores.persistentTimestampedWindowStoreWithHeaders("s", wrong[0], wrong[1], false)));
        }
        assertEquals(
                refusal(() -> Stores.persistentWindowStore(null, DAY, HOUR, false)),
                refusal(() -> LsmStores.persistentWindowStore(null, DAY, HOUR, false)));
    }

    @Test
    void dslGetsSessionsInTheFormatThatItAsksFor() {
        LsmDslStoreSuppliers suppliers = new LsmDslStoreSuppliers();
        for (EmitStrategy emit : List.of(EmitStrategy.onWindowUpdate(), EmitStrategy.onWindowClose())) {
            for (DslStoreFormat format : List.of(DslStoreFormat.PLAIN, DslStoreFormat.HEADERS)) {
                SessionBytesStoreSupplier supplier =
                        suppliers.sessionStore(new DslSessionParams("s", DAY, emit, format));
                assertEquals(format == DslStoreFormat.HEADERS, supplier instanceof HeadersBytesStoreSupplier);
                assertEquals("lsm", supplier.metricsScope());
                assertEquals("s", supplier.name());
                assertEquals(DAY.toMillis(), supplier.retentionPeriod());
                assertEquals(DAY.toMillis() / 2, supplier.segmentIntervalMs());
                var store = supplier.get();
                assertTrue(store.persistent());
                assertEquals(format == DslStoreFormat.HEADERS, store instanceof HeadersBytesStore);
            }
        }
    }

    @Test
    void sessionsAreCheckedWithKafkasWords() {
        for (Duration wrong : Arrays.asList(null, HUGE, HOUR.negated())) {
            assertEquals(
                    refusal(() -> Stores.persistentSessionStore("s", wrong)),
                    refusal(() -> LsmStores.persistentSessionStore("s", wrong)));
            assertEquals(
                    refusal(() -> Stores.persistentSessionStoreWithHeaders("s", wrong)),
                    refusal(() -> LsmStores.persistentSessionStoreWithHeaders("s", wrong)));
        }
        assertThrows(NullPointerException.class, () -> LsmStores.persistentSessionStore(null, DAY));
    }
}
