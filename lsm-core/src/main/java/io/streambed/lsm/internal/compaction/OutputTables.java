package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.EntryKind;
import io.streambed.lsm.internal.sstable.TableSummary;
import io.streambed.lsm.internal.version.KeyTimes;
import io.streambed.lsm.internal.version.TableMeta;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes entries in order into one table after another, each up to a given size. Tables change between keys only, so that all
 * versions of a key are in one. Closed without {@link #finish}, it takes back everything it wrote.
 */
final class OutputTables implements Closeable {
    private final TableFiles files;
    private final long tableBytes;
    private final boolean timed;
    private final List<Finished> finished = new ArrayList<>();
    private TableFiles.@Nullable NewTable unfinished;
    private long earliest = Long.MAX_VALUE;
    private long latest = Long.MIN_VALUE;
    private boolean complete;

    /** A table that was written, and the times of its keys. */
    record Finished(TableSummary summary, KeyTimes times) {
        private TableMeta describe(double overwritesAnEntry) {
            return new TableMeta(
                    summary.number(),
                    summary.bytes(),
                    summary.entries(),
                    summary.tombstones(),
                    summary.smallest(),
                    summary.largest(),
                    summary.minSeqNo(),
                    summary.maxSeqNo(),
                    Math.round(overwritesAnEntry * summary.entries()),
                    times);
        }
    }

    OutputTables(TableFiles files, long tableBytes) {
        this.files = files;
        this.tableBytes = tableBytes;
        this.timed = files.keysHaveTimes();
    }

    /** Writes an entry. */
    void add(Slice userKey, long seqNo, boolean isTombstone, Slice value) throws IOException {
        TableFiles.NewTable current = unfinished;
        if (current != null
                && current.writer().estimatedBytes() >= tableBytes
                && !current.writer().endsWith(userKey)) {
            finishTable(current);
            current = null;
        }
        if (current == null) {
            current = files.create();
            unfinished = current;
        }
        if (timed) {
            long time = files.timeOf(userKey);
            earliest = Math.min(earliest, time);
            latest = Math.max(latest, time);
        }
        current.writer().add(userKey, seqNo, isTombstone ? EntryKind.DELETE : EntryKind.PUT, value);
    }

    /** Ends the last table and syncs the names; the tables may then be installed. */
    List<Finished> finish() throws IOException {
        TableFiles.NewTable last = unfinished;
        if (last != null) {
            finishTable(last);
        }
        if (!finished.isEmpty()) {
            files.syncNames();
        }
        complete = true;
        return finished;
    }

    /**
     * What the manifest is to know of tables that make up one output.
     *
     * @param overwrites how many entries of older runs they hide together; each of them is taken to hide its share
     */
    static List<TableMeta> describe(List<Finished> tables, long overwrites) {
        long entries =
                tables.stream().mapToLong(table -> table.summary.entries()).sum();
        return tables.stream()
                .map(table -> table.describe((double) overwrites / entries))
                .toList();
    }

    @Override
    public void close() throws IOException {
        if (complete) {
            return;
        }
        TableFiles.NewTable last = unfinished;
        unfinished = null;
        try {
            if (last != null) {
                last.writer().close();
            }
        } finally {
            if (last != null) {
                files.discard(last.number());
            }
            discard(files, finished);
        }
    }

    /** Deletes tables that are not to be installed. */
    static void discard(TableFiles files, List<Finished> tables) {
        tables.forEach(table -> files.discard(table.summary.number()));
    }

    private void finishTable(TableFiles.NewTable current) throws IOException {
        TableSummary summary = current.writer().finish();
        unfinished = null;
        finished.add(new Finished(summary, timed ? new KeyTimes(earliest, latest) : KeyTimes.ANY));
        earliest = Long.MAX_VALUE;
        latest = Long.MIN_VALUE;
    }
}
