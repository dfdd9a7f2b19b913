package io.streambed.examples.wordcount;

import io.streambed.examples.app.AppException;
import io.streambed.examples.app.Reasons;
import io.streambed.examples.broker.Cluster;
import io.streambed.lsm.LsmException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.apache.kafka.streams.query.FailureReason;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.query.RangeQuery;
import org.apache.kafka.streams.query.StateQueryRequest;
import org.apache.kafka.streams.query.StateQueryResult;
import org.apache.kafka.streams.state.KeyValueIterator;

/** The Streams application that counts, from its start to its end. */
final class Counting implements AutoCloseable {
    private static final int POLL_MILLIS = 50;

    private final Cluster cluster;
    private final Path state;
    private final KafkaStreams streams;
    private final CompletableFuture<Void> broken = new CompletableFuture<>();
    private final AtomicLong restored = new AtomicLong();

    Counting(Cluster cluster, Names names, Path state) {
        this.cluster = cluster;
        this.state = state;
        this.streams = new KafkaStreams(CountWords.topology(names), CountWords.settings(cluster, names, state));
        streams.setUncaughtExceptionHandler(failure -> {
            broken.completeExceptionally(failure);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        streams.setGlobalStateRestoreListener(new StateRestoreListener() {
            @Override
            public void onRestoreStart(TopicPartition partition, String store, long from, long to) {}

            @Override
            public void onBatchRestored(TopicPartition partition, String store, long offset, long records) {
                restored.addAndGet(records);
            }

            @Override
            public void onRestoreEnd(TopicPartition partition, String store, long records) {}
        });
    }

    /** Begins to count. */
    void start() {
        try {
            streams.start();
        } catch (RuntimeException e) {
            throw failure(e);
        }
    }

    /** Waits until all tasks run. */
    void awaitRunning() throws InterruptedException {
        Patience patience = new Patience();
        while (streams.state() != KafkaStreams.State.RUNNING) {
            pause(patience, restored.get(), "it does not get to run");
        }
    }

    /** What the application counts about itself; from any thread. */
    Figures figures() {
        return Figures.of(streams.metrics().values(), restored.get());
    }

    /** The words with the highest counts, read from the store by an interactive query. */
    TopWords top(int limit) throws InterruptedException {
        Patience patience = new Patience();
        while (true) {
            StateQueryResult<KeyValueIterator<String, Long>> result =
                    streams.query(StateQueryRequest.inStore(Names.STORE)
                            .withQuery(RangeQuery.<String, Long>withNoBounds())
                            .requireActive());
            Collection<QueryResult<KeyValueIterator<String, Long>>> partitions =
                    result.getPartitionResults().values();
            try {
                if (partitions.size() == CountWords.PARTITIONS
                        && partitions.stream().allMatch(QueryResult::isSuccess)) {
                    return top(limit, partitions);
                }
            } catch (ProcessorStateException e) {
                throw failure(e);
            } finally {
                partitions.stream()
                        .filter(QueryResult::isSuccess)
                        .forEach(partition -> partition.getResult().close());
            }
            String reasons = partitions.stream()
                    .filter(QueryResult::isFailure)
                    .map(QueryResult::getFailureMessage)
                    .collect(Collectors.joining("; "));
            if (partitions.stream().anyMatch(Counting::isBroken)) {
                throw new AppException("the counts cannot be read: " + reasons);
            }
            // A partition is on its way from one thread to another.
            pause(patience, 0, "the counts cannot be read: " + reasons);
        }
    }

    /**
     * Nothing, as long as the application works.
     *
     * @throws AppException if it has broken
     */
    void check() {
        cluster.check();
        if (broken.isCompletedExceptionally()) {
            try {
                broken.join();
            } catch (CompletionException e) {
                throw failure(Reasons.unwrap(e));
            }
        }
    }

    /**
     * Waits a moment between two looks, or less if the application breaks meanwhile.
     *
     * @param done a figure that grows as long as there is any progress
     * @param situation what is waited for, for the case that there is none
     */
    void pause(Patience patience, long done, String situation) throws InterruptedException {
        check();
        if (patience.isOver(done)) {
            throw new AppException("counting has not moved for " + Patience.LIMIT.toSeconds() + " seconds: " + situation
                    + "; Streams is " + streams.state());
        }
        try {
            broken.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            check();
        }
    }

    @Override
    public void close() {
        // Leaving the group spares the next run the wait until this one's session has run out.
        streams.close(CloseOptions.timeout(Duration.ofSeconds(30))
                .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    }

    private static boolean isBroken(QueryResult<?> partition) {
        return partition.isFailure() && partition.getFailureReason() == FailureReason.STORE_EXCEPTION;
    }

    private static TopWords top(int limit, Collection<QueryResult<KeyValueIterator<String, Long>>> partitions) {
        TopWords top = new TopWords(limit);
        for (QueryResult<KeyValueIterator<String, Long>> partition : partitions) {
            partition.getResult().forEachRemaining(entry -> top.add(entry.key, entry.value));
        }
        return top;
    }

    private AppException failure(Throwable cause) {
        LsmException engine = Reasons.find(cause, LsmException.class);
        if (engine != null && engine.kind() == LsmException.Kind.CORRUPTION) {
            return new AppException(
                    "the store is damaged: " + Reasons.line(engine) + "; delete " + state
                            + ", and the next run restores the store from Kafka",
                    cause);
        }
        // A store's exceptions say what is the matter and where; what led to them says only the first.
        ProcessorStateException store = Reasons.find(cause, ProcessorStateException.class);
        return new AppException(
                "counting failed: " + (store == null ? Reasons.innermost(cause) : Reasons.line(store)), cause);
    }
}
