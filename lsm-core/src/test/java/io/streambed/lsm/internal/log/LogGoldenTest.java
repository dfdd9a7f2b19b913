package io.streambed.lsm.internal.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.fs.MemoryFileSystem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Logs of formats 1 to 3, kept for ever: every later release reads these bytes, and as long as the format is written, writes them.
 * {@code -Drewrite=true} writes them anew, which is right only while no release has written the format.
 */
class LogGoldenTest {
    private static final String WAL = "format-1.log";
    private static final String AHEAD = "format-2.log";
    private static final String RECYCLED = "format-3.log";
    private static final String MANIFEST = "format-1.manifest";

    @Test
    void aWriteAheadLogOfFormat1() throws IOException {
        MemoryFileSystem fs = new MemoryFileSystem();
        LogHeader header = new LogHeader(Logs.NUMBER, 5, 1_000, 900);
        try (WalWriter wal = WalWriter.create(fs, Logs.NAME, header, 128)) {
            wal.put(1, bytes("key"), bytes("value"), false);
            wal.delete(2, bytes("key"), false);
            wal.commit(2, bytes("offsets"));
            wal.sync();
            wal.put(300, bytes(""), bytes(""), true);
            wal.delete(301, bytes("gone"), true);
            BatchEncoding.Writer batch = new BatchEncoding.Writer();
            batch.put(bytes("a"), bytes("1"));
            batch.delete(bytes("b"));
            wal.batch(302, batch, false);
            wal.commit(303);
            wal.put(1L << 40, bytes("long"), bytes("x".repeat(200)), false);
            wal.batch((1L << 40) + 1, batch, true);
            wal.commit((1L << 40) + 2, null);
            wal.sync();
        }
        byte[] golden = golden(WAL, fs.content(Logs.NAME));
        MemoryFileSystem kept = Logs.holding(golden);
        assertEquals(
                List.of(
                        "put 1 key=value",
                        "delete 2 key",
                        "commit 2, metadata offsets",
                        "put 300 =, commit 300",
                        "delete 301 gone, commit 301",
                        "put 302 a=1, delete 303 b",
                        "commit 303",
                        "put 1099511627776 long=" + "x".repeat(200),
                        "put 1099511627777 a=1, delete 1099511627778 b, commit 1099511627778",
                        "commit 1099511627778, no metadata"),
                WalTest.replay(kept));
        try (WalReader wal = WalReader.open(kept, Logs.NAME, Logs.NUMBER)) {
            assertEquals(header, wal.header());
        }
        assertArrayEquals(golden, fs.content(Logs.NAME), "what is written today");
    }

    @Test
    void aLogCreatedAheadOfFormat2() throws IOException {
        MemoryFileSystem fs = new MemoryFileSystem();
        LogHeader header = LogHeader.ahead(Logs.NUMBER, 5);
        try (WalWriter wal = WalWriter.create(fs, Logs.NAME, header, 128)) {
            wal.follow(1_000, 900);
            wal.put(1, bytes("key"), bytes("value"), true);
        }
        byte[] golden = golden(AHEAD, fs.content(Logs.NAME));
        MemoryFileSystem kept = Logs.holding(golden);
        assertEquals(List.of("put 1 key=value, commit 1"), WalTest.replay(kept));
        try (WalReader wal = WalReader.open(kept, Logs.NAME, Logs.NUMBER)) {
            assertEquals(new LogHeader(Logs.NUMBER, 5, 1_000, 900), wal.header());
        }
        assertArrayEquals(golden, fs.content(Logs.NAME), "what is written today");
    }

    @Test
    void aRecycledLogOfFormat3() throws IOException {
        MemoryFileSystem fs = new MemoryFileSystem();
        fs.setContent(Logs.NAME, new byte[200]);
        LogHeader header = LogHeader.recycled(Logs.NUMBER, 5);
        try (WalWriter wal = new WalWriter(LogWriter.create(
                fs.overwriteStaged(Logs.NAME, "STAGING"),
                Logs.NAME,
                LogKind.WRITE_AHEAD,
                header,
                new LogBuffers(1 << 20)))) {
            wal.follow(1_000, 0);
            wal.put(1, bytes("key"), bytes("value"), true);
        }
        byte[] golden = golden(RECYCLED, fs.content(Logs.NAME));
        try (WalReader wal = WalReader.open(Logs.holding(golden), Logs.NAME, Logs.NUMBER)) {
            assertEquals(new LogHeader(Logs.NUMBER, 5, 1_000, 0, true), wal.header());
            assertTrue(wal.next());
            assertEquals(1, wal.lastSeqNo());
            assertTrue(wal.isCommit());
            assertFalse(wal.next());
        }
        assertArrayEquals(golden, fs.content(Logs.NAME), "what is written today");
    }

    @Test
    void aManifestsLogOfFormat1() throws IOException {
        MemoryFileSystem fs = new MemoryFileSystem();
        try (LogWriter log = LogWriter.create(fs, Logs.NAME, Logs.NUMBER, LogKind.MANIFEST)) {
            log.append(1, bytes("first edit"));
            log.sync();
            log.append(1, bytes(""));
            log.append(255, bytes("third"));
        }
        byte[] golden = golden(MANIFEST, fs.content(Logs.NAME));
        assertEquals(
                List.of(
                        Logs.Item.of(1, bytes("first edit")),
                        Logs.Item.of(1, bytes("")),
                        Logs.Item.of(255, bytes("third"))),
                Logs.read(Logs.holding(golden)).items());
        assertArrayEquals(golden, fs.content(Logs.NAME), "what is written today");
    }

    private static byte[] golden(String name, byte[] today) throws IOException {
        if (Boolean.getBoolean("rewrite")) {
            Path folder = Files.createDirectories(Path.of("src/test/resources/golden"));
            Files.write(folder.resolve(name), today);
            return today;
        }
        try (InputStream in = LogGoldenTest.class.getResourceAsStream("/golden/" + name)) {
            assertNotNull(in, name);
            return in.readAllBytes();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
