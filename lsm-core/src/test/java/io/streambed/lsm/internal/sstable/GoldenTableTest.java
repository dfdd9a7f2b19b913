package io.streambed.lsm.internal.sstable;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.internal.entry.EntryKind;
import io.streambed.lsm.internal.entry.SeqRanges;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Tables of format 1 as they were written once, which every later release must read. Only a format that was never released may
 * be written anew, with {@code -Drewrite=true}.
 */
final class GoldenTableTest {
    private static final long NUMBER = 42;

    private final MemoryFileSystem fs = new MemoryFileSystem();

    @Test
    void format1IsReadForEver() throws IOException {
        read("table-format-1-none.sst", BlockCodec.NONE);
    }

    @Test
    void format1WithLz4IsReadForEver() throws IOException {
        read("table-format-1-lz4.sst", BlockCodec.lz4());
    }

    @Test
    void format1WithZstandardIsReadForEver() throws IOException {
        read("table-format-1-zstd.sst", BlockCodec.zstd());
    }

    @Test
    void format1IsWrittenAsItAlwaysWas() throws IOException {
        assertArrayEquals(golden("table-format-1-none.sst", BlockCodec.NONE), written(BlockCodec.NONE));
    }

    private void read(String name, BlockCodec codec) throws IOException {
        fs.setContent(Tables.name(NUMBER), golden(name, codec));
        TableReader reader = Tables.open(fs, NUMBER);
        reader.verify();
        List<Entry> entries = entries();
        assertEquals(entries, Tables.forwards(reader, ReadMode.CACHED));
        assertEquals(entries, Tables.forwards(reader, ReadMode.SEQUENTIAL));
        for (Entry entry : entries) {
            Tables.assertLookup(entry, Tables.get(reader, entry.key(), entry.seqNo(), SeqRanges.NONE));
        }
        Collections.reverse(entries);
        assertEquals(entries, Tables.backwards(reader, ReadMode.CACHED));
        TableSummary summary = reader.summary();
        assertEquals(entries.size(), summary.entries());
        assertEquals(14, summary.tombstones());
        assertEquals(1, summary.minSeqNo());
        assertEquals(1L << 40, summary.maxSeqNo());
        assertEquals(codec.tag(), summary.codec());
        assertEquals(0, summary.smallest().length);
        assertArrayEquals(new byte[] {-1, -1}, summary.largest());
    }

    /** A bit of everything: the empty key, versions, clusters, long and short values, and a block with wide offsets. */
    private static List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        entries.add(Entry.put("", 1L << 40, "value of the empty key"));
        entries.add(Entry.delete("", 1));
        for (int i = 0; i < 40; i++) {
            String key = "cluster/" + "abcdefgh".charAt(i / 5) + "-with-a-name/" + i % 5;
            entries.add(i % 4 == 1 ? Entry.delete(key, 100 + i) : Entry.put(key, 100 + i, "value " + i));
        }
        byte[] large = new byte[40_000];
        Arrays.fill(large, (byte) 'x');
        entries.add(new Entry(Entry.bytes("large"), 300, EntryKind.PUT, large));
        for (int i = 0; i < 60; i++) {
            entries.add(Entry.put("versions", 1000 - i, i % 20 == 0 ? "" : "version " + (1000 - i)));
        }
        for (int i = 0; i < 3; i++) {
            entries.add(Entry.delete("z" + i, 2));
        }
        entries.add(new Entry(new byte[] {-1, -1}, 77, EntryKind.PUT, new byte[] {0, -1, 127, -128}));
        return entries;
    }

    private static byte[] written(BlockCodec codec) throws IOException {
        MemoryFileSystem memory = new MemoryFileSystem();
        Tables.write(memory, NUMBER, new TableWriter.Settings(512, 4, 10, codec), entries());
        return memory.content(Tables.name(NUMBER));
    }

    private static byte[] golden(String name, BlockCodec codec) throws IOException {
        if (Boolean.getBoolean("rewrite")) {
            Files.write(Path.of("src/test/resources/golden", name), written(codec));
        }
        try (InputStream in = GoldenTableTest.class.getResourceAsStream("/golden/" + name)) {
            assertNotNull(in, name);
            return in.readAllBytes();
        }
    }
}
