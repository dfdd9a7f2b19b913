package io.streambed.kafka.internal.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The iterators of an open store that nobody has closed yet. One that is open for long keeps old tables on disk and was forgotten, most
 * likely; so the log tells of it, once, and where it was opened.
 *
 * <p>To record where costs as much as to open a short range. So it is done for every iterator of a query, as queries come one at a time
 * from an application's own code; for one in {@value #SAMPLE} of those that the task itself opens, which may be one for each record of its
 * input; and for all of them once one was found, since what forgets one forgets the next.
 *
 * <p>Safe for use by several threads. A place in a small array, or in a concurrent set where that is full, and a look at the clock are what each
 * iterator pays for being found.
 */
final class OpenIterators {
    private static final Logger LOG = LoggerFactory.getLogger(OpenIterators.class);

    /** Longer than a query over a store of any size ought to take. */
    static final Duration LONG = Duration.ofMinutes(5);

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(30);
    static final int SAMPLE = 256;
    private static final int PLACES = 8;
    private static final int NO_PLACE = -1;

    private final String storeName;
    private final LongSupplier wallClock;
    private final Thread task = Thread.currentThread();

    // For the few that the task has open at a time, as a rule: a concurrent set costs several times as much. A place is
    // taken by the task's thread alone, so it needs no atomic operation for that, nor to leave what it has taken; any
    // other thread that closes does.
    private final AtomicReferenceArray<@Nullable Opened> places = new AtomicReferenceArray<>(PLACES);

    /** Those of other threads, and those that found no place. */
    private final Set<Opened> others = ConcurrentHashMap.newKeySet();

    /** Of the task's thread. */
    private int untilSample = 1;

    private volatile boolean anyLeft;
    private volatile long nextLookMillis;

    /** One iterator; in a place or in the set while it is open. */
    static final class Opened {
        private final long sinceMillis;
        private final Thread by;
        private final @Nullable Throwable where;

        /** Which place is its own. Of the thread that opens it, until it is given out. */
        private int place = NO_PLACE;

        /** Under the lock of {@link OpenIterators}. */
        private boolean told;

        private Opened(long sinceMillis, @Nullable Throwable where) {
            this.sinceMillis = sinceMillis;
            this.by = Thread.currentThread();
            this.where = where;
        }

        private String origin() {
            return "thread " + by.getName()
                    + (where == null
                            ? "; the next one left open will be told of with its place in the code"
                            : ", here:");
        }
    }

    /** Those of a store that the calling thread has opened. */
    OpenIterators(String storeName, LongSupplier wallClock) {
        this.storeName = storeName;
        this.wallClock = wallClock;
        this.nextLookMillis = wallClock.getAsLong() + LONG.toMillis();
    }

    /** The calling thread opens an iterator. */
    Opened opened() {
        long now = lookForForgotten();
        boolean byTask = Thread.currentThread() == task;
        boolean isPlaceRecorded = anyLeft || !byTask || isSampled();
        Opened iterator = new Opened(now, isPlaceRecorded ? new Throwable("where the iterator was opened") : null);
        int place = byTask ? freePlace() : NO_PLACE;
        iterator.place = place;
        if (place == NO_PLACE) {
            others.add(iterator);
        } else {
            places.setRelease(place, iterator);
        }
        return iterator;
    }

    /** An iterator was closed. Closing twice is harmless: somebody else may have the place by now. */
    void closed(Opened iterator) {
        int place = iterator.place;
        if (place == NO_PLACE) {
            others.remove(iterator);
        } else if (Thread.currentThread() != task) {
            places.compareAndSet(place, iterator, null);
        } else if (places.getPlain(place) == iterator) {
            places.setRelease(place, null);
        }
    }

    private int freePlace() {
        for (int i = 0; i < PLACES; i++) {
            if (places.getPlain(i) == null) {
                return i;
            }
        }
        return NO_PLACE;
    }

    /** Tells of those that have been open for long, unless it has looked for them just now. Returns the time, in ms. */
    long lookForForgotten() {
        long now = wallClock.getAsLong();
        if (now >= nextLookMillis) {
            tellOfForgotten(now);
        }
        return now;
    }

    /** How long the oldest one has been open, in ms; 0 if there is none. */
    long oldestMillis() {
        long now = lookForForgotten();
        // One may have been opened since.
        return oldest().map(iterator -> Math.max(0, now - iterator.sinceMillis)).orElse(0L);
    }

    /** The store is about to be closed, and its iterators with it. */
    void storeCloses(int count) {
        if (count > 0) {
            Opened oldest = oldest().orElse(null);
            LOG.warn(
                    "Closing {} open iterators for store {}{}",
                    count,
                    storeName,
                    oldest == null ? "" : ". The oldest was opened by " + oldest.origin(),
                    oldest == null ? null : oldest.where);
        }
    }

    private boolean isSampled() {
        if (--untilSample > 0) {
            return false;
        }
        untilSample = SAMPLE;
        return true;
    }

    private synchronized void tellOfForgotten(long now) {
        nextLookMillis = now + BETWEEN_LOOKS.toMillis();
        for (Opened iterator : open()) {
            long age = now - iterator.sinceMillis;
            if (age >= LONG.toMillis() && !iterator.told) {
                iterator.told = true;
                anyLeft = true;
                LOG.warn(
                        "An iterator of store {} has been open for {} s and keeps old tables on disk; close it."
                                + " It was opened by {}",
                        storeName,
                        Duration.ofMillis(age).toSeconds(),
                        iterator.origin(),
                        iterator.where);
            }
        }
    }

    private Optional<Opened> oldest() {
        return open().stream().min(Comparator.comparingLong(iterator -> iterator.sinceMillis));
    }

    private List<Opened> open() {
        List<Opened> open = new ArrayList<>(others);
        for (int i = 0; i < PLACES; i++) {
            Opened iterator = places.get(i);
            if (iterator != null) {
                open.add(iterator);
            }
        }
        return open;
    }
}
