package io.streambed.lsm.internal.iterator;

import io.streambed.lsm.bytes.Slice;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Remembers where a reader walked past many keys of which none was alive, so that the next one need not: a queue whose front is
 * popped would otherwise cost each pop a walk over all earlier ones, in the memtable too, where no compaction helps.
 *
 * <p>What a reader found at its moment is {@code offered}, and good for others who read at that very moment. The writer takes it over
 * at its next write, if nothing was put in between; from then on it is {@code known}, and good for that moment and all later ones,
 * for the writer gives it up before it shows a put in it. Deletes change nothing. One range for a tree: the last one found.
 *
 * <p>Readers and writer do not wait for one another. Invariant: who reads at a moment has read the number of that write before it looks
 * here, and the writer raises that number after it has given up what the write spoils.
 */
public final class DeadRanges {
    /** So many keys must have been passed before it is worth asking, or telling. */
    static final int MANY_KEYS = 32;

    /**
     * Keys of which none is alive.
     *
     * @param moment when that was seen
     * @param from the first key
     * @param to the first key behind it, or {@code null} if there is none
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared by content; copies would cost and gain nothing.
    record DeadRange(long moment, byte[] from, byte @Nullable [] to) {
        boolean contains(byte[] key, int offset, int length) {
            return Arrays.compareUnsigned(from, 0, from.length, key, offset, offset + length) <= 0
                    && (to == null || Arrays.compareUnsigned(key, offset, offset + length, to, 0, to.length) < 0);
        }

        /** Whether all of {@code other} lies in this one. */
        boolean covers(DeadRange other) {
            return Arrays.compareUnsigned(from, other.from) <= 0 && isFurther(to, other.to);
        }

        /** Both together, at this one's moment; they touch or overlap. */
        DeadRange with(DeadRange other) {
            return new DeadRange(
                    moment,
                    Arrays.compareUnsigned(from, other.from) <= 0 ? from : other.from,
                    isFurther(to, other.to) ? to : other.to);
        }

        private static boolean isFurther(byte @Nullable [] end, byte @Nullable [] other) {
            return end == null || (other != null && Arrays.compareUnsigned(end, other) >= 0);
        }
    }

    private volatile @Nullable DeadRange offered;
    private volatile @Nullable DeadRange known;

    /** The writer's: number of the last put. */
    private long lastPut;

    /** The range around {@code key} that is dead for who reads at {@code moment}, if it is known. */
    @Nullable
    DeadRange around(Slice key, long moment) {
        DeadRange range = known;
        if (range != null && range.moment <= moment && range.contains(key.array(), key.offset(), key.length())) {
            return range;
        }
        range = offered;
        return range != null && range.moment == moment && range.contains(key.array(), key.offset(), key.length())
                ? range
                : null;
    }

    /** Tells what a reader has found. */
    void offer(DeadRange found) {
        offered = found;
    }

    /** The next write is a put. Only the writer calls this, before readers may see the write. */
    public void put(long seqNo, byte[] key, int offset, int length) {
        adopt();
        lastPut = seqNo;
        DeadRange range = known;
        if (range != null && range.contains(key, offset, length)) {
            known = null;
        }
    }

    /** The next write is a delete. Only the writer calls this. */
    public void deleted() {
        adopt();
    }

    private void adopt() {
        DeadRange found = offered;
        if (found != null) {
            // One that is offered between the two is lost, and found again.
            offered = null;
            if (lastPut <= found.moment) {
                known = found;
            }
        }
    }
}
