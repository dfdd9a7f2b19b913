package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.version.TableMeta;

/**
 * Tables that have one filter in common, and are asked for nothing else.
 *
 * @param filter the one that is loaded and checked
 * @param uncheckedFilter the one that is not
 */
record FiltersOnly(KeyFilter filter, KeyFilter uncheckedFilter) implements TableFiles {
    /** Tables of which nobody makes an estimate. */
    FiltersOnly(KeyFilter filter) {
        this(filter, hash -> {
            throw new AssertionError("nothing is estimated here");
        });
    }

    @Override
    public KeyFilter filter(TableMeta table) {
        return filter;
    }

    @Override
    public KeyFilter uncheckedFilter(TableMeta table) {
        return uncheckedFilter;
    }

    @Override
    public NewTable create() {
        throw new AssertionError("nothing is written here");
    }

    @Override
    public InternalIterator readThrough(TableMeta table) {
        throw new AssertionError("nothing is read here");
    }

    @Override
    public boolean keysHaveTimes() {
        return false;
    }

    @Override
    public long timeOf(Slice key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void discard(long number) {}

    @Override
    public void syncNames() {}

    @Override
    public long tableBytes() {
        return Long.MAX_VALUE;
    }
}
