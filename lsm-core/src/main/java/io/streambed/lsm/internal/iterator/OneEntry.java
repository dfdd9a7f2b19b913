package io.streambed.lsm.internal.iterator;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.EntryView;
import io.streambed.lsm.internal.entry.InternalIterator;

/** A source with one entry: what a point lookup has found, for whoever asked for a range of that one key. */
public final class OneEntry implements InternalIterator {
    private final EntryView entry = new EntryView();

    /**
     * A value that was put.
     *
     * @param seqNo any number up to which the value can be seen; it need not be that of the put
     */
    public OneEntry(byte[] key, long seqNo, byte[] value) {
        entry.key().set(key, 0, key.length);
        entry.value().set(value, 0, value.length);
        // The lowest bit, which would make it a tombstone, is clear.
        entry.set(seqNo << 1);
    }

    @Override
    public boolean first() {
        return true;
    }

    @Override
    public boolean last() {
        return true;
    }

    @Override
    public boolean seek(Slice userKey) {
        return entry.key().compareTo(userKey) >= 0;
    }

    @Override
    public boolean seekBefore(Slice userKey) {
        return entry.key().compareTo(userKey) < 0;
    }

    @Override
    public boolean next() {
        return false;
    }

    @Override
    public boolean nextKey() {
        return false;
    }

    @Override
    public boolean prev() {
        return false;
    }

    @Override
    public EntryView entry() {
        return entry;
    }

    /** Does nothing: there is nothing to give back. */
    @Override
    public void close() {}
}
