package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.SeqRanges;
import java.io.IOException;

/**
 * Decides, entry by entry in internal order, what a flush or a compaction must keep.
 *
 * <p>Somebody may read the newest version of a key; somebody who holds a protected moment (an open snapshot, or the commit that a
 * crash would fall back to) may read the newest version up to that moment; nobody reads any other. A tombstone is needed as
 * long as it hides an older version, be it further down or kept here for an older moment. Void entries were never written, as
 * far as anybody is concerned, and below the floor nobody reads.
 */
final class Survivors {
    private static final long NO_NEWER = Long.MAX_VALUE;

    private final long[] protectedMoments;
    private final SeqRanges voids;
    private final OlderTables older;
    private final byte[] floor;

    private byte[] key = new byte[64];
    private int keyLength = -1;
    private long newerSeqNo;
    private boolean belowFloor;
    private long hidden;

    /**
     * @param protectedMoments sequence numbers, in any order
     * @param older tells which keys tables below the output may hold
     * @param floor nothing below this key is kept, not even for a protected moment
     */
    Survivors(long[] protectedMoments, SeqRanges voids, OlderTables older, byte[] floor) {
        this.protectedMoments = protectedMoments.clone();
        this.voids = voids;
        this.older = older;
        this.floor = floor;
        this.belowFloor = floor.length > 0;
    }

    /** Whether the next entry must be kept. Called for every entry of the input, in order. */
    boolean keep(Slice userKey, long seqNo, boolean isTombstone) throws IOException {
        if (belowFloor) {
            belowFloor = userKey.compareTo(floor, 0, floor.length) < 0;
            if (belowFloor) {
                return false;
            }
        }
        if (!isRemembered(userKey)) {
            remember(userKey);
            newerSeqNo = NO_NEWER;
        }
        if (voids.contains(seqNo)) {
            return false;
        }
        assert seqNo < newerSeqNo : "entries out of order: " + seqNo + " after " + newerSeqNo;
        boolean shadowed = newerSeqNo != NO_NEWER && !isProtectedIn(seqNo, newerSeqNo);
        newerSeqNo = seqNo;
        if (shadowed) {
            hidden++;
            return false;
        }
        return !isTombstone || isProtectedIn(0, seqNo) || older.mayHold(userKey);
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

    /** Most neighbours are different keys, and nearly all of those differ in their last byte. */
    private boolean isRemembered(Slice userKey) {
        int length = userKey.length();
        return length == keyLength
                && (length == 0 || userKey.array()[userKey.offset() + length - 1] == key[length - 1])
                && userKey.compareTo(key, 0, length) == 0;
    }

    private void remember(Slice userKey) {
        keyLength = userKey.length();
        if (key.length < keyLength) {
            key = new byte[Math.max(keyLength, 2 * key.length)];
        }
        System.arraycopy(userKey.array(), userKey.offset(), key, 0, keyLength);
    }
}
