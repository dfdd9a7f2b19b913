package io.streambed.lsm;

import io.streambed.lsm.bytes.KeyHash;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.entry.Lookup;
import io.streambed.lsm.internal.entry.SeqRanges;
import io.streambed.lsm.internal.iterator.Bounds;
import io.streambed.lsm.internal.iterator.MergingIterator;
import io.streambed.lsm.internal.iterator.OneEntry;
import io.streambed.lsm.internal.iterator.VisibleIterator;
import io.streambed.lsm.internal.memtable.Memtable;
import io.streambed.lsm.internal.sstable.ReadCounters;
import io.streambed.lsm.internal.sstable.TableReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The way of a read: memtable, sealed memtables newest first, then run by run; the first source that knows the key ends it.
 *
 * <p>Point reads take neither lock nor pin. Memtables stay alive by being reachable; a table may be deleted under a reader
 * whose view has just become an old one, and then the read fails and is done again on the current view. Only a failure
 * on a view that is still the current one is a failure.
 *
 * <p>The view is read first, then the moment. Were it the other way round, a flush in between could have dropped what the
 * moment needs, for nobody knew of it.
 */
final class ReadPath {
    /** To look whether runs should be merged costs as much as some seeks. */
    private static final int SEEKS_A_LOOK = 4096;

    /** As many as most ranges have; room for more would be cleared for each of them. */
    private static final int FEW_SOURCES = 4;

    private final Versions versions;
    private final WritePath writes;
    private final ReadCounters counters;
    private final @Nullable Expiry expiry;
    private final int groupSuffixBytes;
    private final @Nullable ToLongFunction<Slice> keyTime;
    private final Runnable manySeeks;

    /** @param manySeeks told now and then that ranges are read in several runs */
    ReadPath(TreeFiles files, Versions versions, WritePath writes, LsmOptions options, Runnable manySeeks) {
        this.versions = versions;
        this.writes = writes;
        this.counters = files.readCounters();
        this.expiry = options.expiry();
        this.groupSuffixBytes = options.groupSuffixBytes();
        this.keyTime = options.timeOfKeys();
        this.manySeeks = manySeeks;
    }

    /** The value of {@code key}, now or at the moment of a snapshot. */
    byte @Nullable [] get(byte[] key, @Nullable Snapshot snapshot) throws IOException {
        long hash = KeyHash.of(key, 0, key.length);
        while (true) {
            ReadView view = versions.view();
            long moment = snapshot == null ? writes.visibleSeqNo() : snapshot.seqNo();
            try {
                byte[] found = lookup(view, key, hash, moment);
                return found == null || found == Lookup.TOMBSTONE || isExpired(key, found) ? null : found;
            } catch (IOException e) {
                if (versions.view().tables() == view.tables()) {
                    throw e;
                }
            }
        }
    }

    private boolean isExpired(byte[] key, byte[] value) {
        return expiry != null && expiry.isExpired(Slice.of(key), Slice.of(value));
    }

    private byte @Nullable [] lookup(ReadView view, byte[] key, long hash, long moment) throws IOException {
        byte[] floor = view.floor();
        if (floor.length > 0 && Arrays.compareUnsigned(key, floor) < 0) {
            return null;
        }
        byte[] found = view.active().get(key, 0, key.length, hash, moment);
        List<SealedMemtable> sealed = view.sealed();
        for (int i = 0; found == null && i < sealed.size(); i++) {
            found = sealed.get(i).memtable().get(key, 0, key.length, hash, moment);
        }
        if (found != null) {
            counters.foundInMemtable(found.length);
            return found;
        }
        SeqRanges voids = view.tables().version().voids();
        List<RunReader> runs = view.tables().runs();
        ToLongFunction<Slice> timeOf = keyTime;
        long timeFrom = Long.MIN_VALUE;
        long timeTo = Long.MAX_VALUE;
        if (timeOf != null) {
            timeFrom = timeOf.applyAsLong(Slice.of(key));
            timeTo = timeFrom;
        }
        int filterSkips = 0;
        int inVain = 0;
        for (int i = 0; found == null && i < runs.size(); i++) {
            TableReader table = runs.get(i).tableFor(key, timeFrom, timeTo);
            if (table == null) {
                continue;
            }
            if (!table.mayContain(hash)) {
                filterSkips++;
                continue;
            }
            found = table.get(key, 0, key.length, hash, moment, voids);
            inVain += found == null ? 1 : 0;
        }
        counters.askedTables(found == null ? -1 : found.length, filterSkips, inVain);
        return found;
    }

    /**
     * What a reader sees of a range, in one direction.
     *
     * @param view whose tables are pinned for as long as the iterator is open
     * @return {@code null} if there is nothing to look at
     */
    @Nullable
    VisibleIterator iterate(ReadView view, KeyRange asked, Direction direction, long moment) throws IOException {
        KeyRange range = asked.notBelow(view.floor());
        List<InternalIterator> sources = new ArrayList<>(FEW_SOURCES);
        try {
            byte[] onlyKey = asked.onlyKey();
            if (onlyKey != null) {
                addOnly(onlyKey, view, moment, sources);
                // The lookup has passed over what is void, and its answer has the number of the moment, which may be
                // void itself.
                return visible(sources, SeqRanges.NONE, range, direction, moment);
            }
            addMemtable(view.active(), range, moment, sources);
            List<SealedMemtable> sealed = view.sealed();
            for (int i = 0; i < sealed.size(); i++) {
                addMemtable(sealed.get(i).memtable(), range, moment, sources);
            }
            addRuns(view.tables().runs(), range, sources);
            return visible(sources, view.tables().version().voids(), range, direction, moment);
        } catch (RuntimeException | Error e) {
            for (InternalIterator source : sources) {
                source.close();
            }
            throw e;
        }
    }

    private void addMemtable(Memtable memtable, KeyRange range, long moment, List<InternalIterator> sources) {
        if (!memtable.mayHaveTimes(range.timeFrom(), range.timeTo())) {
            return;
        }
        byte[] from = range.from();
        byte[] to = range.to();
        InternalIterator source;
        if (range.ofOneGroup()
                && from != null
                && to != null
                && from.length > groupSuffixBytes
                && groupSuffixBytes > 0) {
            source = memtable.groupIterator(moment, from, to, groupSuffixBytes);
        } else {
            source = memtable.iterator(moment);
        }
        if (source != null) {
            sources.add(source);
        }
    }

    private void addRuns(List<RunReader> runs, KeyRange range, List<InternalIterator> sources) {
        RunReader first = null;
        boolean several = false;
        for (int i = 0; i < runs.size(); i++) {
            RunReader run = runs.get(i);
            InternalIterator source = run.iterator(range);
            if (source == null) {
                continue;
            }
            sources.add(source);
            if (first == null) {
                first = run;
                continue;
            }
            if (!several) {
                several = true;
                first.countSeek();
            }
            if (run.countSeek() % SEEKS_A_LOOK == 0) {
                manySeeks.run();
            }
        }
    }

    /**
     * A range of one key is a point lookup: the filters then spare it most runs, and the memtable needs no order. Whether the key is of
     * a time that is of interest does not matter, as with any range.
     */
    private void addOnly(byte[] key, ReadView view, long moment, List<InternalIterator> sources) throws IOException {
        byte[] found = lookup(view, key, KeyHash.of(key, 0, key.length), moment);
        if (found != null && found != Lookup.TOMBSTONE) {
            sources.add(new OneEntry(key, moment, found));
        }
    }

    /** To pass by other times costs less before the merge; windows of one key are in the order of time anyway. */
    private Bounds bounds(byte[] from, byte[] to, KeyRange range) {
        boolean anyTime = range.isOfAnyTime() || range.ofOneGroup();
        return new Bounds(from, to, anyTime ? null : keyTime, range.timeFrom(), range.timeTo());
    }

    private @Nullable VisibleIterator visible(
            List<InternalIterator> sources, SeqRanges voids, KeyRange range, Direction direction, long moment) {
        if (sources.isEmpty()) {
            return null;
        }
        byte[] from = range.from();
        byte[] to = range.to();
        InternalIterator source;
        boolean endsWithRange = false;
        if (from != null && to != null && sources.size() > 1) {
            source = MergingIterator.within(bounds(from, to, range), sources);
            endsWithRange = true;
        } else {
            // Of one source nothing is merged, and the iterator sees by itself where the range ends.
            source = MergingIterator.of(sources);
        }
        return new VisibleIterator(
                source,
                moment,
                voids,
                writes.deadRanges(),
                from,
                to,
                direction == Direction.FORWARD,
                range.isOfAllKeys(),
                endsWithRange);
    }
}
