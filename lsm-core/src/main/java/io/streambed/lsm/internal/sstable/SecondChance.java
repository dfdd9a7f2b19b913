package io.streambed.lsm.internal.sstable;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what is held and can be got again: open files, and tables in memory. Who needs room reserves it; then others give up
 * what they hold, in the order in which they got it, except that who used it meanwhile is passed over once (CLOCK). Safe for
 * use by any number of threads.
 *
 * <p>Invariant: a holder is in the queue at most once, and only while it holds something that nobody has begun to take from
 * it. Giving up is done without this object's lock, so a holder may use locks of its own.
 *
 * <p>The bound is passed only while nothing is left that could be given up: by what those threads need that reserve at this
 * moment, and by one thing that is larger than the bound.
 */
final class SecondChance<T extends SecondChance.Holder> {
    /** Who holds something. */
    interface Holder {
        /** Whether it was used since the last time that this was asked. */
        boolean wasUsed();

        /** Whether it will never again hold anything. Once true it stays true. */
        boolean isRetired();

        /** Gives up what it holds, and says {@link SecondChance#released}, unless somebody else came first. */
        void giveUp();
    }

    private final long limit;
    private final ArrayDeque<T> queue = new ArrayDeque<>();
    private long held;

    SecondChance(long limit) {
        this.limit = limit;
    }

    /** What is held now, with what is reserved. */
    synchronized long held() {
        return held;
    }

    /** Makes room. What follows is {@link #add}, or {@link #released} if it came to nothing. */
    void reserve(long weight) {
        synchronized (this) {
            held += weight;
        }
        for (T victim = victim(); victim != null; victim = victim()) {
            victim.giveUp();
        }
    }

    /** From now on the holder may be asked to give up what it got. */
    synchronized void add(T holder) {
        // Pairs with forget(): the holder is retired before it is forgotten, so it cannot come in again behind that.
        if (!holder.isRetired()) {
            queue.add(holder);
        }
    }

    /** Something is no longer held. */
    synchronized void released(long weight) {
        held -= weight;
    }

    /** A holder that is retired will not be asked any more. */
    synchronized void forget(T holder) {
        assert holder.isRetired();
        queue.remove(holder);
    }

    private synchronized @Nullable T victim() {
        if (held <= limit) {
            return null;
        }
        // Who is used all the time is passed over once and not for ever.
        for (int i = queue.size(); i > 0; i--) {
            T holder = queue.remove();
            if (!holder.wasUsed()) {
                return holder;
            }
            queue.add(holder);
        }
        return queue.poll();
    }
}
