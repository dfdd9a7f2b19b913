package io.streambed.lsm.internal.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.bytes.Checksum;
import io.streambed.lsm.fs.CorruptFileException;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.fs.UnsupportedFormatException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Logs whose header was written before anybody knew how long the log before them becomes. */
class AheadLogTest {
    /** Type, length and checksum are 9 bytes, the lengths are two each. */
    private static final int FIRST_RECORD_END = LogHeader.BYTES + 9 + 4;

    @Test
    void withoutRecordsItIsUnusedAndEndsWell() throws IOException {
        try (WalReader log = open(content(LogHeader.BYTES))) {
            assertTrue(log.isUnused());
            assertFalse(log.isFollowing());
            assertFalse(log.next());
            assertEquals(new LogEnd.Clean(LogHeader.BYTES), log.end());
            assertEquals(5, log.header().previousLog());
        }
    }

    @Test
    void aCutFirstRecordIsATornTailAndNothingIsRead() throws IOException {
        int whole = content(Integer.MAX_VALUE).length;
        for (int length = LogHeader.BYTES + 1; length < whole; length++) {
            try (WalReader log = open(content(length))) {
                assertEquals(length < FIRST_RECORD_END, log.isUnused(), "cut at " + length);
                assertEquals(length >= FIRST_RECORD_END, log.isFollowing());
                assertFalse(log.next());
                assertEquals(length != FIRST_RECORD_END, log.end() instanceof LogEnd.Torn, "cut at " + length);
            }
        }
    }

    @Test
    void withoutItsFirstRecordItIsDamagedIfItHadBeenSynced() throws IOException {
        LogExtent synced = new LogExtent(FIRST_RECORD_END, 10_000);
        assertThrows(
                CorruptFileException.class,
                () -> WalReader.open(Logs.holding(content(LogHeader.BYTES)), Logs.NAME, Logs.NUMBER, synced));
    }

    @Test
    void itsFirstRecordIsThatOne() throws IOException {
        byte[] other = written(wal -> wal.put(1, bytes("key"), bytes("value"), false));
        CorruptFileException refused = assertThrows(CorruptFileException.class, () -> open(other));
        assertTrue(refused.getMessage().contains("first record: expected type 5, found 1"), refused.getMessage());
    }

    @Test
    void noOtherRecordIsOfThatKind() throws IOException {
        byte[] twice = written(wal -> {
            wal.follow(1_000, 900);
            wal.follow(1_000, 900);
        });
        try (WalReader log = open(twice)) {
            assertThrows(UnsupportedFormatException.class, log::next);
        }
    }

    @Test
    void moreSyncedThanThereWasIsDamage() throws IOException {
        byte[] impossible = written(wal -> wal.follow(900, 1_000));
        assertThrows(CorruptFileException.class, () -> open(impossible));
    }

    @Test
    void formatAndHeaderMustAgree() throws IOException {
        byte[] content = content(Integer.MAX_VALUE);
        Frame.putInt(content, 12, LogHeader.FORMAT);
        Frame.putInt(content, 8, Checksum.of(content, 12, LogHeader.BYTES - 12, Logs.NUMBER, 0));
        assertThrows(CorruptFileException.class, () -> open(content));
    }

    private static byte[] content(int length) throws IOException {
        byte[] all = written(wal -> {
            wal.follow(1_000, 900);
            wal.put(1, bytes("key"), bytes("value"), true);
        });
        return Logs.cut(all, Math.min(length, all.length));
    }

    private interface Writes {
        void to(WalWriter wal) throws IOException;
    }

    private static byte[] written(Writes writes) throws IOException {
        MemoryFileSystem fs = new MemoryFileSystem();
        try (WalWriter wal = WalWriter.create(fs, Logs.NAME, LogHeader.ahead(Logs.NUMBER, 5), 128)) {
            writes.to(wal);
        }
        return fs.content(Logs.NAME);
    }

    private static WalReader open(byte[] content) throws IOException {
        return WalReader.open(Logs.holding(content), Logs.NAME, Logs.NUMBER);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
