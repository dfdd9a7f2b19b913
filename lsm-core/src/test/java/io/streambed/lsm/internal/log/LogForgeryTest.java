package io.streambed.lsm.internal.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.streambed.lsm.bytes.Checksum;
import io.streambed.lsm.fs.CorruptFileException;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.fs.UnsupportedFormatException;
import io.streambed.lsm.internal.log.Logs.Content;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bytes that were not written there: from elsewhere, from a later release, or from somebody who means harm. */
@Timeout(60)
class LogForgeryTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void aLogUnderAnothersNameIsRefused() throws IOException {
        MemoryFileSystem fs = Logs.holding(logOf(8, 100, 100));
        CorruptFileException refused = assertThrows(CorruptFileException.class, () -> Logs.read(fs));
        assertTrue(refused.getMessage().contains("file number: expected 7, found 8"), refused.getMessage());
    }

    @Test
    void aLogOfAnotherKindIsRefused() throws IOException {
        MemoryFileSystem fs = Logs.holding(logOf(7, 100));
        CorruptFileException refused =
                assertThrows(CorruptFileException.class, () -> WalReader.open(fs, Logs.NAME, Logs.NUMBER));
        assertTrue(refused.getMessage().contains("kind of log: expected 1, found 2"), refused.getMessage());
        assertEquals(0, fs.openHandles());
    }

    @Test
    void recordsInOthersPlacesAreNone() throws IOException {
        byte[] content = logOf(7, 100, 100, 100);
        int record = Frame.HEAD_BYTES + 100;
        byte[] swapped = content.clone();
        System.arraycopy(content, 64, swapped, 64 + record, record);
        System.arraycopy(content, 64 + record, swapped, 64, record);
        assertNothingIsRead(swapped);

        byte[] shifted = Arrays.copyOf(content, content.length);
        System.arraycopy(content, 64 + record, shifted, 64, 2 * record);
        assertNothingIsRead(shifted);

        byte[] others = content.clone();
        System.arraycopy(logOf(8, 100, 100, 100), 64, others, 64, 3 * record);
        assertNothingIsRead(others);
    }

    private static void assertNothingIsRead(byte[] content) throws IOException {
        Content read = Logs.read(Logs.holding(content));
        assertEquals(List.of(), read.items());
        assertInstanceOf(LogEnd.Torn.class, read.end());
    }

    @Test
    void aNewerFormatIsRefusedByItsNumber() throws IOException {
        MemoryFileSystem fs = Logs.holding(withHeaderField(12, 4));
        UnsupportedFormatException refused = assertThrows(UnsupportedFormatException.class, () -> Logs.read(fs));
        assertTrue(
                refused.getMessage().contains("written by format 4, this release reads up to 3"), refused.getMessage());
    }

    @Test
    void aFieldThatThisReleaseDoesNotKnowIsNotPassedOver() throws IOException {
        for (int at : new int[] {20, 56, 60}) {
            MemoryFileSystem fs = Logs.holding(withHeaderField(at, 1));
            assertThrows(UnsupportedFormatException.class, () -> Logs.read(fs));
        }
    }

    @Test
    void anImpossibleHeaderIsDamageThoughItsChecksumIsRight() throws IOException {
        for (int at : new int[] {36, 44, 52, 48}) { // a negative number, or more synced than there is
            MemoryFileSystem fs = Logs.holding(withHeaderField(at, at == 48 ? 1 : -1));
            assertThrows(CorruptFileException.class, () -> Logs.read(fs));
        }
    }

    @Test
    void aLengthThatLiesAllocatesNothing() throws IOException {
        byte[] content = logOf(7, 8 << 20);
        Random random = new Random(3);
        for (int length : new int[] {content.length - 64 - 9, 7 << 20, 5_000_000, 1 << 16, -1, Integer.MAX_VALUE}) {
            byte[] lying = content.clone();
            Frame.putInt(lying, 64 + Frame.LENGTH_AT, length);
            lying[64] ^= (byte) (1 + random.nextInt(255));
            MemoryFileSystem fs = Logs.holding(lying);
            long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
            Content read = Logs.read(fs);
            long allocated =
                    THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
            assertEquals(List.of(), read.items());
            assertTrue(allocated < 300_000, allocated + " bytes for a length of " + length);
        }
    }

    @Test
    void searchingForEvidenceIsLinear() throws IOException {
        // Every ninth place looks like a statement; each costs one checksum over a dozen bytes and no more.
        byte[] content = Arrays.copyOf(logOf(7), 16 << 20);
        for (int i = 64; i < content.length; i++) {
            content[i] = (byte) ((i - 64) % 9 == 4 ? 8 : (i - 64) % 9 == 8 ? Frame.SYNCED_TYPE : 0);
        }
        long begin = System.nanoTime();
        assertNothingIsRead(content);
        long millis = (System.nanoTime() - begin) / 1_000_000;
        assertTrue(millis < 10_000, millis + " ms");
    }

    @Test
    void evidenceIsFoundAtEveryPlace() throws IOException {
        // Across all ways in which a statement can lie over the edge of the reader's window.
        byte[] head = logOf(7, 0);
        int bad = head.length;
        for (int gap = (64 << 10) - 40; gap < (64 << 10) + 5; gap++) {
            byte[] content = Arrays.copyOf(head, bad + gap + Frame.SYNCED_BYTES + 3);
            putStatement(content, bad + gap, bad + 1);
            CorruptFileException damage =
                    assertThrows(CorruptFileException.class, () -> Logs.read(Logs.holding(content)), "gap " + gap);
            assertEquals(bad, damage.offset());
        }
    }

    @Test
    void aStatementProvesNoMoreThanItSays() throws IOException {
        byte[] head = logOf(7, 0);
        int bad = head.length;
        int at = bad + 100;
        for (long synced : new long[] {0, 64, bad, at + 1, Long.MAX_VALUE, -1}) {
            byte[] content = Arrays.copyOf(head, at + Frame.SYNCED_BYTES);
            putStatement(content, at, synced);
            assertInstanceOf(LogEnd.Torn.class, Logs.read(Logs.holding(content)).end(), "synced " + synced);
        }
        // The first one may say too little, and the second enough.
        byte[] two = Arrays.copyOf(head, at + 2 * Frame.SYNCED_BYTES);
        putStatement(two, at, bad);
        putStatement(two, at + Frame.SYNCED_BYTES, at);
        assertThrows(CorruptFileException.class, () -> Logs.read(Logs.holding(two)));
    }

    @Test
    void typeZeroIsNoTypeThoughItsChecksumIsRight() throws IOException {
        byte[] content = Arrays.copyOf(logOf(7), 64 + 20);
        Frame.begin(content, 64, 0, 11);
        Frame.putInt(content, 64, Checksum.of(content, 68, 16, 7, 64));
        assertNothingIsRead(content);
    }

    @Test
    void noiseIsNoLog() throws IOException {
        Random random = new Random(11);
        byte[] head = logOf(7);
        for (int i = 0; i < 20_000; i++) {
            byte[] noise = Arrays.copyOf(head, 64 + random.nextInt(300));
            for (int at = 64; at < noise.length; at++) {
                // Small numbers now and then, so that lengths and types come out plausible.
                noise[at] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(9));
            }
            assertEquals(List.of(), Logs.read(Logs.holding(noise)).items());
        }
        for (int length = 0; length < 64; length++) {
            MemoryFileSystem fs = Logs.holding(Logs.payload(length, length));
            CorruptFileException damage = assertThrows(CorruptFileException.class, () -> Logs.read(fs));
            assertTrue(damage.getMessage().contains("expected 64 bytes, found " + length), damage.getMessage());
        }
    }

    private static byte[] logOf(long number, int... lengths) throws IOException {
        MemoryFileSystem fs = new MemoryFileSystem();
        try (LogWriter log = LogWriter.create(fs, "log", number, LogKind.MANIFEST)) {
            for (int i = 0; i < lengths.length; i++) {
                log.append(5, Logs.payload(lengths[i], i));
            }
        }
        return fs.content("log");
    }

    /** An empty log whose header has another value in one field of four bytes, and the right checksum. */
    private static byte[] withHeaderField(int at, int value) throws IOException {
        byte[] content = logOf(7);
        Frame.putInt(content, at, value);
        Frame.putInt(content, 8, Checksum.of(content, 12, 52, 7, 0));
        return content;
    }

    private static void putStatement(byte[] content, int at, long synced) {
        Frame.begin(content, at, Frame.SYNCED_TYPE, Frame.SYNCED_PAYLOAD_BYTES);
        Frame.putLong(content, at + Frame.HEAD_BYTES, synced);
        Frame.putInt(content, at, Checksum.of(content, at + 4, Frame.SYNCED_BYTES - 4, 7, at));
    }
}
