package io.streambed.lsm.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.sstable.BlockCache;
import io.streambed.lsm.internal.sstable.ReadMode;
import io.streambed.lsm.internal.sstable.TableCache;
import io.streambed.lsm.internal.sstable.TableReader;
import io.streambed.lsm.internal.version.FileNames;
import io.streambed.lsm.internal.version.Manifest;
import io.streambed.lsm.internal.version.Run;
import io.streambed.lsm.internal.version.TableMeta;
import io.streambed.lsm.internal.version.Version;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Looks at the files of a closed tree, whole: do they say the same, and is none missing or left over. */
public final class TreeFilesCheck {
    private TreeFilesCheck() {}

    /** {@link #check}, and nothing may be open any more. */
    public static void checkClosed(MemoryFileSystem files) throws IOException {
        assertEquals(List.of(), files.openHandleNames(), "open after close");
        check(files);
    }

    /**
     * Fails unless exactly the files that the manifest names are there; every table is whole and what the manifest says of it is
     * so; the tables of a run do not overlap; and of any key a newer run holds newer versions only.
     */
    public static void check(FileSystem files) throws IOException {
        Manifest.Loaded loaded = Manifest.load(files);
        Version version = loaded.version();
        checkNames(files, loaded);
        TableCache tables = new TableCache(new BlockCache(0), 16, 0);
        try {
            checkTables(files, tables, version);
        } finally {
            tables.evictAll(files);
        }
    }

    private static void checkNames(FileSystem files, Manifest.Loaded loaded) throws IOException {
        TreeSet<String> expected = new TreeSet<>();
        if (!loaded.name().isEmpty()) {
            expected.add(FileNames.CURRENT);
            expected.add(loaded.name());
        }
        loaded.version().tables().forEach(table -> expected.add(FileNames.table(table.number())));
        loaded.version().logs().forEach(number -> expected.add(FileNames.log(number)));
        TreeSet<String> found = new TreeSet<>(files.list());
        found.remove(FileNames.LOCK);
        found.remove(FileNames.STAGING);
        found.remove(FileNames.MARK);
        assertEquals(expected, found, "files on disk are those that the manifest names");
    }

    private static void checkTables(FileSystem files, TableCache tables, Version version) throws IOException {
        // Oldest run first: the newest version of a key so far must be older than all that come later.
        NavigableMap<byte[], Long> newest = new TreeMap<>(Arrays::compareUnsigned);
        List<Run> runs = version.runs();
        for (int i = runs.size() - 1; i >= 0; i--) {
            NavigableMap<byte[], Long> ofRun = new TreeMap<>(Arrays::compareUnsigned);
            for (TableMeta table : runs.get(i).tables()) {
                checkTable(files, tables, table, newest, ofRun);
            }
            newest.putAll(ofRun);
        }
    }

    private static void checkTable(
            FileSystem files,
            TableCache tables,
            TableMeta table,
            NavigableMap<byte[], Long> older,
            NavigableMap<byte[], Long> ofRun)
            throws IOException {
        String name = FileNames.table(table.number());
        TableReader reader = tables.get(files, name, table.number());
        reader.verify();
        assertEquals(table.entries(), reader.summary().entries(), name + ": entries");
        assertEquals(table.bytes(), reader.summary().bytes(), name + ": bytes");
        assertEquals(table.tombstones(), reader.summary().tombstones(), name + ": tombstones");
        long min = Long.MAX_VALUE;
        long max = 0;
        byte[] first = null;
        byte[] last = null;
        try (InternalIterator entries = reader.iterator(ReadMode.SEQUENTIAL)) {
            for (boolean on = entries.first(); on; on = entries.next()) {
                byte[] key = entries.userKey().toByteArray();
                first = first == null ? key : first;
                last = key;
                min = Math.min(min, entries.seqNo());
                max = Math.max(max, entries.seqNo());
                Long newestBelow = older.get(key);
                assertTrue(
                        newestBelow == null || newestBelow < entries.seqNo(),
                        () -> name + " holds a version of " + ByteMaps.show(key) + " that is older than one below");
                ofRun.merge(key, entries.seqNo(), Math::max);
            }
        }
        assertEquals(ByteMaps.show(first), ByteMaps.show(table.smallest()), name + ": smallest key");
        assertEquals(ByteMaps.show(last), ByteMaps.show(table.largest()), name + ": largest key");
        assertEquals(table.minSeqNo(), min, name + ": least sequence number");
        assertEquals(table.maxSeqNo(), max, name + ": greatest sequence number");
    }
}
