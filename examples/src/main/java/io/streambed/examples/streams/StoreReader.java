package io.streambed.examples.streams;

import io.streambed.examples.app.AppException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.query.FailureReason;
import org.apache.kafka.streams.query.Query;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.query.StateQueryRequest;
import org.apache.kafka.streams.state.KeyValueIterator;

/** Reads stores by interactive queries, all partitions of them, wherever in this process they are. */
public final class StoreReader {
    private final String what;
    private final Application application;
    private final int partitions;

    /**
     * For the stores of an application.
     *
     * @param what what is in them, for messages: "counts"
     * @param partitions how many partitions each of them has
     */
    public StoreReader(String what, Application application, int partitions) {
        this.what = what;
        this.application = application;
        this.partitions = partitions;
    }

    /**
     * Asks all partitions of a store, and gives {@code each} their answers entry by entry, partition by partition.
     *
     * @throws AppException if the store cannot be read
     */
    public <K, V> void read(String store, Query<KeyValueIterator<K, V>> query, BiConsumer<? super K, ? super V> each)
            throws InterruptedException {
        Patience patience = new Patience();
        while (true) {
            // Entries are of use only when all partitions have answered: nobody is to see some of them twice.
            Answers<K, V> answers = new Answers<>();
            try {
                for (KafkaStreams instance : application.instances()) {
                    answers.add(instance.query(StateQueryRequest.inStore(store)
                                    .withQuery(query)
                                    .requireActive())
                            .getPartitionResults());
                }
                if (answers.given.size() == partitions) {
                    answers.given
                            .values()
                            .forEach(given -> given.forEachRemaining(entry -> each.accept(entry.key, entry.value)));
                    return;
                }
            } catch (ProcessorStateException e) {
                throw application.failure(e);
            } finally {
                answers.close();
            }
            String reasons = answers.refusals.stream()
                    .map(QueryResult::getFailureMessage)
                    .distinct()
                    .collect(Collectors.joining("; "));
            if (answers.refusals.stream().anyMatch(StoreReader::isLasting)) {
                throw new AppException("the " + what + " cannot be read: " + reasons);
            }
            // A partition is on its way from one thread to another.
            application.pause(patience, 0, "the " + what + " cannot be read: " + reasons);
        }
    }

    private static boolean isLasting(QueryResult<?> refusal) {
        return refusal.getFailureReason() == FailureReason.STORE_EXCEPTION
                || refusal.getFailureReason() == FailureReason.UNKNOWN_QUERY_TYPE;
    }

    /** What the partitions answer to one query. */
    private static final class Answers<K, V> implements AutoCloseable {
        private final Map<Integer, KeyValueIterator<K, V>> given = new TreeMap<>();
        private final List<KeyValueIterator<K, V>> all = new ArrayList<>();
        private final List<QueryResult<?>> refusals = new ArrayList<>();

        void add(Map<Integer, QueryResult<KeyValueIterator<K, V>>> results) {
            results.forEach((partition, result) -> {
                if (result.isSuccess()) {
                    all.add(result.getResult());
                    given.put(partition, result.getResult());
                } else {
                    refusals.add(result);
                }
            });
        }

        @Override
        public void close() {
            all.forEach(KeyValueIterator::close);
        }
    }
}
