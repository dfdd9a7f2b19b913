package io.streambed.examples.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A place for one app's data. */
class DataDirectoryTest {
    @TempDir
    private Path parent;

    @Test
    void isKeptWithItsId() throws IOException {
        String id;
        try (DataDirectory directory = open("a/b")) {
            directory.bind("cluster");
            id = directory.id();
        }
        try (DataDirectory again = open("a/b");
                DataDirectory other = open("c")) {
            assertEquals(id, again.id());
            assertNotEquals(id, other.id());
            assertTrue(again.kept());
        }
    }

    @Test
    void isDeletedIfNobodyNamedIt() throws IOException {
        Path state;
        try (DataDirectory directory = DataDirectory.open(null, "app")) {
            assertFalse(directory.kept());
            state = Files.createDirectories(directory.state());
        }
        assertFalse(Files.exists(state.getParent()));
    }

    @Test
    void belongsToOneAtATime() throws IOException {
        DataDirectory first = open("d");
        refused("in use by another process", "d", "app");
        first.close();
        open("d").close();
    }

    @Test
    void belongsToOneClusterAndOneApp() throws IOException {
        try (DataDirectory directory = open("d")) {
            directory.bind("cluster");
            directory.bind("cluster");
            String message = assertThrows(AppException.class, () -> directory.bind("other"))
                    .getMessage();
            assertTrue(message.contains("belongs to Kafka cluster cluster"), message);
        }
        refused("belongs to app", "d", "another");
    }

    @Test
    void isRefusedIfItCannotBeOne() throws IOException {
        Files.writeString(parent.resolve("file"), "");
        refused("there is a file of that name", "file", "app");
        refused("", "file/below", "app");
        refused("no comma", "a,b", "app");
    }

    @Test
    void isRefusedIfItsPropertiesAreDamaged() throws IOException {
        Path file = Files.createDirectories(parent.resolve("d")).resolve("streambed.properties");
        Files.writeString(file, "format=1\napp=app\n");
        refused("it has no id", "d", "app");
        Files.writeString(file, "format=\\u00");
        refused("is damaged", "d", "app");
        Files.writeString(file, "format=2\napp=app\nid=x\ncluster=y\n");
        refused("format 2", "d", "app");
        Files.write(file, new byte[] {(byte) 0xff, 'a'});
        refused("", "d", "app");
    }

    private DataDirectory open(String name) {
        return DataDirectory.open(parent.resolve(name), "app");
    }

    private void refused(String why, String name, String app) {
        String message = assertThrows(AppException.class, () -> DataDirectory.open(parent.resolve(name), app))
                .getMessage();
        assertTrue(message.contains(why) && message.contains(name) && !message.contains("\n"), message);
    }
}
