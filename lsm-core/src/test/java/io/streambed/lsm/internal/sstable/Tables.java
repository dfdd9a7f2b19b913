package io.streambed.lsm.internal.sstable;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.streambed.lsm.bytes.KeyHash;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.internal.entry.EntryKind;
import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.entry.Lookup;
import io.streambed.lsm.internal.entry.SeqRanges;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What tests of tables do again and again: write one, open it, read all of it. */
final class Tables {
    /** Small blocks, so that few entries make many. */
    static final TableWriter.Settings SMALL = new TableWriter.Settings(100, 4, 10, BlockCodec.NONE);

    private Tables() {}

    static String name(long number) {
        return String.format("%06d.sst", number);
    }

    /** Writes a table of entries that are in order. */
    static TableSummary write(FileSystem fs, long number, TableWriter.Settings settings, List<Entry> entries)
            throws IOException {
        try (TableWriter writer = new TableWriter(fs, name(number), number, settings)) {
            for (Entry entry : entries) {
                writer.add(Slice.of(entry.key()), entry.seqNo(), entry.kind(), Slice.of(entry.value()));
            }
            return writer.finish();
        }
    }

    /** A cache of its own for one test, large enough for everything. */
    static TableCache cache() {
        return new TableCache(new BlockCache(64 << 20), 100, 1L << 30);
    }

    static TableReader open(FileSystem fs, long number) throws IOException {
        return cache().get(fs, name(number), number);
    }

    static byte[] get(TableReader reader, byte[] key, long maxSeqNo, SeqRanges voids) throws IOException {
        return reader.get(key, 0, key.length, KeyHash.of(key), maxSeqNo, voids);
    }

    static byte[] get(TableReader reader, String key) throws IOException {
        return get(reader, Entry.bytes(key), Long.MAX_VALUE, SeqRanges.NONE);
    }

    static Entry current(InternalIterator at) {
        return new Entry(
                at.userKey().toByteArray(), at.seqNo(), at.kind(), at.value().toByteArray());
    }

    static List<Entry> forwards(TableReader reader, ReadMode mode) throws IOException {
        List<Entry> all = new ArrayList<>();
        try (InternalIterator at = reader.iterator(mode)) {
            for (boolean on = at.first(); on; on = at.next()) {
                all.add(current(at));
            }
        }
        return all;
    }

    static List<Entry> backwards(TableReader reader, ReadMode mode) throws IOException {
        List<Entry> all = new ArrayList<>();
        try (InternalIterator at = reader.iterator(mode)) {
            for (boolean on = at.last(); on; on = at.prev()) {
                all.add(current(at));
            }
        }
        return all;
    }

    /** Fails unless {@code found} is what a lookup should answer whose newest visible version is {@code wanted}. */
    static void assertLookup(Entry wanted, byte[] found) {
        if (wanted == null) {
            assertNull(found);
        } else if (wanted.kind() == EntryKind.DELETE) {
            assertSame(Lookup.TOMBSTONE, found);
        } else {
            assertArrayEquals(wanted.value(), found);
        }
    }

    static void assertEntry(Entry wanted, InternalIterator at) {
        assertEquals(wanted, current(at));
    }
}
