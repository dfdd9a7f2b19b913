package io.streambed.lsm.internal.iterator;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.EntryKind;
import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.version.Run;
import io.streambed.lsm.internal.version.TableMeta;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Walks the tables of a run as one source. Holds one table open at a time, and none before it is needed. */
public final class RunIterator implements InternalIterator {
    private static final int NO_TABLE = -1;

    private final Run run;
    private final List<TableMeta> tables;
    private final TableOpener opener;
    private int open = NO_TABLE;
    private @Nullable InternalIterator table;

    /** An iterator over {@code run} that opens its tables by {@code opener}. */
    public RunIterator(Run run, TableOpener opener) {
        this.run = run;
        this.tables = run.tables();
        this.opener = opener;
    }

    @Override
    public boolean first() throws IOException {
        return open(0).first();
    }

    @Override
    public boolean last() throws IOException {
        return open(tables.size() - 1).last();
    }

    @Override
    public boolean seek(Slice userKey) throws IOException {
        int index = run.firstEndingAtOrAfter(userKey);
        // The table ends at the key or behind it, so the seek in it finds something.
        return index < tables.size() && open(index).seek(userKey);
    }

    @Override
    public boolean seekBefore(Slice userKey) throws IOException {
        int index = Math.min(run.firstEndingAtOrAfter(userKey), tables.size() - 1);
        if (open(index).seekBefore(userKey)) {
            return true;
        }
        return index > 0 && open(index - 1).last();
    }

    @Override
    public boolean next() throws IOException {
        if (current().next()) {
            return true;
        }
        return open + 1 < tables.size() && open(open + 1).first();
    }

    @Override
    public boolean prev() throws IOException {
        if (current().prev()) {
            return true;
        }
        return open > 0 && open(open - 1).last();
    }

    @Override
    public Slice userKey() {
        return current().userKey();
    }

    @Override
    public long seqNo() {
        return current().seqNo();
    }

    @Override
    public EntryKind kind() {
        return current().kind();
    }

    @Override
    public Slice value() {
        return current().value();
    }

    @Override
    public void close() throws IOException {
        InternalIterator closing = table;
        table = null;
        open = NO_TABLE;
        if (closing != null) {
            closing.close();
        }
    }

    private InternalIterator current() {
        InternalIterator current = table;
        if (current == null) {
            throw new IllegalStateException("iterator is not on an entry");
        }
        return current;
    }

    private InternalIterator open(int index) throws IOException {
        InternalIterator current = table;
        if (current == null || open != index) {
            close();
            current = opener.open(tables.get(index));
            table = current;
            open = index;
        }
        return current;
    }
}
