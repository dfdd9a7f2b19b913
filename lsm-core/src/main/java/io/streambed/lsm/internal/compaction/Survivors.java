package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.bytes.KeptKey;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.EntryView;
import io.streambed.lsm.internal.entry.SeqRanges;
import java.io.IOException;

/**
 * Decides, entry by entry in internal order, what a flush or a compaction must keep, and hands it on.
 *
 * <p>Somebody may read the newest version of a key; somebody who holds a protected moment (an open snapshot, or the commit that a
 * crash would fall back to) may read the newest version up to that moment; nobody reads any other. A tombstone is needed as
 * long as it hides an older version, be it further down or kept here for an older moment. Void entries were never written, as
 * far as anybody is concerned, and below the floor nobody reads.
 *
 * <p>Whether a tombstone hides anything is known only when what comes behind it has been seen. So it waits: until an older version of its
 * key is kept, or until the key is through and the tables below are asked. Of two tombstones in a row the older one does for both, as it
 * hides the same, and from earlier on.
 *
 * <p>To ask is a cache miss in a filter or several, and where keys are deleted that have long been stored, each is asked about in vain. So
 * after {@value #IN_VAIN} such answers one tombstone in {@value #SAMPLE} is asked about, and the others are kept, until one has nothing to
 * hide. Those kept without need cost their bytes until a merge that leaves nothing older.
 */
final class Survivors {
    /** Takes what is kept, in the same order. */
    @FunctionalInterface
    interface Output {
        /** One entry; without a value if it is a tombstone. Slices are good until the method returns. */
        void add(Slice userKey, long seqNo, boolean isTombstone, Slice value) throws IOException;
    }

    private static final long NO_NEWER = Long.MAX_VALUE;
    private static final long NONE = 0;

    private static final int IN_VAIN = 32;
    private static final int SAMPLE = 16;
    private static final Slice NO_VALUE = new Slice();

    private final long[] protectedMoments;
    private final SeqRanges voids;
    private final OlderTables older;
    private final byte[] floor;
    private final Output output;

    private final Slice keySlice = new Slice();
    private final KeptKey key = new KeptKey();
    private long newerSeqNo;
    private long waitingTombstone = NONE;
    private boolean belowFloor;
    private long hidden;

    /** How many tombstones in a row had something to hide below, up to {@value #IN_VAIN}; and how many were kept unasked since. */
    private int askedInVain;

    private int unasked;

    /**
     * @param protectedMoments sequence numbers, in any order
     * @param older tells which keys tables below the output may hold
     * @param floor nothing below this key is kept, not even for a protected moment
     * @param output takes what is kept
     */
    Survivors(long[] protectedMoments, SeqRanges voids, OlderTables older, byte[] floor, Output output) {
        this.protectedMoments = protectedMoments.clone();
        this.voids = voids;
        this.older = older;
        this.floor = floor;
        this.output = output;
        this.belowFloor = floor.length > 0;
    }

    /**
     * Takes the next entry of the input.
     *
     * @param isTombstone whether it is one, or has become one because it expired
     */
    void take(EntryView entry, boolean isTombstone) throws IOException {
        Slice userKey = entry.key();
        if (belowFloor) {
            belowFloor = userKey.compareTo(floor, 0, floor.length) < 0;
            if (belowFloor) {
                return;
            }
        }
        if (!key.is(userKey)) {
            finish();
            key.keep(userKey);
            newerSeqNo = NO_NEWER;
        }
        long seqNo = entry.seqNo();
        if (voids.contains(seqNo)) {
            return;
        }
        assert seqNo < newerSeqNo : "entries out of order: " + seqNo + " after " + newerSeqNo;
        boolean shadowed = newerSeqNo != NO_NEWER && !isProtectedIn(seqNo, newerSeqNo);
        newerSeqNo = seqNo;
        if (shadowed) {
            hidden++;
        } else if (isTombstone) {
            waitingTombstone = seqNo;
        } else {
            if (waitingTombstone != NONE) {
                addTombstone();
            }
            output.add(userKey, seqNo, false, entry.value());
        }
    }

    /** The last key is through. To be called at the end. */
    void finish() throws IOException {
        if (waitingTombstone == NONE) {
            return;
        }
        if (mayHideOlder()) {
            addTombstone();
        }
        waitingTombstone = NONE;
    }

    private boolean mayHideOlder() throws IOException {
        if (askedInVain == IN_VAIN && ++unasked < SAMPLE) {
            return true;
        }
        unasked = 0;
        boolean mayHide = older.mayHold(key.show(keySlice));
        askedInVain = mayHide ? Math.min(IN_VAIN, askedInVain + 1) : 0;
        return mayHide;
    }

    private void addTombstone() throws IOException {
        output.add(key.show(keySlice), waitingTombstone, true, NO_VALUE);
        waitingTombstone = NONE;
    }

    /** How many entries were dropped because a newer one hides them. */
    long hidden() {
        return hidden;
    }

    /** Whether a protected moment is at {@code from} or later and before {@code to}. */
    private boolean isProtectedIn(long from, long to) {
        for (long moment : protectedMoments) {
            if (from <= moment && moment < to) {
                return true;
            }
        }
        return false;
    }
}
