package io.streambed.lsm.internal.log;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Lends buffers to the logs of many trees. A log has one from its first record after a flush to the next flush, so a tree with
 * nothing to write has none. The first who ask get large ones; when those that are lent have used up their memory, the others
 * get small ones, which costs a write to the operating system for each 4 KiB instead of each 32.
 *
 * <p>Safe for use by any number of threads, without a lock.
 */
public final class LogBuffers {
    static final int LARGE_BYTES = LogWriter.DEFAULT_BUFFER_BYTES;
    static final int SMALL_BYTES = 4 << 10;

    /** Large buffers kept for the next who asks. Threads that write at the same time rarely meet at one place. */
    private static final int PLACES = 16;

    private final AtomicReferenceArray<byte @Nullable []> places = new AtomicReferenceArray<>(PLACES);
    private final AtomicLong lentLarge = new AtomicLong();
    private final long mostLarge;

    /** @param limitBytes memory of the large buffers that are lent at the same time; the small ones come on top */
    public LogBuffers(long limitBytes) {
        this.mostLarge = limitBytes / LARGE_BYTES;
    }

    byte[] take() {
        byte[] large = takeLarge();
        return large != null ? large : new byte[SMALL_BYTES];
    }

    /** A larger buffer instead of an empty one, if there is one now. */
    byte[] exchange(byte[] empty) {
        byte[] large = empty.length == LARGE_BYTES ? null : takeLarge();
        return large != null ? large : empty;
    }

    void giveBack(byte[] buffer) {
        if (buffer.length == LARGE_BYTES) {
            lentLarge.decrementAndGet();
            places.lazySet(place(), buffer);
        }
    }

    private byte @Nullable [] takeLarge() {
        if (lentLarge.get() >= mostLarge) {
            return null;
        }
        lentLarge.incrementAndGet();
        byte[] kept = places.getAndSet(place(), null);
        return kept != null ? kept : new byte[LARGE_BYTES];
    }

    private static int place() {
        return (int) Thread.currentThread().getId() & (PLACES - 1);
    }
}
