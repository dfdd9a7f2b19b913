package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.sstable.TableWriter;
import io.streambed.lsm.internal.version.TableMeta;
import java.io.IOException;

/** What jobs need of a tree's files. */
public interface TableFiles {
    /** A table being written, and the number of its file. */
    record NewTable(long number, TableWriter writer) {}

    /** Knows which keys a table may hold. */
    @FunctionalInterface
    interface KeyFilter {
        /** Whether the table may hold a key with this hash. {@code false} is never wrong. */
        boolean mayContain(long keyHash) throws IOException;
    }

    /** Begins a new table, under a number of its own. */
    NewTable create() throws IOException;

    /** Walks a table from end to end, past the block cache. */
    InternalIterator readThrough(TableMeta table) throws IOException;

    /** The filter of a table, to be asked for many keys. Good for as long as the table exists. */
    KeyFilter filter(TableMeta table) throws IOException;

    /**
     * As {@link #filter}, but nothing is loaded for it, and damage of the file makes it answer wrong in either direction: for
     * estimates.
     */
    KeyFilter uncheckedFilter(TableMeta table) throws IOException;

    /** Whether keys have times. */
    boolean keysHaveTimes();

    /** The time of a key, if keys have any. */
    long timeOf(Slice key);

    /** Deletes a table that was never installed, as far as that is possible. */
    void discard(long number);

    /** Makes the names of new tables survive a loss of power. */
    void syncNames() throws IOException;

    /** Size at which a compaction begins its next table, in bytes. */
    long tableBytes();
}
