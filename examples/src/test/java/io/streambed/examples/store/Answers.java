package io.streambed.examples.store;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.Query;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.query.StateQueryRequest;
import org.apache.kafka.streams.query.StateQueryResult;

/** What the stores of an application answer to interactive queries of version 2, in words that can be compared with those of other stores. */
final class Answers {
    private Answers() {}

    /** The answer of each partition: results in their order, positions, execution info, and failures word for word. */
    static <R> List<String> of(StreamsInstance instance, String store, Query<R> query, PositionBound bound) {
        StateQueryResult<R> result;
        try {
            result = instance.streams()
                    .query(StateQueryRequest.inStore(store)
                            .withQuery(query)
                            .withPositionBound(bound)
                            .enableExecutionInfo());
        } catch (RuntimeException e) {
            return List.of(withoutStore(e.toString()));
        }
        List<String> said = new ArrayList<>();
        new TreeMap<>(result.getPartitionResults())
                .forEach((partition, each) -> said.add(partition + ": " + text(each)));
        said.add("global: " + (result.getGlobalResult() == null ? "none" : text(result.getGlobalResult())));
        return said;
    }

    /** Waits until every partition of a store has taken in what was written, asking for it by a query that it answers. */
    static <R> void await(StreamsInstance instance, String store, Query<R> query, Position end) {
        int partitions = end.getTopics().stream()
                .mapToInt(topic -> end.getPartitionPositions(topic).size())
                .max()
                .orElseThrow();
        StateQueryRequest<R> request =
                StateQueryRequest.inStore(store).withQuery(query).withPositionBound(PositionBound.at(end));
        instance.await(
                () -> {
                    Map<Integer, QueryResult<R>> results =
                            instance.streams().query(request).getPartitionResults();
                    boolean reached = results.size() == partitions
                            && results.values().stream().allMatch(QueryResult::isSuccess);
                    results.values().stream().filter(QueryResult::isSuccess).forEach(each -> text(each.getResult()));
                    return reached;
                },
                "to take in everything in " + store,
                () -> of(instance, store, query, PositionBound.unbounded()));
    }

    /** None, one that is reached, one that is not, and one of a topic that the store never saw. */
    static List<PositionBound> bounds(Position end) {
        Position ahead = Position.emptyPosition();
        for (String topic : end.getTopics()) {
            end.getPartitionPositions(topic)
                    .forEach((partition, offset) -> ahead.withComponent(topic, partition, offset + 1_000_000));
        }
        return List.of(
                PositionBound.unbounded(),
                PositionBound.at(end),
                PositionBound.at(ahead),
                PositionBound.at(Position.fromMap(Map.of("elsewhere", Map.of(0, 1L)))));
    }

    /** A value, or all that an iterator gives, which is closed then. */
    static String text(Object result) {
        if (!(result instanceof Iterator<?> iterator)) {
            return String.valueOf(result);
        }
        List<String> entries = new ArrayList<>();
        iterator.forEachRemaining(entry -> entries.add(String.valueOf(entry)));
        if (result instanceof Closeable open) {
            try {
                open.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return entries.toString();
    }

    /** All of a result, but for the name of the store's class, how long it took, and what Streams says of its own layer for headers. */
    private static String text(QueryResult<?> result) {
        StringBuilder text = new StringBuilder();
        if (result.isSuccess()) {
            text.append(text(result.getResult()));
        } else {
            text.append(result.getFailureReason()).append(' ').append(withoutStore(result.getFailureMessage()));
        }
        text.append(" at ").append(result.getPosition());
        result.getExecutionInfo()
                .forEach(info -> text.append('\n')
                        .append(withoutStore(info)
                                .replace(" with conversion to ValueAndTimestamp", "")
                                .replaceAll("@[0-9a-f]+", "@")
                                .replace(" with serdes org.apache.kafka.streams.state.StateSerdes@", "")
                                .replaceAll("in \\d+ns", "in ns")));
        return text.toString();
    }

    private static String withoutStore(String message) {
        return message.replaceAll(
                        "(io\\.streambed\\.kafka\\.internal\\.store\\.Lsm|org\\.apache\\.kafka\\.streams\\.state\\.internals\\.RocksDB)[\\w$]+",
                        "STORE")
                .replace("WithHeaders", "");
    }
}
