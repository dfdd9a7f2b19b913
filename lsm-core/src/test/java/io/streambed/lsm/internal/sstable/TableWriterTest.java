package io.streambed.lsm.internal.sstable;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.fs.CrashMode;
import io.streambed.lsm.fs.Fault;
import io.streambed.lsm.fs.FaultFileSystem;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.internal.entry.EntryKind;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TableWriterTest {
    private static final int PIECE_BYTES = 256 << 10;

    private final MemoryFileSystem fs = new MemoryFileSystem();

    @Test
    void sumsUpWhatItWrote() throws IOException {
        TableSummary summary = Tables.write(
                fs,
                7,
                Tables.SMALL,
                List.of(
                        Entry.put("apple", 12, "red"),
                        Entry.delete("banana", 40),
                        Entry.put("banana", 3, "yellow"),
                        Entry.put("cherry", 5, "")));
        assertEquals(7, summary.number());
        assertEquals(fs.content(Tables.name(7)).length, summary.bytes());
        assertEquals(4, summary.entries());
        assertEquals(1, summary.tombstones());
        assertEquals(5 + 6 + 6 + 6, summary.rawKeyBytes());
        assertEquals(3 + 6, summary.rawValueBytes());
        assertArrayEquals(Entry.bytes("apple"), summary.smallest());
        assertArrayEquals(Entry.bytes("cherry"), summary.largest());
        assertEquals(3, summary.minSeqNo());
        assertEquals(40, summary.maxSeqNo());
        assertEquals(0, fs.openHandles());
    }

    @Test
    void theSameEntriesMakeTheSameFile() throws IOException {
        List<Entry> entries = manyEntries(1000);
        Tables.write(fs, 1, Tables.SMALL, entries);
        MemoryFileSystem other = new MemoryFileSystem();
        Tables.write(other, 1, Tables.SMALL, entries);
        assertArrayEquals(fs.content(Tables.name(1)), other.content(Tables.name(1)));
    }

    @Test
    void isSyncedWhenFinished() throws IOException {
        Tables.write(fs, 1, Tables.SMALL, manyEntries(1000));
        fs.syncDirectory();
        MemoryFileSystem left = fs.afterCrash(CrashMode.NONE, new Random(1));
        assertEquals(1000, Tables.open(left, 1).summary().entries());
        Tables.open(left, 1).verify();
    }

    @Test
    void refusesEntriesThatAreOutOfOrder() throws IOException {
        refusesAfter(Entry.put("b", 5, ""), Entry.put("a", 4, ""));
        refusesAfter(Entry.put("b", 5, ""), Entry.put("b", 5, ""));
        refusesAfter(Entry.put("b", 5, ""), Entry.put("b", 6, ""));
        refusesAfter(Entry.put("bb", 5, ""), Entry.put("b", 4, ""));
        refusesAfter(Entry.put("\u00e9", 5, ""), Entry.put("z", 4, ""));
        refusesAfter(Entry.put("b", 5, ""), Entry.put("", 4, ""));
    }

    @Test
    void refusesWhatIsNoEntry() throws IOException {
        refusesAfter(Entry.put("a", 5, ""), Entry.put("b", 0, ""));
        refusesAfter(Entry.put("a", 5, ""), Entry.put("b", -1, ""));
        refusesAfter(Entry.put("a", 5, ""), new Entry(Entry.bytes("b"), 9, EntryKind.DELETE, new byte[1]));
    }

    private void refusesAfter(Entry first, Entry second) throws IOException {
        try (TableWriter writer = new TableWriter(fs, "x", 1, Tables.SMALL)) {
            add(writer, first);
            assertThrows(IllegalArgumentException.class, () -> add(writer, second));
        }
        fs.delete("x");
    }

    @Test
    void refusesToFinishATableWithoutAnEntry() throws IOException {
        try (TableWriter writer = new TableWriter(fs, "x", 1, Tables.SMALL)) {
            assertThrows(IllegalStateException.class, writer::finish);
        }
        assertEquals(0, fs.openHandles());
    }

    @Test
    void refusesANameThatIsTaken() throws IOException {
        Tables.write(fs, 1, Tables.SMALL, manyEntries(1));
        byte[] before = fs.content(Tables.name(1));
        assertThrows(FileAlreadyExistsException.class, () -> new TableWriter(fs, Tables.name(1), 1, Tables.SMALL));
        assertArrayEquals(before, fs.content(Tables.name(1)));
    }

    @Test
    void refusesSettingsThatMakeNoTable() {
        assertThrows(IllegalArgumentException.class, () -> new TableWriter.Settings(0, 16, 10, BlockCodec.NONE));
        assertThrows(IllegalArgumentException.class, () -> new TableWriter.Settings(4096, 0, 10, BlockCodec.NONE));
        assertThrows(IllegalArgumentException.class, () -> new TableWriter.Settings(4096, 16, 0, BlockCodec.NONE));
    }

    @Test
    void canBeAbandoned() throws IOException {
        TableWriter writer = new TableWriter(fs, "x", 1, Tables.SMALL);
        add(writer, Entry.put("a", 1, "1"));
        writer.close();
        writer.close();
        assertEquals(0, fs.openHandles());
        fs.delete("x");
    }

    @Test
    void knowsHowLongTheFileWouldBe() throws IOException {
        for (TableWriter.Settings settings : List.of(Tables.SMALL, TableWriter.Settings.withCodec(BlockCodec.NONE))) {
            try (TableWriter writer = new TableWriter(fs, "x", 1, settings)) {
                for (Entry entry : manyEntries(3000)) {
                    add(writer, entry);
                }
                long estimated = writer.estimatedBytes();
                assertTrue(writer.bytesWritten() <= estimated);
                long real = writer.finish().bytes();
                assertTrue(Math.abs(estimated - real) < real / 10 + 100, "estimated " + estimated + " of " + real);
            }
            fs.delete("x");
        }
    }

    @Test
    void aBlockHasAboutTheSizeThatItIsToHave() throws IOException {
        Tables.write(fs, 1, TableWriter.Settings.withCodec(BlockCodec.NONE), manyEntries(5000));
        BlockCache blocks = new BlockCache(64 << 20);
        TableReader reader = new TableCache(blocks, 1, 1 << 20).get(fs, Tables.name(1), 1);
        Tables.forwards(reader, ReadMode.CACHED);
        long average = reader.summary().bytes() / blocks.stats().blocks();
        assertTrue(average > 3900 && average < 4400, "average " + average);
    }

    @Test
    void writesInWholePieces() throws IOException {
        assertWrittenInWholePieces(manyEntries(40_000));
    }

    @Test
    void blocksOfAnySizeLieInWholePieces() throws IOException {
        int[] lengths = {10, 3_000, 9_000, 100_000, PIECE_BYTES - 40, PIECE_BYTES, PIECE_BYTES + 1, 700_000};
        Random random = new Random(11);
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            byte[] value = new byte[lengths[random.nextInt(lengths.length)]];
            random.nextBytes(value);
            entries.add(new Entry(Entry.bytes("%04d".formatted(i)), i + 1, EntryKind.PUT, value));
        }
        assertWrittenInWholePieces(entries);
        assertEquals(entries, Tables.forwards(Tables.open(fs, 1), ReadMode.SEQUENTIAL));
    }

    private void assertWrittenInWholePieces(List<Entry> entries) throws IOException {
        FaultFileSystem counting = new FaultFileSystem(fs);
        TableSummary summary = Tables.write(counting, 1, TableWriter.Settings.withCodec(BlockCodec.NONE), entries);
        assertEquals((summary.bytes() + PIECE_BYTES - 1) / PIECE_BYTES, counting.count(Fault.Operation.WRITE));
        assertEquals(1, counting.count(Fault.Operation.SYNC));
    }

    @Test
    void passesOnWhatTheFileSystemSays() throws IOException {
        List<Entry> entries = manyEntries(3000);
        for (Fault.Operation operation : List.of(Fault.Operation.CREATE, Fault.Operation.WRITE, Fault.Operation.SYNC)) {
            MemoryFileSystem memory = new MemoryFileSystem();
            FaultFileSystem faulty = new FaultFileSystem(memory);
            faulty.inject(Fault.on(operation).once("no"));
            assertThrows(IOException.class, () -> Tables.write(faulty, 1, Tables.SMALL, entries));
            assertEquals(0, memory.openHandles());
        }
    }

    @Test
    void compressedBlocksAreKeptOnlyWhereTheyGain() throws IOException {
        TableWriter.Settings lz4 = TableWriter.Settings.withCodec(BlockCodec.lz4());
        TableWriter.Settings none = TableWriter.Settings.withCodec(BlockCodec.NONE);
        List<Entry> alike = new ArrayList<>();
        List<Entry> noise = new ArrayList<>();
        Random random = new Random(4);
        for (int i = 0; i < 1000; i++) {
            alike.add(Entry.put("%08d".formatted(i), i + 1, "a value like all the others, number " + i));
            byte[] value = new byte[100];
            random.nextBytes(value);
            noise.add(new Entry(Entry.bytes("%08d".formatted(i)), i + 1, EntryKind.PUT, value));
        }
        assertTrue(2 * Tables.write(fs, 1, lz4, alike).bytes()
                < Tables.write(fs, 2, none, alike).bytes());
        assertEquals(
                Tables.write(fs, 3, none, noise).bytes(),
                Tables.write(fs, 4, lz4, noise).bytes());
        assertEquals(alike, Tables.forwards(Tables.open(fs, 1), ReadMode.CACHED));
        assertEquals(noise, Tables.forwards(Tables.open(fs, 4), ReadMode.SEQUENTIAL));
    }

    private static List<Entry> manyEntries(int count) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(Entry.put("%08d".formatted(i * 7), i + 1, "value number " + i));
        }
        return entries;
    }

    private static void add(TableWriter writer, Entry entry) throws IOException {
        writer.add(Slice.of(entry.key()), entry.seqNo(), entry.kind(), Slice.of(entry.value()));
    }
}
