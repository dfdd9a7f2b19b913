package io.streambed.lsm;

import io.streambed.lsm.internal.memtable.Memtable;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a reader looks, newest first: the active memtable, the sealed ones, the tables of a version. Immutable but for what is put
 * into the active memtable.
 *
 * @param active takes the writes
 * @param sealed wait for their flush, newest first
 * @param tables what was flushed
 */
record ReadView(Memtable active, List<SealedMemtable> sealed, PinnedVersion tables) {

    /** After the active memtable was sealed as {@code newest} and {@code next} took its place. */
    ReadView rotated(SealedMemtable newest, Memtable next) {
        List<SealedMemtable> more = new ArrayList<>(sealed.size() + 1);
        more.add(newest);
        more.addAll(sealed);
        return new ReadView(next, List.copyOf(more), tables);
    }

    /** After {@code flushed}, the oldest sealed memtable, became part of {@code version}. */
    ReadView flushed(SealedMemtable flushed, PinnedVersion version) {
        assert sealed.get(sealed.size() - 1).equals(flushed) : "memtables are flushed oldest first";
        return new ReadView(active, List.copyOf(sealed.subList(0, sealed.size() - 1)), version);
    }

    /** With other tables. */
    ReadView with(PinnedVersion version) {
        return new ReadView(active, sealed, version);
    }

    /** Nothing below this key is read; empty if everything is. */
    byte[] floor() {
        return tables.version().floor();
    }

    /** Memory of all memtables, in bytes. */
    long memtableBytes() {
        long sum = active.bytes();
        for (SealedMemtable memtable : sealed) {
            sum += memtable.memtable().bytes();
        }
        return sum;
    }
}
