package io.streambed.lsm.internal.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.bytes.Checksum;
import io.streambed.lsm.fs.CorruptFileException;
import io.streambed.lsm.fs.MemoryFileSystem;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Logs in files of older ones. All records here have one length, so that those of the older log stand right where those of the newer one
 * would go on.
 */
class RecycledLogTest {
    private static final String USED = "000003.log";
    private static final int RECORDS = 40;

    private final MemoryFileSystem fs = new MemoryFileSystem();

    @Test
    void theRecordsOfTheOlderLogAreNoneOfTheNewerOne() throws IOException {
        used();
        long usedLength = fs.content(USED).length;
        long end;
        try (WalWriter wal = recycled()) {
            wal.follow(1_000, 0);
            wal.put(100, bytes("k1"), bytes("new 1"), true);
            wal.put(101, bytes("k2"), bytes("new 2"), true);
            end = wal.length();
        }
        assertEquals(List.of(Logs.NAME), fs.list());
        assertEquals(usedLength, fs.content(Logs.NAME).length, "its older records are still there");
        try (WalReader log = open(LogExtent.UNKNOWN)) {
            assertTrue(log.isFollowing());
            assertTrue(log.header().isRecycled());
            assertEquals(1_000, log.header().previousLength());
            assertTrue(log.next());
            assertEquals(100, log.lastSeqNo());
            assertTrue(log.next());
            assertEquals(101, log.lastSeqNo());
            assertFalse(log.next());
            assertEquals(new LogEnd.Clean(end), log.end());
        }
    }

    @Test
    void whereNothingWasWrittenItIsUnused() throws IOException {
        used();
        recycled().close();
        try (WalReader log = open(LogExtent.UNKNOWN)) {
            assertTrue(log.isUnused());
            assertFalse(log.isFollowing());
            assertFalse(log.next());
            assertEquals(new LogEnd.Clean(LogHeader.BYTES), log.end());
        }
    }

    @Test
    void whatALaterLogKnowsOfAndIsNotThereIsMissed() throws IOException {
        used();
        long end;
        try (WalWriter wal = recycled()) {
            wal.follow(1_000, 0);
            wal.put(100, bytes("k1"), bytes("new 1"), true);
            end = wal.length();
        }
        try (WalReader log = open(new LogExtent(0, end))) {
            assertTrue(log.next());
            assertFalse(log.next());
            assertEquals(new LogEnd.Clean(end), log.end());
        }
        try (WalReader log = open(new LogExtent(0, end + 20))) {
            assertTrue(log.next());
            assertFalse(log.next());
            assertInstanceOf(LogEnd.Torn.class, log.end());
            assertEquals(end, log.end().position());
        }
    }

    @Test
    void whatIsLeftOfAnOlderLogThatWasSyncedIsNoDamage() throws IOException {
        try (WalWriter wal = WalWriter.create(fs, USED, LogHeader.first(3))) {
            for (int i = 0; i < RECORDS; i++) {
                wal.put(10 + i, bytes("key"), bytes("value"), true);
                wal.sync();
            }
        }
        try (WalWriter wal = recycled()) {
            wal.follow(1_000, 0);
        }
        try (WalReader log = open(LogExtent.UNKNOWN)) {
            assertFalse(log.next());
            assertInstanceOf(LogEnd.Clean.class, log.end());
        }
    }

    @Test
    void theLastLogIsCutOff() throws IOException {
        used();
        long end;
        try (WalWriter wal = recycled()) {
            wal.follow(1_000, 0);
            wal.cutOff();
            wal.put(100, bytes("k1"), bytes("new 1"), true);
            end = wal.length();
        }
        assertEquals(end, fs.content(Logs.NAME).length);
        try (WalReader log = open(LogExtent.UNKNOWN)) {
            assertTrue(log.next());
            assertFalse(log.next());
        }
    }

    @Test
    void aHeaderThatKnowsHowLongTheLogBeforeBecameIsOfNoRecycledLog() throws IOException {
        byte[] content = new LogHeader(Logs.NUMBER, 5, 1_000, 0).encode(LogKind.WRITE_AHEAD);
        Frame.putInt(content, 12, LogHeader.FORMAT_RECYCLED);
        Frame.putInt(content, 8, Checksum.of(content, 12, LogHeader.BYTES - 12, Logs.NUMBER, 0));
        assertThrows(CorruptFileException.class, () -> WalReader.open(Logs.holding(content), Logs.NAME, Logs.NUMBER));
    }

    /** Whatever a kill leaves between two steps: the older log under its own name, or a newer one of which nothing counts. */
    @Test
    void halfRecycledNoRecordCounts() throws IOException {
        used();
        byte[] older = fs.content(USED);
        fs.rename(USED, Logs.NAME);
        assertArrayEquals(older, fs.content(Logs.NAME));
        assertThrows(CorruptFileException.class, () -> open(LogExtent.UNKNOWN), "its header names another log");
    }

    private void used() throws IOException {
        try (WalWriter wal = WalWriter.create(fs, USED, LogHeader.ahead(3, 2))) {
            wal.follow(1_000, 0);
            for (int i = 0; i < RECORDS; i++) {
                wal.put(10 + i, bytes("k" + i % 10), bytes("old " + i % 10), true);
            }
        }
    }

    private WalWriter recycled() throws IOException {
        fs.rename(USED, Logs.NAME);
        return WalWriter.recycleAhead(fs, Logs.NAME, "STAGING", Logs.NUMBER, 6, new LogBuffers(1 << 20));
    }

    private WalReader open(LogExtent extent) throws IOException {
        return WalReader.open(fs, Logs.NAME, Logs.NUMBER, extent);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
