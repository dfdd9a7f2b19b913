package io.streambed.lsm.internal.sstable;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.bytes.ByteWriter;
import io.streambed.lsm.bytes.Checksum;
import io.streambed.lsm.bytes.KeyHash;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.fs.CorruptFileException;
import io.streambed.lsm.fs.Fault;
import io.streambed.lsm.fs.FaultFileSystem;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.fs.UnsupportedFormatException;
import io.streambed.lsm.internal.entry.EntryKind;
import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.entry.Lookup;
import io.streambed.lsm.internal.entry.SeqRanges;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TableReaderTest {
    private final MemoryFileSystem fs = new MemoryFileSystem();

    @Test
    void answersWithTheNewestVersion() throws IOException {
        Tables.write(
                fs,
                1,
                Tables.SMALL,
                List.of(
                        Entry.put("a", 9, "nine"),
                        Entry.put("a", 4, "four"),
                        Entry.delete("b", 5),
                        Entry.put("c", 6, "")));
        TableReader reader = Tables.open(fs, 1);
        assertArrayEquals(Entry.bytes("nine"), Tables.get(reader, "a"));
        assertSame(Lookup.TOMBSTONE, Tables.get(reader, "b"));
        assertEquals(0, Tables.get(reader, "c").length);
        assertNull(Tables.get(reader, ""));
        assertNull(Tables.get(reader, "bb"));
        assertNull(Tables.get(reader, "d"));
    }

    @Test
    void anEmptyValueIsNoTombstone() throws IOException {
        Tables.write(fs, 1, Tables.SMALL, List.of(Entry.put("a", 1, "")));
        assertTrue(Tables.get(Tables.open(fs, 1), "a") != Lookup.TOMBSTONE);
    }

    @Test
    void looksPastWhatIsTooNewOrVoid() throws IOException {
        Tables.write(
                fs,
                1,
                Tables.SMALL,
                List.of(Entry.put("a", 9, "nine"), Entry.put("a", 4, "four"), Entry.delete("a", 2)));
        TableReader reader = Tables.open(fs, 1);
        byte[] key = Entry.bytes("a");
        assertArrayEquals(Entry.bytes("four"), Tables.get(reader, key, 8, SeqRanges.NONE));
        assertSame(Lookup.TOMBSTONE, Tables.get(reader, key, 3, SeqRanges.NONE));
        assertNull(Tables.get(reader, key, 1, SeqRanges.NONE));
        SeqRanges voids = SeqRanges.NONE.plus(new SeqRanges.Range(9, 9)).plus(new SeqRanges.Range(3, 4));
        assertSame(Lookup.TOMBSTONE, Tables.get(reader, key, Long.MAX_VALUE, voids));
    }

    @Test
    void followsTheVersionsOfAKeyThroughManyBlocks() throws IOException {
        List<Entry> entries = new ArrayList<>(List.of(Entry.put("a", 1, "before")));
        for (int seqNo = 1000; seqNo > 0; seqNo--) {
            entries.add(Entry.put("key", seqNo, "version " + seqNo));
        }
        entries.add(Entry.put("keys", 1, "behind"));
        Tables.write(fs, 1, Tables.SMALL, entries);
        TableReader reader = Tables.open(fs, 1);
        for (int seqNo = 1; seqNo <= 1000; seqNo++) {
            assertArrayEquals(
                    Entry.bytes("version " + seqNo), Tables.get(reader, Entry.bytes("key"), seqNo, SeqRanges.NONE));
        }
        assertNull(Tables.get(reader, Entry.bytes("key"), 0, SeqRanges.NONE));
        assertArrayEquals(Entry.bytes("behind"), Tables.get(reader, "keys"));
        try (InternalIterator at = reader.iterator(ReadMode.CACHED)) {
            assertTrue(at.seek(Slice.of(Entry.bytes("key"))));
            assertEquals(1000, at.seqNo());
            assertTrue(at.seekBefore(Slice.of(Entry.bytes("keys"))));
            assertEquals(1, at.seqNo());
            assertTrue(at.seekBefore(Slice.of(Entry.bytes("key"))));
            Tables.assertEntry(entries.get(0), at);
        }
    }

    @Test
    void theFilterKnowsEveryKey() throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            entries.add(Entry.put("%06d".formatted(i), 1, ""));
        }
        Tables.write(fs, 1, Tables.SMALL, entries);
        TableReader reader = Tables.open(fs, 1);
        int others = 0;
        for (Entry entry : entries) {
            assertTrue(reader.mayContain(KeyHash.of(entry.key())));
            if (reader.mayContain(KeyHash.of(Entry.bytes("x" + entry.seqNo() + others)))) {
                others++;
            }
        }
        assertTrue(others < 60);
    }

    @Test
    void anIteratorGivesWhatItStandsOnAndNoCopies() throws IOException {
        Tables.write(fs, 1, Tables.SMALL, List.of(Entry.put("aaaa/1", 2, "x"), Entry.delete("aaaa/2", 1)));
        try (InternalIterator at = Tables.open(fs, 1).iterator(ReadMode.CACHED)) {
            assertTrue(at.first());
            Slice key = at.userKey();
            Slice value = at.value();
            assertEquals(EntryKind.PUT, at.kind());
            assertTrue(at.next());
            assertSame(key, at.userKey());
            assertSame(value, at.value());
            assertEquals(EntryKind.DELETE, at.kind());
            assertEquals(0, value.length());
            assertFalse(at.next());
        }
    }

    @Test
    void anIteratorThatCouldNotReadIsPositionedAnew() throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            entries.add(Entry.put("%06d".formatted(i), 1, "value"));
        }
        Tables.write(fs, 1, TableWriter.Settings.withCodec(BlockCodec.NONE), entries);
        FaultFileSystem faulty = new FaultFileSystem(fs);
        TableReader reader = new TableCache(new BlockCache(0), 1, 1 << 30).get(faulty, Tables.name(1), 1);
        for (ReadMode mode : ReadMode.values()) {
            try (InternalIterator at = reader.iterator(mode)) {
                assertThrows(IllegalStateException.class, at::next);
                assertThrows(IllegalStateException.class, at::prev);
                assertTrue(at.first());
                faulty.inject(Fault.on(Fault.Operation.READ).once("no"));
                Slice far = Slice.of(entries.get(40_000).key());
                assertThrows(IOException.class, () -> at.seek(far));
                assertThrows(IllegalStateException.class, at::next);
                assertTrue(at.seek(far));
                Tables.assertEntry(entries.get(40_000), at);
            }
        }
    }

    @Test
    void aClosedIteratorIsRefused() throws IOException {
        Tables.write(fs, 1, Tables.SMALL, List.of(Entry.put("a", 1, "")));
        for (ReadMode mode : ReadMode.values()) {
            InternalIterator at = Tables.open(fs, 1).iterator(mode);
            assertTrue(at.first());
            at.close();
            at.close();
            assertThrows(IllegalStateException.class, at::first);
            assertThrows(IllegalStateException.class, at::next);
            assertThrows(IllegalStateException.class, () -> at.seek(Slice.of(new byte[0])));
        }
    }

    /** The next ones take over what a closed one walked with. */
    @Test
    void anIteratorThatWasClosedDisturbsNoOther() throws IOException {
        List<Entry> entries = List.of(Entry.put("a", 1, "x"), Entry.put("b", 1, "y"), Entry.put("c", 1, "z"));
        Tables.write(fs, 1, Tables.SMALL, entries);
        TableReader reader = Tables.open(fs, 1);
        InternalIterator closed = reader.iterator(ReadMode.CACHED);
        assertTrue(closed.first());
        closed.close();
        closed.close();
        try (InternalIterator one = reader.iterator(ReadMode.CACHED);
                InternalIterator other = reader.iterator(ReadMode.CACHED)) {
            assertTrue(one.first());
            assertTrue(other.last());
            assertThrows(IllegalStateException.class, closed::next);
            assertThrows(IllegalStateException.class, closed::prev);
            closed.close();
            Tables.assertEntry(entries.get(0), one);
            Tables.assertEntry(entries.get(2), other);
            assertTrue(one.next());
            assertTrue(other.prev());
            Tables.assertEntry(entries.get(1), one);
            Tables.assertEntry(entries.get(1), other);
        }
    }

    @Test
    void sequentialReadingKeepsOutOfTheCacheAndReadsInLargePieces() throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            entries.add(Entry.put("%06d".formatted(i), 1, "some value or other of no interest"));
        }
        TableSummary summary = Tables.write(fs, 1, TableWriter.Settings.withCodec(BlockCodec.NONE), entries);
        FaultFileSystem counting = new FaultFileSystem(fs);
        BlockCache blocks = new BlockCache(1 << 20);
        TableReader reader = new TableCache(blocks, 1, 1 << 20).get(counting, Tables.name(1), 1);
        long before = counting.count(Fault.Operation.READ);
        assertEquals(entries, Tables.forwards(reader, ReadMode.SEQUENTIAL));
        long reads = counting.count(Fault.Operation.READ) - before;
        assertTrue(reads <= 2 + summary.bytes() / (200 * 1024), summary.bytes() + " bytes in " + reads + " reads");
        assertEquals(new BlockCache.Stats(0, 0, 0), blocks.stats());
    }

    @Test
    void aNewerFormatIsRefusedByName() throws IOException {
        Tables.write(fs, 1, Tables.SMALL, List.of(Entry.put("a", 1, "")));
        byte[] file = fs.content(Tables.name(1));
        int footer = file.length - Footer.BYTES;
        byte[] format2 = new ByteWriter(4).writeFixedInt(2).toByteArray();
        System.arraycopy(format2, 0, file, footer + 52, 4);
        byte[] checked = Arrays.copyOfRange(file, footer, footer + 60);
        System.arraycopy(file, footer + 52, checked, 48, 12);
        byte[] checksum = new ByteWriter(4)
                .writeFixedInt(Checksum.of(checked, 0, 60, 1, footer))
                .toByteArray();
        System.arraycopy(checksum, 0, file, footer + 48, 4);
        fs.setContent(Tables.name(1), file);
        IOException refused = assertThrows(UnsupportedFormatException.class, () -> Tables.open(fs, 1));
        assertTrue(
                refused.getMessage().contains("written by format 2, this release reads up to 1"), refused.getMessage());
    }

    @Test
    void aFileThatIsNotThereOrNoTableIsRefused() {
        assertThrows(NoSuchFileException.class, () -> Tables.open(fs, 1));
        for (int length : new int[] {0, 1, 63, 64, 65, 100_000}) {
            fs.setContent(Tables.name(2), new byte[length]);
            CorruptFileException refused = assertThrows(CorruptFileException.class, () -> Tables.open(fs, 2));
            assertEquals(Tables.name(2), refused.file());
        }
    }

    @Test
    void verifyFindsAWrongBlockAndSaysWhere() throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            entries.add(Entry.put("%06d".formatted(i), 1, "value"));
        }
        Tables.write(fs, 1, Tables.SMALL, entries);
        Tables.open(fs, 1).verify();
        byte[] file = fs.content(Tables.name(1));
        file[500] ^= 1;
        fs.setContent(Tables.name(1), file);
        TableReader reader = Tables.open(fs, 1);
        CorruptFileException found = assertThrows(CorruptFileException.class, reader::verify);
        assertTrue(found.offset() <= 500 && found.offset() > 300, found.getMessage());
        assertTrue(found.getMessage().contains("checksum"), found.getMessage());
    }
}
