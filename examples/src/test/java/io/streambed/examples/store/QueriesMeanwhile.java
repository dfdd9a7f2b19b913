package io.streambed.examples.store;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.query.FailureReason;
import org.apache.kafka.streams.query.KeyQuery;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.query.RangeQuery;
import org.apache.kafka.streams.query.StateQueryRequest;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * A thread that queries a store of counts over and over, by both versions of interactive queries, while its tasks move, are restored and
 * closed. It may be refused for the reasons that Kafka names for that, and by nothing else; what it is told never gets less.
 */
final class QueriesMeanwhile implements AutoCloseable {
    /** What a query of the second version may be refused for while a task moves. */
    private static final Set<FailureReason> MOVING =
            EnumSet.of(FailureReason.NOT_PRESENT, FailureReason.NOT_ACTIVE, FailureReason.STORE_EXCEPTION);

    private final String store;
    private final CopyOnWriteArrayList<StreamsInstance> instances = new CopyOnWriteArrayList<>();
    private final ConcurrentSkipListMap<String, Long> greatest = new ConcurrentSkipListMap<>();
    private final AtomicLong answers = new AtomicLong();
    private final AtomicLong refusals = new AtomicLong();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Thread thread = new Thread(this::run, "queries-meanwhile");
    private volatile boolean ended;

    QueriesMeanwhile(String store) {
        this.store = store;
        thread.start();
    }

    /** Queries this instance from now on, also while it is being closed. */
    void ask(StreamsInstance instance) {
        instances.add(instance);
    }

    /** Queries that were answered. Fails if one failed. */
    long answers() {
        requireNoFailure();
        return answers.get();
    }

    /** Queries that were refused since a task was on the move. */
    long refusals() {
        return refusals.get();
    }

    /** The greatest count that any query was told of each key. */
    Map<String, Long> greatest() {
        return greatest;
    }

    /** Ends the thread; fails if a query did. As {@link #greatest}. */
    Map<String, Long> end() throws InterruptedException {
        close();
        requireNoFailure();
        return greatest;
    }

    @Override
    public void close() throws InterruptedException {
        ended = true;
        thread.join();
    }

    private void run() {
        try {
            for (int round = 0; !ended; round++) {
                for (StreamsInstance instance : instances) {
                    askUnlessClosed(instance, "k" + round % 40);
                }
                Thread.onSpinWait();
            }
        } catch (RuntimeException | AssertionError e) {
            failure.set(e);
        }
    }

    private void requireNoFailure() {
        if (failure.get() != null) {
            throw new AssertionError("a query failed in a way that nobody names", failure.get());
        }
    }

    private void askUnlessClosed(StreamsInstance instance, String key) {
        try {
            ask(instance, key);
        } catch (IllegalStateException e) {
            // What Streams says when the whole instance is being closed.
            if (instance.streams().state().isRunningOrRebalancing()) {
                throw e;
            }
            instances.remove(instance);
        }
    }

    private void ask(StreamsInstance instance, String key) {
        try {
            ReadOnlyKeyValueStore<String, Long> reading = instance.streams()
                    .store(StoreQueryParameters.fromNameAndType(store, QueryableStoreTypes.keyValueStore()));
            told(key, reading.get(key));
            try (KeyValueIterator<String, Long> all = reading.all()) {
                while (all.hasNext()) {
                    KeyValue<String, Long> entry = all.next();
                    told(entry.key, entry.value);
                }
            }
            answers.incrementAndGet();
        } catch (InvalidStateStoreException e) {
            refusals.incrementAndGet();
        }
        try {
            StateQueryRequest.InStore in = StateQueryRequest.inStore(store);
            for (QueryResult<Long> result : instance.streams()
                    .query(in.withQuery(KeyQuery.<String, Long>withKey(key)))
                    .getPartitionResults()
                    .values()) {
                if (isAnswer(result) && result.getResult() != null) {
                    told(key, result.getResult());
                }
            }
            for (QueryResult<KeyValueIterator<String, Long>> result : instance.streams()
                    .query(in.withQuery(RangeQuery.<String, Long>withNoBounds()))
                    .getPartitionResults()
                    .values()) {
                if (isAnswer(result)) {
                    try (KeyValueIterator<String, Long> all = result.getResult()) {
                        while (all.hasNext()) {
                            KeyValue<String, Long> entry = all.next();
                            told(entry.key, entry.value);
                        }
                    }
                }
            }
        } catch (InvalidStateStoreException e) {
            refusals.incrementAndGet();
        } catch (StreamsException e) {
            throw new AssertionError("a query of " + store + " failed", e);
        }
    }

    private boolean isAnswer(QueryResult<?> result) {
        if (result.isSuccess()) {
            answers.incrementAndGet();
            return true;
        }
        if (!MOVING.contains(result.getFailureReason())) {
            throw new AssertionError(result.getFailureReason() + ": " + result.getFailureMessage());
        }
        refusals.incrementAndGet();
        return false;
    }

    private void told(String key, Long count) {
        if (count != null) {
            greatest.merge(key, count, Math::max);
        }
    }
}
