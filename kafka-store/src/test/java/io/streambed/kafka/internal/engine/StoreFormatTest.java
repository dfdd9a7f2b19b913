package io.streambed.kafka.internal.engine;

import static io.streambed.kafka.testing.TestContext.bytes;
import static io.streambed.kafka.testing.TestContext.key;
import static io.streambed.kafka.testing.TestContext.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.kafka.LsmStores;
import io.streambed.kafka.testing.TestContext;
import io.streambed.lsm.LsmTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory knows whose it is and what is in it, and is not opened as anything else. */
class StoreFormatTest {
    private static final TopicPartition LOG = new TopicPartition("log", 0);

    @TempDir
    Path directory;

    @Test
    void anOlderFormatIsRefusedWithBothNamed() {
        List<KeyValueBytesStoreSupplier> suppliers = List.of(
                LsmStores.persistentKeyValueStore("store"),
                LsmStores.persistentTimestampedKeyValueStore("store"),
                LsmStores.persistentTimestampedKeyValueStoreWithHeaders("store"));
        List<String> names = List.of("plain key-value", "timestamped key-value", "key-value with headers");
        for (int from = 0; from < 3; from++) {
            Path task = directory.resolve("task" + from);
            TestContext context = new TestContext(task);
            KeyValueStore<Bytes, byte[]> written = context.open(suppliers.get(from));
            written.put(key("a"), bytes("1"));
            written.commit(Map.of(LOG, 3L));
            written.close();
            for (int to = 0; to < from; to++) {
                KeyValueBytesStoreSupplier other = suppliers.get(to);
                ProcessorStateException e = assertThrows(ProcessorStateException.class, () -> context.open(other));
                for (String part : List.of(names.get(from), names.get(to), task.toString(), "delete that directory")) {
                    assertTrue(e.getMessage().contains(part), () -> part + " is not named in: " + e.getMessage());
                }
            }
            // Refusing has changed nothing, and left nothing open.
            KeyValueStore<Bytes, byte[]> again = context.open(suppliers.get(from));
            assertEquals("1", text(again.get(key("a"))));
            assertEquals(3, again.committedOffset(LOG));
            again.close();
        }
    }

    @Test
    void anEmptyStoreTakesAnyFormat() {
        TestContext context = new TestContext(directory);
        KeyValueStore<Bytes, byte[]> plain = context.open(LsmStores.persistentKeyValueStore("store"));
        plain.put(key("a"), bytes("1"));
        plain.delete(key("a"));
        plain.commit(Map.of(LOG, 3L));
        plain.close();
        KeyValueStore<Bytes, byte[]> timestamped = context.open(LsmStores.persistentTimestampedKeyValueStore("store"));
        assertEquals(3, timestamped.committedOffset(LOG));
        timestamped.put(key("a"), bytes("1"));
        timestamped.commit(Map.of(LOG, 4L));
        timestamped.close();
        assertThrows(ProcessorStateException.class, () -> context.open(LsmStores.persistentKeyValueStore("store")));
    }

    @Test
    void anotherStoresDirectoryIsRefused() throws IOException {
        TestContext context = new TestContext(directory);
        KeyValueStore<Bytes, byte[]> store = context.open(LsmStores.persistentKeyValueStore("first"));
        store.commit(Map.of(LOG, 3L));
        store.close();
        Files.move(directory.resolve("lsm/first"), directory.resolve("lsm/second"));
        ProcessorStateException e = assertThrows(
                ProcessorStateException.class, () -> context.open(LsmStores.persistentKeyValueStore("second")));
        assertTrue(e.getMessage().contains("second") && e.getMessage().contains("first"), e.getMessage());
    }

    @Test
    void aTreeOfSomebodyElsesIsRefused() {
        Path ours = directory.resolve("lsm/store");
        try (LsmTree tree = LsmTree.open(ours)) {
            tree.put(bytes("a"), bytes("1"));
            tree.commit(bytes("whatever"));
        }
        TestContext context = new TestContext(directory);
        ProcessorStateException e = assertThrows(
                ProcessorStateException.class, () -> context.open(LsmStores.persistentKeyValueStore("store")));
        assertTrue(e.getMessage().contains(ours.toString()), e.getMessage());
        try (LsmTree tree = LsmTree.open(ours)) {
            assertEquals("1", text(tree.get(bytes("a"))));
        }
    }
}
