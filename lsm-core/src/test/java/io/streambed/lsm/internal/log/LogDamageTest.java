package io.streambed.lsm.internal.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.fs.CorruptFileException;
import io.streambed.lsm.fs.CrashMode;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.internal.log.Logs.Content;
import io.streambed.lsm.internal.log.Logs.Item;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever happens to the bytes of a log, what is read is a prefix of what was written. Where it may end is what these tests are
 * about: anywhere behind the last byte known to be synced, and nowhere before it.
 */
class LogDamageTest {
    private static final int[] LENGTHS = {30, 0, 200, 1, 77, 40};

    private final MemoryFileSystem fs = new MemoryFileSystem();
    private final List<Item> written = new ArrayList<>();

    /** Where each record ends; before them, where the header does. */
    private final List<Long> ends = new ArrayList<>(List.of((long) LogHeader.BYTES));

    /** Writes the records, and syncs after the one with this index, if there is one. */
    private byte[] write(int syncAfter) throws IOException {
        // A small buffer, so that some records go through it and some past it.
        try (LogWriter log = Logs.create(fs, 128)) {
            for (int i = 0; i < LENGTHS.length; i++) {
                byte[] payload = Logs.payload(LENGTHS[i], i);
                log.append(i + 1, payload);
                written.add(Item.of(i + 1, payload));
                ends.add(log.length());
                if (i == syncAfter) {
                    log.sync();
                }
            }
        }
        return fs.content(Logs.NAME);
    }

    private int wholeRecordsWithin(long bytes) {
        return (int) ends.stream().filter(end -> end <= bytes).count() - 1;
    }

    /** What is there was written, and ends where it should. */
    private void assertPrefix(int records, Content read) {
        assertEquals(written.subList(0, records), read.items());
        assertTrue(read.end().position() >= ends.get(records), read.end().toString());
    }

    @Test
    void aLogThatWasNeverSyncedMayEndAnywhere() throws IOException {
        byte[] content = write(-1);
        for (int length = LogHeader.BYTES; length <= content.length; length++) {
            Content cut = Logs.read(Logs.holding(Logs.cut(content, length)));
            assertPrefix(wholeRecordsWithin(length), cut);
            assertEquals(
                    !ends.contains((long) length),
                    cut.end() instanceof LogEnd.Torn,
                    cut.end().toString());

            Content zeroed = Logs.read(Logs.holding(Logs.zeroed(content, length)));
            // The bytes cut off may have been zeros themselves.
            assertTrue(zeroed.items().size() >= wholeRecordsWithin(length));
            assertPrefix(zeroed.items().size(), zeroed);
            if (length < content.length - 4) {
                assertInstanceOf(LogEnd.Torn.class, zeroed.end());
            }
        }
    }

    @Test
    void aSealedLogMayNotEndAnywhereElse() throws IOException {
        byte[] content = write(-1);
        for (int i = 0; i < ends.size(); i++) {
            long sealed = ends.get(i);
            for (int length = LogHeader.BYTES; length <= content.length; length++) {
                for (byte[] left : List.of(Logs.cut(content, length), Logs.zeroed(content, length))) {
                    MemoryFileSystem after = Logs.holding(left);
                    if (length >= sealed) {
                        Content read = Logs.read(after, LogExtent.sealed(sealed));
                        assertPrefix(i, read);
                        assertEquals(new LogEnd.Clean(sealed), read.end());
                    } else if (length < sealed - 4) {
                        CorruptFileException damage = assertThrows(
                                CorruptFileException.class, () -> Logs.read(after, LogExtent.sealed(sealed)));
                        assertEquals(Logs.NAME, damage.file());
                        assertEquals(ends.get(wholeRecordsWithin(length)), damage.offset());
                    }
                }
            }
        }
    }

    @Test
    void aSealInTheMiddleOfARecordIsDamage() throws IOException {
        byte[] content = write(-1);
        for (long sealed = LogHeader.BYTES; sealed <= content.length; sealed++) {
            LogExtent extent = LogExtent.sealed(sealed);
            if (!ends.contains(sealed)) {
                assertThrows(CorruptFileException.class, () -> Logs.read(Logs.holding(content), extent));
            }
        }
    }

    @Test
    void whatCountsMayBeLostWhereItWasNotSynced() throws IOException {
        byte[] content = write(-1);
        LogExtent extent = new LogExtent(ends.get(2), ends.get(5));
        for (int length = LogHeader.BYTES; length <= content.length; length++) {
            MemoryFileSystem after = Logs.holding(Logs.cut(content, length));
            if (length < ends.get(2)) {
                assertThrows(CorruptFileException.class, () -> Logs.read(after, extent));
            } else {
                Content read = Logs.read(after, extent);
                assertPrefix(Math.min(5, wholeRecordsWithin(length)), read);
                assertEquals(length < ends.get(5), read.end() instanceof LogEnd.Torn);
            }
        }
    }

    @Test
    void aCutBeforeAStatementLeavesNoTraceOfIt() throws IOException {
        byte[] content = write(2);
        for (int length = LogHeader.BYTES; length <= content.length; length++) {
            // Nothing behind the cut is left that could tell; the next log or the manifest must.
            assertPrefix(wholeRecordsWithin(length), Logs.read(Logs.holding(Logs.cut(content, length))));
        }
    }

    @Test
    void everyFlippedBitIsNoticed() throws IOException {
        for (int syncAfter = -1; syncAfter < LENGTHS.length; syncAfter++) {
            written.clear();
            ends.subList(1, ends.size()).clear();
            if (syncAfter >= 0) {
                fs.delete(Logs.NAME);
            }
            byte[] content = write(syncAfter);
            long synced = syncAfter < 0 ? LogHeader.BYTES : ends.get(syncAfter + 1);
            for (int at = 0; at < content.length; at++) {
                for (int bit = 0; bit < 8; bit++) {
                    byte[] flipped = content.clone();
                    flipped[at] ^= (byte) (1 << bit);
                    MemoryFileSystem after = Logs.holding(flipped);
                    if (at < synced) {
                        CorruptFileException damage =
                                assertThrows(CorruptFileException.class, () -> Logs.read(after), "byte " + at);
                        assertEquals(Logs.NAME, damage.file());
                        assertTrue(damage.offset() <= at, damage.getMessage());
                        assertTrue(damage.getMessage().contains("expected"), damage.getMessage());
                        assertTrue(damage.getMessage().contains("found"), damage.getMessage());
                    } else {
                        Content read = Logs.read(after);
                        assertPrefix(wholeRecordsWithin(at), read);
                        assertTrue(read.end() instanceof LogEnd.Torn torn && torn.position() <= at);
                    }
                }
            }
        }
    }

    @Test
    void aHoleBeforeAStatementIsDamageAndOneBehindItIsATornTail() throws IOException {
        byte[] content = write(2);
        long synced = ends.get(3);
        for (int from = LogHeader.BYTES; from < content.length; from++) {
            byte[] holed = content.clone();
            for (int i = from; i < Math.min(from + 16, content.length); i++) {
                holed[i] = 0x55;
            }
            MemoryFileSystem after = Logs.holding(holed);
            // A hole that reaches into the statement takes the evidence with it.
            if (from + 16 <= synced) {
                assertThrows(CorruptFileException.class, () -> Logs.read(after), "hole at " + from);
            } else {
                assertPrefix(wholeRecordsWithin(from), Logs.read(after));
            }
        }
    }

    /** Every state that a loss of power may leave, after every operation of a random run. */
    @ParameterizedTest
    @EnumSource(CrashMode.class)
    void afterALossOfPowerAllThatWasSyncedIsRead(CrashMode mode) throws IOException {
        for (int seed = 0; seed < 25; seed++) {
            Random random = new Random(seed);
            MemoryFileSystem crashing = new MemoryFileSystem();
            List<Item> items = new ArrayList<>();
            int[] synced = {0};
            LogWriter log = Logs.create(crashing, 256);
            crashing.syncDirectory();
            crashing.onOperation(n -> assertRecovers(crashing.afterCrash(mode, random), items, synced[0]));
            for (int i = 0; i < 60; i++) {
                byte[] payload = Logs.payload(random.nextInt(random.nextInt(8) == 0 ? 1_500 : 60), i);
                items.add(Item.of(9, payload));
                log.append(9, payload);
                if (random.nextInt(6) == 0) {
                    log.sync();
                    synced[0] = items.size();
                } else if (random.nextInt(3) == 0) {
                    log.flush();
                }
            }
            log.close();
        }
    }

    private static void assertRecovers(MemoryFileSystem after, List<Item> items, int synced) {
        try {
            List<Item> read = Logs.read(after).items();
            assertTrue(read.size() >= synced, "lost a synced record");
            assertEquals(items.subList(0, read.size()), read);
        } catch (IOException e) {
            throw new AssertionError("taken for damage", e);
        }
    }
}
