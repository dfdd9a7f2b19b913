package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.EntryKind;
import io.streambed.lsm.internal.sstable.TableSummary;
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
    private final List<TableSummary> finished = new ArrayList<>();
    private TableFiles.@Nullable NewTable unfinished;
    private boolean complete;

    OutputTables(TableFiles files, long tableBytes) {
        this.files = files;
        this.tableBytes = tableBytes;
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
        current.writer().add(userKey, seqNo, isTombstone ? EntryKind.DELETE : EntryKind.PUT, value);
    }

    /** Ends the last table and syncs the names; the tables may then be installed. */
    List<TableSummary> finish() throws IOException {
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
    static List<TableMeta> describe(List<TableSummary> tables, long overwrites) {
        long entries = tables.stream().mapToLong(TableSummary::entries).sum();
        return tables.stream()
                .map(table -> new TableMeta(
                        table.number(),
                        table.bytes(),
                        table.entries(),
                        table.tombstones(),
                        table.smallest(),
                        table.largest(),
                        table.minSeqNo(),
                        table.maxSeqNo(),
                        Math.round((double) overwrites * table.entries() / entries)))
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
    static void discard(TableFiles files, List<TableSummary> tables) {
        tables.forEach(table -> files.discard(table.number()));
    }

    private void finishTable(TableFiles.NewTable current) throws IOException {
        TableSummary summary = current.writer().finish();
        unfinished = null;
        finished.add(summary);
    }
}
