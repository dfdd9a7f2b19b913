package io.streambed.lsm.internal.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.streambed.lsm.bytes.ByteWriter;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.fs.CorruptFileException;
import io.streambed.lsm.fs.DiscardingFileSystem;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.fs.UnsupportedFormatException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Writes and commits go into a write-ahead log and come out of it again; what makes no sense does not. */
class WalTest {
    private static final byte[] NOTHING = {};

    private final MemoryFileSystem fs = new MemoryFileSystem();

    @Test
    void eachKindOfRecordComesBack() throws IOException {
        try (WalWriter wal = create()) {
            wal.put(1, bytes("key"), bytes("value"), false);
            wal.delete(2, bytes("key"), false);
            wal.commit(2, bytes("offsets"));
            wal.put(3, NOTHING, NOTHING, true);
            wal.delete(4, NOTHING, true);
            wal.batch(5, batch(), false);
            wal.commit(8);
            wal.batch(9, batch(), true);
            wal.commit(11, null);
            wal.commit(11, NOTHING);
            wal.put(Long.MAX_VALUE, bytes("last"), bytes("one"), true);
        }
        assertEquals(
                List.of(
                        "put 1 key=value",
                        "delete 2 key",
                        "commit 2, metadata offsets",
                        "put 3 =, commit 3",
                        "delete 4 , commit 4",
                        "put 5 a=1, delete 6 b, put 7 c=",
                        "commit 8",
                        "put 9 a=1, delete 10 b, put 11 c=, commit 11",
                        "commit 11, no metadata",
                        "commit 11, metadata ",
                        "put 9223372036854775807 last=one, commit 9223372036854775807"),
                replay(fs));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100, 1_000, 64 << 10})
    void recordsOfAllLengthsComeBackInOrder(int bufferBytes) throws IOException {
        Random random = new Random(bufferBytes);
        List<String> written = new ArrayList<>();
        try (WalWriter wal = WalWriter.create(fs, Logs.NAME, LogHeader.first(Logs.NUMBER), bufferBytes)) {
            for (long seqNo = 1; seqNo < 300; seqNo++) {
                byte[] key = text(random.nextInt(40), random);
                byte[] value = text(random.nextInt(random.nextInt(10) == 0 ? 3_000 : 60), random);
                switch (random.nextInt(4)) {
                    case 0 -> {
                        wal.put(seqNo, key, value, false);
                        written.add("put " + seqNo + " " + string(key) + "=" + string(value));
                    }
                    case 1 -> {
                        wal.delete(seqNo, value, true);
                        written.add("delete " + seqNo + " " + string(value) + ", commit " + seqNo);
                    }
                    case 2 -> {
                        BatchEncoding.Writer batch = new BatchEncoding.Writer();
                        batch.put(key, value);
                        batch.delete(value);
                        wal.batch(seqNo, batch, false);
                        written.add("put " + seqNo + " " + string(key) + "=" + string(value) + ", delete " + (seqNo + 1)
                                + " " + string(value));
                        seqNo++;
                    }
                    default -> {
                        wal.commit(seqNo, value);
                        written.add("commit " + seqNo + ", metadata " + string(value));
                    }
                }
                if (random.nextInt(10) == 0) {
                    wal.sync();
                }
            }
        }
        assertEquals(written, replay(fs));
    }

    @Test
    void theLongestKeyIsTakenAndALongerOneIsRefusedBeforeItIsWritten() throws IOException {
        byte[] longest = new byte[BatchEncoding.MAX_KEY_BYTES];
        byte[] tooLong = new byte[BatchEncoding.MAX_KEY_BYTES + 1];
        try (WalWriter wal = create()) {
            wal.put(1, longest, NOTHING, true);
            wal.delete(2, longest, true);
            BatchEncoding.Writer batch = new BatchEncoding.Writer();
            batch.put(longest, longest);
            wal.batch(3, batch, true);
            long length = wal.length();
            assertThrows(IllegalArgumentException.class, () -> wal.put(4, tooLong, NOTHING, true));
            assertThrows(IllegalArgumentException.class, () -> wal.delete(4, tooLong, true));
            assertThrows(IllegalArgumentException.class, () -> batch.put(tooLong, NOTHING));
            assertThrows(IllegalArgumentException.class, () -> batch.delete(tooLong));
            assertThrows(IllegalArgumentException.class, () -> wal.batch(4, new BatchEncoding.Writer(), true));
            assertEquals(length, wal.length());
        }
        assertEquals(3, replay(fs).size());
    }

    @Test
    void aLongValueIsNotCopiedOnItsWay() throws IOException {
        byte[] value = new byte[32 << 20];
        try (WalWriter wal = WalWriter.create(discarding(), Logs.NAME, LogHeader.first(7))) {
            wal.put(1, bytes("k"), bytes("v"), true);
            wal.flush();
            long before = allocated();
            wal.put(2, bytes("k"), value, true);
            assertTrue(allocated() - before < 100_000, "allocated " + (allocated() - before));
        }
    }

    @Test
    void writingAllocatesNothing() throws IOException {
        byte[] key = new byte[16];
        byte[] value = new byte[100];
        BatchEncoding.Writer batch = new BatchEncoding.Writer();
        batch.put(key, value);
        try (WalWriter wal = WalWriter.create(discarding(), Logs.NAME, LogHeader.first(7))) {
            writeALot(wal, key, value, batch); // loads classes, allocates the buffer
            long before = allocated();
            writeALot(wal, key, value, batch);
            assertTrue(allocated() - before < 5_000, "allocated " + (allocated() - before));
        }
    }

    private static void writeALot(WalWriter wal, byte[] key, byte[] value, BatchEncoding.Writer batch)
            throws IOException {
        for (long i = 0; i < 10_000; i++) {
            wal.put(i, key, value, (i & 1) == 0);
            wal.delete(i, key, false);
            wal.batch(i, batch, true);
            wal.commit(i, value);
            if (i % 100 == 0) {
                wal.sync();
            }
        }
    }

    @Test
    void aCommitThatWasSyncedIsNotLostToATornTail() throws IOException {
        WalWriter wal = create();
        wal.put(1, bytes("a"), bytes("1"), true);
        wal.sync();
        wal.put(2, bytes("a"), bytes("2"), true);
        wal.flush();
        byte[] content = fs.content(Logs.NAME);
        content[64 + 12] ^= 1;
        assertThrows(CorruptFileException.class, () -> replay(Logs.holding(content)));
    }

    /** Frames whose checksum is right, and whose payload is none that we write. */
    @Test
    void whatMakesNoSenseIsDamage() throws IOException {
        byte[] tooLongKey = new ByteWriter(20)
                .writeVarint(1)
                .writeVarint(BatchEncoding.MAX_KEY_BYTES + 1)
                .writeRaw(new byte[BatchEncoding.MAX_KEY_BYTES + 1], 0, BatchEncoding.MAX_KEY_BYTES + 1)
                .toByteArray();
        List<Logs.Item> nonsense = List.of(
                item(WalFormat.PUT),
                item(WalFormat.PUT, 1),
                item(WalFormat.PUT, 1, 2, 'k'),
                item(WalFormat.PUT, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 'k'),
                item(WalFormat.PUT, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0),
                item(WalFormat.PUT, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 1, 'k'),
                Logs.Item.of(WalFormat.PUT, tooLongKey),
                item(WalFormat.DELETE),
                item(WalFormat.BATCH, 1),
                item(WalFormat.BATCH, 1, 0),
                item(WalFormat.BATCH, 1, 1),
                item(WalFormat.BATCH, 1, 2, 2, 1, 'k'),
                item(WalFormat.BATCH, 1, 1, 2, 1, 'k', 2, 1, 'k'),
                item(WalFormat.BATCH, 1, 1, 3, 1, 'k'),
                item(WalFormat.BATCH, 1, 1, 2, 0x81, 0x80, 0x80, 0x80, 0x10, 'k'),
                item(WalFormat.BATCH, 1, 1, 1, 1, 'k'),
                item(WalFormat.BATCH, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 2, 2, 0, 2, 0),
                item(WalFormat.COMMIT),
                item(WalFormat.COMMIT, 1),
                item(WalFormat.COMMIT, 1, WalFormat.METADATA_NONE, 'x'),
                item(WalFormat.COMMIT, 1, WalFormat.METADATA_UNCHANGED, 'x'));
        for (Logs.Item item : nonsense) {
            MemoryFileSystem one = logOf(item);
            CorruptFileException damage = assertThrows(CorruptFileException.class, () -> replay(one), item.toString());
            assertEquals(64, damage.offset());
        }
    }

    @Test
    void whatALaterReleaseMayWriteIsNotTakenForDamage() throws IOException {
        for (Logs.Item item : List.of(
                item(5, 1),
                item(0x7e, 1),
                item(WalFormat.PUT | 0x40, 1, 1, 'k'),
                item(WalFormat.COMMIT | WalFormat.COMMITS, 1, 0),
                item(WalFormat.COMMIT, 1, 3))) {
            MemoryFileSystem one = logOf(item);
            UnsupportedFormatException refused =
                    assertThrows(UnsupportedFormatException.class, () -> replay(one), item.toString());
            assertTrue(refused.getMessage().contains("at offset 64"), refused.getMessage());
        }
    }

    @Test
    void noiseUnderARightChecksumIsRefusedOrRead() throws IOException {
        Random random = new Random(17);
        int[] types = {1, 2, 3, 4, 0x81, 0x82, 0x83};
        int read = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] payload = new byte[random.nextInt(30)];
            for (int at = 0; at < payload.length; at++) {
                payload[at] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(5));
            }
            MemoryFileSystem one = logOf(Logs.Item.of(types[random.nextInt(types.length)], payload));
            try {
                read += replay(one).size();
            } catch (CorruptFileException | UnsupportedFormatException e) {
                assertTrue(e.getMessage().contains(Logs.NAME));
            }
        }
        assertTrue(read > 1_000 && read < 49_000, "read " + read);
    }

    private WalWriter create() throws IOException {
        return WalWriter.create(fs, Logs.NAME, LogHeader.first(Logs.NUMBER));
    }

    private static BatchEncoding.Writer batch() {
        BatchEncoding.Writer batch = new BatchEncoding.Writer();
        batch.put(bytes("a"), bytes("1"));
        batch.delete(bytes("b"));
        batch.put(bytes("c"), NOTHING);
        return batch;
    }

    private static MemoryFileSystem logOf(Logs.Item item) throws IOException {
        MemoryFileSystem fs = new MemoryFileSystem();
        byte[] payload = new byte[item.payload().size()];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = item.payload().get(i);
        }
        try (LogWriter log = LogWriter.create(fs, Logs.NAME, Logs.NUMBER, LogKind.WRITE_AHEAD)) {
            log.append(item.type(), payload);
        }
        return fs;
    }

    private static Logs.Item item(int type, int... payload) {
        byte[] bytes = new byte[payload.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) payload[i];
        }
        return Logs.Item.of(type, bytes);
    }

    /** The records of a log, in words. */
    static List<String> replay(MemoryFileSystem fs) throws IOException {
        List<String> records = new ArrayList<>();
        try (WalReader wal = WalReader.open(fs, Logs.NAME, Logs.NUMBER)) {
            while (wal.next()) {
                List<String> parts = new ArrayList<>();
                wal.applyTo(new WalReader.Target() {
                    @Override
                    public void put(long seqNo, Slice key, Slice value) {
                        parts.add("put " + seqNo + " " + string(key.toByteArray()) + "=" + string(value.toByteArray()));
                    }

                    @Override
                    public void delete(long seqNo, Slice key) {
                        parts.add("delete " + seqNo + " " + string(key.toByteArray()));
                    }
                });
                if (wal.isCommit()) {
                    parts.add("commit " + wal.lastSeqNo());
                }
                byte[] metadata = wal.metadata();
                if (wal.setsMetadata()) {
                    parts.add(metadata == null ? "no metadata" : "metadata " + string(metadata));
                }
                records.add(String.join(", ", parts));
            }
            assertEquals(new LogEnd.Clean(fs.content(Logs.NAME).length), wal.end());
        }
        return records;
    }

    /** A file system whose files go nowhere. */
    private static FileSystem discarding() {
        return new DiscardingFileSystem();
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private static byte[] text(int length, Random random) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) ('a' + random.nextInt(26));
        }
        return bytes;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static String string(byte[] bytes) {
        return new String(bytes, UTF_8);
    }
}
