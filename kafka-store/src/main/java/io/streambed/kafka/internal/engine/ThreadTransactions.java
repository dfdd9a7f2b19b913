package io.streambed.kafka.internal.engine;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which stores a transaction has written to. Under exactly-once a stream thread has one producer and one transaction at a time, for
 * all of its tasks; and it is the thread that opens the stores of its tasks, also those of a standby task that may become active in the
 * same thread. So the thread is what producer and stores have in common, without a word about it in Streams' public API.
 *
 * <pre>
 *  stream thread 1   producer ── transaction ──┬── stores of task 0_0
 *                                              └── stores of task 0_3
 *  stream thread 2   producer ── transaction ───── stores of task 0_1
 *  other threads     no producer: the store of a global table; stores that are opened for a moment when the application starts
 * </pre>
 *
 * <p>Safe for use by several threads. Stores are called without a lock held.
 */
public final class ThreadTransactions {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadTransactions.class);

    // Under this object's lock, as all that is in it. Invariant: a thread is in it while it has an open store or
    // producer.
    private final Map<Thread, Transaction> ofThreads = new HashMap<>();

    /** A thread's transaction and stores; under the lock of {@link ThreadTransactions}. */
    private static final class Transaction {
        private final Set<StoreEngine> stores = new LinkedHashSet<>();
        private int users;

        /** Whether the thread's producer has begun a transaction that has not ended. */
        private boolean open;
    }

    ThreadTransactions() {}

    /** Those of this process. */
    public static ThreadTransactions process() {
        return SharedRuntime.process().transactions();
    }

    /** The part of a producer that the calling thread uses. To be closed. */
    public synchronized Share join() {
        return new Share(Thread.currentThread(), null);
    }

    /** The part of a store that the calling thread opens. To be closed. */
    synchronized Share join(StoreEngine store) {
        return new Share(Thread.currentThread(), store);
    }

    /** Threads that have an open store or producer. */
    synchronized int threads() {
        return ofThreads.size();
    }

    /** What a store or a producer has to do with the transactions of its thread. */
    public final class Share implements AutoCloseable {
        private final Thread thread;
        private final @Nullable StoreEngine store;
        private final Transaction transaction;
        private boolean closed;

        private Share(Thread thread, @Nullable StoreEngine store) {
            this.thread = thread;
            this.store = store;
            this.transaction = ofThreads.computeIfAbsent(thread, unknown -> new Transaction());
            transaction.users++;
            if (store != null) {
                transaction.stores.add(store);
            }
        }

        /** The producer has begun a transaction. */
        public void begun() {
            setOpen(true);
        }

        /**
         * The producer's transaction was committed: commits the stores that it has written to. A store that fails is read-only from then
         * on, so the failure comes out at its next write; the transaction is committed whatever happens here.
         *
         * @param acknowledged offset of the last record of each partition that the transaction's commit covers
         */
        public void committed(Map<TopicPartition, Long> acknowledged) {
            setOpen(false);
            for (StoreEngine written : stores()) {
                try {
                    written.transactionCommitted(acknowledged);
                } catch (RuntimeException e) {
                    LOG.error(
                            "Store {} could not commit with its transaction; it stays at its last commit",
                            written.storeName(),
                            e);
                }
            }
        }

        /** The producer's transaction will not be committed. Harmless if there is none. */
        public void aborted() {
            if (isOpen()) {
                stores().forEach(StoreEngine::transactionAborted);
                setOpen(false);
            }
        }

        /** Whether a transaction has begun and not ended. */
        boolean isOpen() {
            synchronized (ThreadTransactions.this) {
                return transaction.open;
            }
        }

        /** Whether the thread has a producer that tells of its transactions. */
        boolean isOfProducer() {
            synchronized (ThreadTransactions.this) {
                return transaction.users > transaction.stores.size();
            }
        }

        /** Closing twice is harmless. */
        @Override
        public void close() {
            synchronized (ThreadTransactions.this) {
                if (closed) {
                    return;
                }
                closed = true;
                if (store != null) {
                    transaction.stores.remove(store);
                }
                if (--transaction.users == 0) {
                    ofThreads.remove(thread);
                }
            }
        }

        private void setOpen(boolean open) {
            synchronized (ThreadTransactions.this) {
                transaction.open = open;
            }
        }

        private List<StoreEngine> stores() {
            synchronized (ThreadTransactions.this) {
                return List.copyOf(transaction.stores);
            }
        }
    }
}
