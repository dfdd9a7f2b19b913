package io.streambed.lsm.internal.iterator;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.EntryView;
import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.version.Run;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Walks tables of a run as one source. Holds one table open at a time, and none before it is needed. */
public final class RunIterator implements InternalIterator {
    private static final int NO_TABLE = -1;

    private final Run run;
    private final int begin;
    private final int end;
    private final TableOpener opener;
    private final byte @Nullable [] from;
    private int open = NO_TABLE;
    private @Nullable InternalIterator table;

    /** An iterator over all of {@code run} that opens its tables by {@code opener}. */
    public RunIterator(Run run, TableOpener opener) {
        this(run, 0, run.tables().size(), null, opener);
    }

    /**
     * An iterator over the tables from index {@code begin}, and before {@code end}; at least one.
     *
     * @param from a key that none of these tables ends before, where many a seek leads to; {@code null} for none
     */
    public RunIterator(Run run, int begin, int end, byte @Nullable [] from, TableOpener opener) {
        assert begin < end : "no table from " + begin + " to " + end;
        this.run = run;
        this.begin = begin;
        this.end = end;
        this.from = from;
        this.opener = opener;
    }

    @Override
    public boolean first() throws IOException {
        return open(begin).first();
    }

    @Override
    public boolean last() throws IOException {
        return open(end - 1).last();
    }

    @Override
    public boolean seek(Slice userKey) throws IOException {
        // As a rule the iterator was made for a range that begins with the very key.
        boolean isFrom = userKey.array() == from && userKey.offset() == 0 && userKey.length() == userKey.array().length;
        int index = isFrom ? begin : Math.max(begin, run.firstEndingAtOrAfter(userKey));
        // The table ends at the key or behind it, so the seek in it finds something.
        return index < end && open(index).seek(userKey);
    }

    @Override
    public boolean seekBefore(Slice userKey) throws IOException {
        int index = Math.min(run.firstEndingAtOrAfter(userKey), end - 1);
        if (index < begin) {
            return false;
        }
        if (open(index).seekBefore(userKey)) {
            return true;
        }
        return index > begin && open(index - 1).last();
    }

    @Override
    public boolean next() throws IOException {
        if (current().next()) {
            return true;
        }
        return open + 1 < end && open(open + 1).first();
    }

    /** All versions of a key are in one table. */
    @Override
    public boolean nextKey() throws IOException {
        if (current().nextKey()) {
            return true;
        }
        return open + 1 < end && open(open + 1).first();
    }

    @Override
    public boolean prev() throws IOException {
        if (current().prev()) {
            return true;
        }
        return open > begin && open(open - 1).last();
    }

    @Override
    public EntryView entry() {
        return current().entry();
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
            current = opener.open(run, index);
            table = current;
            open = index;
        }
        return current;
    }
}
