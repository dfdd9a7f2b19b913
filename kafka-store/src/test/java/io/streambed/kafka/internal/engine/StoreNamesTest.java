package io.streambed.kafka.internal.engine;

import static io.streambed.kafka.testing.TestContext.bytes;
import static io.streambed.kafka.testing.TestContext.key;
import static io.streambed.kafka.testing.TestContext.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.kafka.LsmStores;
import io.streambed.kafka.testing.TestContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores of any name keep to the folder that is ours, and out of one another's. */
class StoreNamesTest {
    private static final List<String> NAMES = List.of(
            "",
            ".",
            "..",
            "../x",
            "/",
            "/x",
            "a/../../b",
            "a\0b",
            "x".repeat(300),
            "x".repeat(300) + "y",
            "store",
            "Store",
            "STORE",
            "con",
            "nul.txt",
            "a.",
            "a",
            "\ud800",
            "\udfff",
            "ü",
            "store~");

    @TempDir
    Path directory;

    @Test
    void namesAreNoPaths() throws IOException {
        Path task = Files.createDirectories(directory.resolve("app/0_0"));
        TestContext context = new TestContext(task);
        List<KeyValueStore<Bytes, byte[]>> stores = new ArrayList<>();
        for (String name : NAMES) {
            KeyValueStore<Bytes, byte[]> store = context.open(LsmStores.persistentKeyValueStore(name));
            store.put(key("name"), bytes("of " + stores.size()));
            store.commit(Map.of());
            stores.add(store);
        }
        stores.forEach(KeyValueStore::close);
        for (int i = 0; i < NAMES.size(); i++) {
            KeyValueStore<Bytes, byte[]> store = context.open(LsmStores.persistentKeyValueStore(NAMES.get(i)));
            assertEquals("of " + i, text(store.get(key("name"))));
            store.close();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            Path ours = task.resolve("lsm");
            List<Path> found = files.filter(Files::isRegularFile).toList();
            assertTrue(found.size() >= NAMES.size());
            found.forEach(file -> assertEquals(ours, file.getParent().getParent(), file::toString));
        }
        try (Stream<Path> folders = Files.list(task.resolve("lsm"))) {
            assertEquals(
                    NAMES.size(),
                    folders.map(folder -> folder.getFileName().toString().toLowerCase(Locale.ROOT))
                            .distinct()
                            .count());
        }
    }
}
