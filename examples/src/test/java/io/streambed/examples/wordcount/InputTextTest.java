package io.streambed.examples.wordcount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.examples.app.AppException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a text comes from. */
class InputTextTest {
    private static final InputStream NOTHING = InputStream.nullInputStream();

    @TempDir
    private Path directory;

    private Path legal;

    @BeforeEach
    void makeHome() throws IOException {
        legal = Files.createDirectories(directory.resolve("legal"));
    }

    @Test
    void isAFile() throws IOException {
        Path file = Files.writeString(directory.resolve("a.txt"), "text");
        InputText text = InputText.of(file.toString(), NOTHING);
        assertEquals("text", read(text));
        assertEquals("text", read(text));
        assertEquals(text, text.repeatable(directory.resolve("copy")));
    }

    @Test
    void isStandardInputAndKeptToBeReadAgain() throws IOException {
        InputText text = InputText.of("-", new ByteArrayInputStream("from a pipe".getBytes(UTF_8)))
                .repeatable(directory.resolve("copy"));
        assertEquals("from a pipe", read(text));
        assertEquals("from a pipe", read(text));
        assertEquals("standard input", text.name());
    }

    @Test
    void isTheSameIfItsBytesAre() throws IOException {
        Path one = Files.writeString(directory.resolve("one"), "text");
        Path same = Files.writeString(directory.resolve("same"), "text");
        Path other = Files.writeString(directory.resolve("other"), "texts");
        String digest = InputText.of(one.toString(), NOTHING).digest();
        assertEquals(digest, InputText.of(same.toString(), NOTHING).digest());
        assertNotEquals(digest, InputText.of(other.toString(), NOTHING).digest());
    }

    @Test
    void isTheLicencesOfThisJdk() throws IOException {
        InputText text = InputText.of(null, NOTHING);
        assertTrue(read(text).toLowerCase(java.util.Locale.ROOT).contains("license"));
    }

    @Test
    void takesLicencesInOrderAndThroughLinks() throws IOException {
        Files.createDirectories(legal.resolve("java.base"));
        Files.writeString(legal.resolve("java.base/LICENSE"), "base");
        Files.writeString(legal.resolve("java.base/EMPTY"), "");
        Files.createDirectories(legal.resolve("java.se"));
        Files.createSymbolicLink(legal.resolve("java.se/LICENSE"), Path.of("../java.base/LICENSE"));
        Files.createSymbolicLink(legal.resolve("java.se/NOWHERE"), Path.of("../gone"));
        Files.createSymbolicLink(legal.resolve("java.se/circle"), Path.of("..", "java.se"));
        Files.writeString(legal.resolve("README"), "first");
        assertEquals("first\nbase\nbase", read(InputText.licences(directory)));
    }

    @Test
    void isMissedWhereAJavaHasNone() {
        String message = assertThrows(AppException.class, () -> InputText.licences(directory))
                .getMessage();
        assertTrue(message.contains(legal.toString()) && message.contains("--input"), message);
        assertThrows(AppException.class, () -> InputText.licences(directory.resolve("nowhere")));
    }

    @Test
    void isRefusedInOneLine() {
        assertEquals(
                "input " + directory + " is a directory",
                assertThrows(AppException.class, () -> InputText.of(directory.toString(), NOTHING))
                        .getMessage());
        Path missing = directory.resolve("missing");
        assertEquals(
                "input " + missing + " cannot be read: no such file or directory",
                assertThrows(AppException.class, () -> InputText.of(missing.toString(), NOTHING))
                        .getMessage());
        assertThrows(AppException.class, () -> InputText.of("a\0b", NOTHING));
    }

    private static String read(InputText text) throws IOException {
        try (InputStream in = text.open()) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }
}
