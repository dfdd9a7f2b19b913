package io.streambed.lsm.internal.sstable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counts what happens too often for {@link java.util.concurrent.atomic.LongAdder}, whose compare-and-set costs as much as
 * finding a key's block. A thread has a stripe of its own unless two of them happen to share one; those two may then lose a
 * count. For statistics only.
 */
final class StripedCounter {
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int STRIPES = 64;

    /** Longs from one stripe to the next: two cache lines, since processors fetch them in pairs. */
    private static final int STRIDE = 16;

    private final long[] counts = new long[(STRIPES + 1) * STRIDE];

    void increment() {
        int at = (((int) Thread.currentThread().getId() & (STRIPES - 1)) + 1) * STRIDE;
        LONGS.setOpaque(counts, at, (long) LONGS.getOpaque(counts, at) + 1);
    }

    long sum() {
        long sum = 0;
        for (int at = STRIDE; at < counts.length; at += STRIDE) {
            sum += (long) LONGS.getOpaque(counts, at);
        }
        return sum;
    }
}
