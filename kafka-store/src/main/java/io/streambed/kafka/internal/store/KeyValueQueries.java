package io.streambed.kafka.internal.store;

import io.streambed.kafka.internal.engine.StoreEngine;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.query.FailureReason;
import org.apache.kafka.streams.query.KeyQuery;
import org.apache.kafka.streams.query.MultiVersionedKeyQuery;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.Query;
import org.apache.kafka.streams.query.QueryConfig;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.query.RangeQuery;
import org.apache.kafka.streams.query.ResultOrder;
import org.apache.kafka.streams.query.VersionedKeyQuery;
import org.apache.kafka.streams.query.WindowKeyQuery;
import org.apache.kafka.streams.query.WindowRangeQuery;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Interactive queries (version 2) on a key-value store: {@link KeyQuery} and {@link RangeQuery}; the typed ones above them (timestamped
 * and so on) reach us as these two. Failures carry the reasons and words that Streams' own stores give.
 *
 * <p>Run by any thread, without a lock. The position is read first and the entries afterwards, so an answer is at least as new as
 * the position beside it (see {@link io.streambed.kafka.internal.engine.OpenTree}).
 */
final class KeyValueQueries {
    /** What some store of Streams answers. Streams asks these for their bound first and finds out afterwards that the kind is wrong. */
    private static final Set<Class<?>> KNOWN = Set.of(
            KeyQuery.class,
            RangeQuery.class,
            WindowKeyQuery.class,
            WindowRangeQuery.class,
            VersionedKeyQuery.class,
            MultiVersionedKeyQuery.class);

    private KeyValueQueries() {}

    static <R> QueryResult<R> answer(
            Query<R> query,
            PositionBound bound,
            QueryConfig config,
            KeyValueStore<Bytes, byte[]> store,
            StoreEngine engine) {
        long start = System.nanoTime();
        Position position = engine.position().copy();
        QueryResult<R> result = answer(query, bound, store, position, engine.partition());
        if (config.isCollectExecutionInfo()) {
            result.addExecutionInfo("Handled in " + store.getClass() + " in " + (System.nanoTime() - start) + "ns");
        }
        result.setPosition(position);
        return result;
    }

    private static <R> QueryResult<R> answer(
            Query<R> query,
            PositionBound bound,
            KeyValueStore<Bytes, byte[]> store,
            Position position,
            @Nullable Integer partition) {
        boolean known = KNOWN.contains(query.getClass());
        if (known && (partition == null || !isUpTo(bound.position(), position, partition))) {
            return QueryResult.notUpToBound(position, bound, partition);
        }
        if (!(query instanceof KeyQuery<?, ?>) && !(query instanceof RangeQuery<?, ?>)) {
            return QueryResult.forUnknownQueryType(query, store);
        }
        try {
            return QueryResult.forResult(read(query, store));
        } catch (RuntimeException e) {
            return QueryResult.forFailure(FailureReason.STORE_EXCEPTION, describe(e, store, query));
        }
    }

    /** The types of query and result belong together by Streams' contract: the store below a typed one is asked in bytes. */
    @SuppressWarnings("unchecked")
    private static <R> R read(Query<R> query, KeyValueStore<Bytes, byte[]> store) {
        if (query instanceof KeyQuery<?, ?> keyQuery) {
            return (R) store.get((Bytes) keyQuery.getKey());
        }
        RangeQuery<Bytes, byte[]> range = (RangeQuery<Bytes, byte[]>) query;
        Bytes lower = range.getLowerBound().orElse(null);
        Bytes upper = range.getUpperBound().orElse(null);
        KeyValueIterator<Bytes, byte[]> entries = range.resultOrder() == ResultOrder.DESCENDING
                ? store.reverseRange(lower, upper)
                : store.range(lower, upper);
        return (R) entries;
    }

    /** Whether {@code position} has reached {@code bound} where that says anything about {@code partition}. */
    private static boolean isUpTo(Position bound, Position position, int partition) {
        for (String topic : bound.getTopics()) {
            Long asked = bound.getPartitionPositions(topic).get(partition);
            if (asked != null) {
                Map<Integer, Long> seen = position.getPartitionPositions(topic);
                if (seen.getOrDefault(partition, Long.MIN_VALUE) < asked) {
                    return false;
                }
            }
        }
        return true;
    }

    private static String describe(RuntimeException failure, StateStore store, Query<?> query) {
        StringWriter text = new StringWriter();
        PrintWriter lines = new PrintWriter(text);
        lines.println(store.getClass() + " failed to handle query " + query + ":");
        failure.printStackTrace(lines);
        lines.flush();
        return text.toString();
    }
}
