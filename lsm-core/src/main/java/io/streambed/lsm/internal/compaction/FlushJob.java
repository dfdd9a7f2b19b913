package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.internal.entry.EntryView;
import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.memtable.Memtable;
import io.streambed.lsm.internal.version.TableMeta;
import io.streambed.lsm.internal.version.Version;
import io.streambed.lsm.internal.version.VersionEdit;
import java.io.IOException;
import java.util.List;

/** Writes one memtable as one run of level 0. */
public final class FlushJob {
    private final TableFiles files;
    private final Version version;
    private final long[] protectedMoments;
    private final ExpiredEntries expired;

    /**
     * @param version what is in tables already; every run of it is older than the memtable
     * @param protectedMoments moments that somebody may still read at
     * @param expired what need not be kept
     */
    public FlushJob(TableFiles files, Version version, long[] protectedMoments, ExpiredEntries expired) {
        this.files = files;
        this.version = version;
        this.protectedMoments = protectedMoments;
        this.expired = expired;
    }

    /**
     * Writes what must be kept of {@code memtable} and adds it to {@code edit}; adds no table if nothing must.
     *
     * @return bytes written
     */
    public long run(Memtable memtable, VersionEdit edit) throws IOException {
        edit.lastSeqNo(memtable.lastSeqNo());
        OverwriteEstimate overwrites = new OverwriteEstimate(files, version);
        // One table, however large: the memtable's size bounds it, and a run of several would be dragged along as one
        // anyway.
        try (OutputTables output = new OutputTables(files, Long.MAX_VALUE);
                InternalIterator entries = memtable.allVersions()) {
            Survivors survivors = new Survivors(
                    protectedMoments,
                    version.voids(),
                    OlderTables.below(files, version),
                    version.floor(),
                    (key, seqNo, isTombstone, value) -> {
                        output.add(key, seqNo, isTombstone, value);
                        overwrites.add(key, value.length());
                    });
            for (boolean on = entries.first(); on; on = entries.next()) {
                EntryView entry = entries.entry();
                survivors.take(entry, expired.isTombstone(entry));
            }
            survivors.finish();
            List<OutputTables.Finished> tables = output.finish();
            long bytes = 0;
            for (TableMeta table : OutputTables.describe(tables, overwrites.overwrites())) {
                // Numbers grow, so the newest flush has the greatest run id.
                edit.add(0, table.number(), table);
                bytes += table.bytes();
            }
            return bytes;
        }
    }
}
