package io.streambed.lsm;

import io.streambed.lsm.internal.sstable.ReadCounters;
import io.streambed.lsm.internal.version.Run;
import io.streambed.lsm.internal.version.TableMeta;
import java.util.ArrayList;
import java.util.List;

/** Puts together what the parts of a tree know of themselves. Any thread. */
record TreeMetrics(Counters counters, TreeFiles files, Versions versions, WritePath writes, SnapshotList snapshots) {

    LsmMetrics now(int openIterators) {
        ReadView view = versions.view();
        return new LsmMetrics(
                new LsmMetrics.Writes(
                        counters.userBytes(),
                        counters.logBytes.sum(),
                        counters.stalls.sum(),
                        counters.stallNanos.sum()),
                reads(files.readCounters()),
                new LsmMetrics.Work(counters.flushes.sum(), 0, counters.flushBytes.sum(), counters.flushNanos.sum()),
                new LsmMetrics.Work(
                        counters.compactions.sum(),
                        counters.compactionReadBytes.sum(),
                        counters.compactionWrittenBytes.sum(),
                        counters.compactionNanos.sum()),
                view.memtableBytes(),
                view.sealed().size(),
                files.logBytes() + writes.logBytes(),
                snapshots.size(),
                openIterators,
                writes.visibleSeqNo(),
                writes.lastCommit().seqNo(),
                writes.nanosSinceCommit(),
                levels(view));
    }

    private static LsmMetrics.Reads reads(ReadCounters counters) {
        return new LsmMetrics.Reads(
                counters.memtableHits(),
                counters.tableHits(),
                counters.notFound(),
                counters.filterSkips(),
                counters.tablesInVain(),
                counters.blockHits(),
                counters.blockMisses(),
                counters.bytesFromFiles(),
                counters.valueBytes());
    }

    private static List<LsmMetrics.Level> levels(ReadView view) {
        List<LsmMetrics.Level> levels = new ArrayList<>();
        for (List<Run> runs : view.tables().version().levels()) {
            int tables = 0;
            long bytes = 0;
            long entries = 0;
            long garbage = 0;
            for (Run run : runs) {
                tables += run.tables().size();
                bytes += run.bytes();
                entries += run.tables().stream().mapToLong(TableMeta::entries).sum();
                garbage += run.tables().stream().mapToLong(TableMeta::garbage).sum();
            }
            levels.add(new LsmMetrics.Level(runs.size(), tables, bytes, entries, garbage));
        }
        return levels;
    }
}
