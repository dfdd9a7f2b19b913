package io.streambed.lsm.testing;

import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.entry.SeqRanges;
import io.streambed.lsm.internal.sstable.BlockCache;
import io.streambed.lsm.internal.sstable.ReadMode;
import io.streambed.lsm.internal.sstable.TableCache;
import io.streambed.lsm.internal.version.FileNames;
import io.streambed.lsm.internal.version.Manifest;
import io.streambed.lsm.internal.version.Run;
import io.streambed.lsm.internal.version.TableMeta;
import io.streambed.lsm.internal.version.Version;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What a directory holds, as text: from the manifest and the tables, whether or not the tree is open. */
public final class TreeShape {
    private TreeShape() {}

    /**
     * The runs of each level, newest first, with every entry.
     *
     * <pre>
     * L0: 000004 [a#2 PUT, a#1 PUT]
     * L1: 000003 [b#7 DEL] 000005 [c#1 PUT]
     * </pre>
     */
    public static String levels(FileSystem files) throws IOException {
        Version version = Manifest.load(files).version();
        TableCache tables = new TableCache(new BlockCache(0), 16, 0);
        StringBuilder text = new StringBuilder();
        try {
            for (int level = 0; level < Version.LEVELS; level++) {
                for (Run run : version.level(level)) {
                    text.append('L').append(level).append(':');
                    for (TableMeta table : run.tables()) {
                        text.append(' ').append(FileNames.table(table.number()).replace(".sst", ""));
                        text.append(' ').append(entries(files, tables, table));
                    }
                    text.append('\n');
                }
            }
        } finally {
            tables.evictAll(files);
        }
        return text.isEmpty() ? "no tables" : text.toString();
    }

    /** What the manifest knows beside the tables. */
    public static String manifest(FileSystem files) throws IOException {
        Manifest.Loaded loaded = Manifest.load(files);
        Version version = loaded.version();
        byte[] metadata = version.commit().metadata();
        StringBuilder text = new StringBuilder(loaded.name().isEmpty() ? "none" : loaded.name());
        text.append(": commit ").append(version.commit().seqNo());
        if (metadata != null) {
            text.append(' ').append(ByteMaps.show(metadata));
        }
        text.append(", logs ").append(version.logs());
        for (SeqRanges.Range range : version.voids().ranges()) {
            text.append(", void ").append(range.first()).append('-').append(range.last());
        }
        if (version.floor().length > 0) {
            text.append(", floor ").append(ByteMaps.show(version.floor()));
        }
        return text.toString();
    }

    private static List<String> entries(FileSystem files, TableCache tables, TableMeta table) throws IOException {
        List<String> found = new ArrayList<>();
        String name = FileNames.table(table.number());
        try (InternalIterator entries = tables.get(files, name, table.number()).iterator(ReadMode.SEQUENTIAL)) {
            for (boolean on = entries.first(); on; on = entries.next()) {
                String kind = switch (entries.kind()) {
                    case PUT -> "PUT";
                    case DELETE -> "DEL";
                };
                found.add(ByteMaps.text(entries.userKey().toByteArray()) + "#" + entries.seqNo() + " " + kind);
            }
        }
        return found;
    }
}
