package io.streambed.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.streams.DslStoreFormat;
import org.apache.kafka.streams.kstream.EmitStrategy;
import org.apache.kafka.streams.state.DslKeyValueParams;
import org.apache.kafka.streams.state.DslSessionParams;
import org.apache.kafka.streams.state.DslWindowParams;
import org.apache.kafka.streams.state.HeadersBytesStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.TimestampedBytesStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class LsmStoresTest {
    private static final Duration DAY = Duration.ofDays(1);

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

    @Test
    void whatIsNotThereNamesWhatToUse() {
        Map<String, Executable> calls = Map.of(
                "persistentVersionedKeyValueStore", () -> LsmStores.persistentVersionedKeyValueStore("s", DAY, DAY),
                "persistentWindowStore", () -> LsmStores.persistentWindowStore("s", DAY, DAY, false),
                "persistentTimestampedWindowStore",
                        () -> LsmStores.persistentTimestampedWindowStore("s", DAY, DAY, false),
                "persistentTimestampedWindowStoreWithHeaders",
                        () -> LsmStores.persistentTimestampedWindowStoreWithHeaders("s", DAY, DAY, false),
                "persistentSessionStore", () -> LsmStores.persistentSessionStore("s", DAY),
                "persistentSessionStoreWithHeaders", () -> LsmStores.persistentSessionStoreWithHeaders("s", DAY));
        calls.forEach((method, call) -> {
            String message =
                    assertThrows(UnsupportedOperationException.class, call).getMessage();
            assertTrue(message.contains(" Stores." + method + " "), message);
            assertTrue(message.contains(" s "), message);
        });
        assertThrows(UnsupportedOperationException.class, () -> LsmStores.persistentVersionedKeyValueStore("s", DAY));
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
    void dslWindowsAndSessionsNameWhatToUse() {
        LsmDslStoreSuppliers suppliers = new LsmDslStoreSuppliers();
        EmitStrategy strategy = EmitStrategy.onWindowUpdate();
        for (Executable call : Arrays.<Executable>asList(
                () -> suppliers.windowStore(
                        new DslWindowParams("s", DAY, DAY, false, strategy, false, DslStoreFormat.TIMESTAMPED)),
                () -> suppliers.sessionStore(new DslSessionParams("s", DAY, strategy, DslStoreFormat.PLAIN)))) {
            String message =
                    assertThrows(UnsupportedOperationException.class, call).getMessage();
            assertTrue(message.contains("Materialized.as(BuiltInDslStoreSuppliers.ROCKS_DB)"), message);
        }
    }
}
