package io.streambed.examples.wordcount;

import io.streambed.examples.app.AppException;
import io.streambed.examples.broker.Cluster;
import io.streambed.examples.streams.Patience;
import io.streambed.examples.streams.RunningStreams;
import java.nio.file.Path;
import java.util.Collection;
import java.util.stream.Collectors;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.query.FailureReason;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.query.RangeQuery;
import org.apache.kafka.streams.query.StateQueryRequest;
import org.apache.kafka.streams.query.StateQueryResult;
import org.apache.kafka.streams.state.KeyValueIterator;

/** The Streams application that counts, from its start to its end. */
final class Counting implements AutoCloseable {
    private final RunningStreams running;

    Counting(Cluster cluster, Names names, Path state) {
        this.running = new RunningStreams(
                "counting", cluster, CountWords.topology(names), CountWords.settings(cluster, names, state));
    }

    /** The application as it runs. */
    RunningStreams running() {
        return running;
    }

    /** The words with the highest counts, read from the store by an interactive query. */
    TopWords top(int limit) throws InterruptedException {
        Patience patience = new Patience();
        while (true) {
            StateQueryResult<KeyValueIterator<String, Long>> result = running.streams()
                    .query(StateQueryRequest.inStore(Names.STORE)
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
                throw running.failure(e);
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
            running.pause(patience, 0, "the counts cannot be read: " + reasons);
        }
    }

    @Override
    public void close() {
        running.close();
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
}
