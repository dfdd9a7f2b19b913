package io.streambed.lsm.internal.runtime;

import java.util.ArrayDeque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * The memory of the write buffers of all trees of a runtime: how much there is, who must flush when it runs short, and who must
 * wait.
 *
 * <pre>
 *  0                          two thirds                limit
 *  | active memtables          | asked to flush          |  writers wait while a flush is under way
 *  | active and sealed memtables, log buffers ...        |
 * </pre>
 *
 * <p>Who is asked: the tree whose active memtable has the greatest product of size and age, and age is counted in bytes that all
 * trees wrote since it began. By age alone, every memtable would live equally long and so get memory in proportion to how fast its
 * tree is written, which is the best division there is (Luo and Carey, "Breaking Down Memory Walls", 2020); with the size in it, a
 * flush is not wasted on a memtable that holds next to nothing. So a busy tree gets most of the memory, and a hundred idle ones
 * do not keep theirs for ever.
 *
 * <p>What the write buffers use is told to {@code reservation}, which takes it from the block cache. It follows growth at once
 * and shrinks slowly, for else each flush would make room in the cache that the next memtable takes away again.
 *
 * <p>Safe for use by any number of threads. Called when a memtable takes a further piece of memory, not for every write.
 */
public final class WriteBufferBudget {
    /** What the owner of an account does when it is told to. */
    public interface Owner {
        /** Seals the active memtable soon, in another thread, without waiting for anything. */
        void flushForOthers();

        /** Some memory has come free: a writer that waits should look again. */
        void memoryReleased();
    }

    /** Of what is reserved, so much may go with each flush: 1/16. */
    private static final int DECAY = 16;

    private final long limit;
    private final long activeLimit;
    private final LongConsumer reservation;
    private final Set<Account> accounts = ConcurrentHashMap.newKeySet();
    private final AtomicLong active = new AtomicLong();
    private final AtomicLong sealed = new AtomicLong();
    private final AtomicInteger waiting = new AtomicInteger();

    /** Bytes that all active memtables ever grew by: the clock that ages are read from. */
    private final AtomicLong grown = new AtomicLong();

    /** Under this object's lock. */
    private long reserved;

    /**
     * @param limitBytes bound of the memory of all write buffers; passed by what is being written at the moment that it is met
     * @param reservation is told by how much the memory to set aside has changed
     */
    public WriteBufferBudget(long limitBytes, LongConsumer reservation) {
        this.limit = limitBytes;
        this.activeLimit = limitBytes / 3 * 2;
        this.reservation = reservation;
    }

    /** The bound. */
    public long limitBytes() {
        return limit;
    }

    /** Memory of all write buffers, those of trees that failed left out. */
    public long usedBytes() {
        return active.get() + sealed.get();
    }

    /** An account for a tree that is being opened; to be closed. */
    public Account open(Owner owner) {
        Account account = new Account(owner);
        accounts.add(account);
        return account;
    }

    private void askForRoom() {
        Account best = null;
        double bestScore = -1;
        long notAsked = 0;
        long now = grown.get();
        for (Account account : accounts) {
            if (account.asked) {
                // It may have been busy when it was asked, and idle since.
                account.owner.flushForOthers();
                continue;
            }
            long bytes = account.activeBytes;
            notAsked += bytes;
            double score = (double) bytes * (now - account.begun + 1);
            if (bytes > 0 && score > bestScore) {
                best = account;
                bestScore = score;
            }
        }
        if (best != null && notAsked > activeLimit) {
            best.asked = true;
            best.owner.flushForOthers();
        }
    }

    private void released() {
        adjustReservation();
        if (waiting.get() > 0) {
            accounts.forEach(account -> account.owner.memoryReleased());
        }
    }

    private synchronized void adjustReservation() {
        long next = Math.max(usedBytes(), reserved - reserved / DECAY);
        if (next != reserved) {
            reservation.accept(next - reserved);
            reserved = next;
        }
    }

    /** What one tree uses. The writer reports growth and sealing, whoever flushes the rest. */
    public final class Account implements AutoCloseable {
        private final Owner owner;

        /** Written by the tree's writer; read by whoever looks for a tree to ask. */
        private volatile long activeBytes;

        private volatile long begun;
        private volatile boolean asked;

        // Under this object's lock.
        private final ArrayDeque<Long> sealedBytes = new ArrayDeque<>();
        private boolean closed;

        private Account(Owner owner) {
            this.owner = owner;
        }

        /** The active memtable, with what belongs to it, has this size now. Called by the writer. */
        public void active(long bytes) {
            long before = activeBytes;
            if (bytes == before || !changeActive(bytes)) {
                return;
            }
            if (bytes < before) {
                released();
                return;
            }
            if (before == 0) {
                begun = grown.get();
            }
            grown.addAndGet(bytes - before);
            adjustReservation();
            if (active.get() > activeLimit) {
                askForRoom();
            }
        }

        private synchronized boolean changeActive(long bytes) {
            if (closed) {
                return false;
            }
            active.addAndGet(bytes - activeBytes);
            activeBytes = bytes;
            return true;
        }

        /** The active memtable waits for its flush from now on, and a new one has taken its place. Called by the writer. */
        public synchronized void sealed() {
            sealed(activeBytes);
        }

        /** So much of what counted with the active memtable waits for a flush of its own from now on. Called by the writer. */
        public synchronized void sealed(long bytes) {
            if (!closed) {
                long moved = Math.min(bytes, activeBytes);
                sealedBytes.add(moved);
                sealed.addAndGet(moved);
                changeActive(activeBytes - moved);
                asked = false;
            }
        }

        /** The oldest sealed memtable was flushed. */
        public void flushed() {
            synchronized (this) {
                Long bytes = sealedBytes.poll();
                if (bytes == null) {
                    return;
                }
                sealed.addAndGet(-bytes);
            }
            released();
        }

        /** Whether the active memtable should be sealed, for the sake of others. */
        public boolean isAsked() {
            return asked;
        }

        /** Whether a writer must wait: the limit is passed, and a flush that helps is under way. */
        public boolean mustWait() {
            return sealed.get() > 0 && usedBytes() > limit;
        }

        /** Between the two, {@link Owner#memoryReleased} is called when memory comes free. */
        public void beginWaiting() {
            waiting.incrementAndGet();
        }

        /** See {@link #beginWaiting}. */
        public void endWaiting() {
            waiting.decrementAndGet();
        }

        /**
         * Forgets what the tree uses: it is closed; or it has failed, takes no writes any more, and others must not wait for a flush
         * that never comes. Closing twice is harmless.
         */
        @Override
        public void close() {
            synchronized (this) {
                changeActive(0);
                sealedBytes.forEach(bytes -> sealed.addAndGet(-bytes));
                sealedBytes.clear();
                closed = true;
            }
            accounts.remove(this);
            released();
        }
    }
}
