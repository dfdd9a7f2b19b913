package io.streambed.kafka.internal.store;

import io.streambed.kafka.internal.engine.StoreEngine;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.Set;
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
import org.apache.kafka.streams.query.VersionedKeyQuery;
import org.apache.kafka.streams.query.WindowKeyQuery;
import org.apache.kafka.streams.query.WindowRangeQuery;
import org.jspecify.annotations.Nullable;

/**
 * Interactive queries (version 2): what all kinds of store have in common, around the {@link Reader} of each. Failures carry the reasons
 * and words that Streams' own stores give.
 *
 * <p>Run by any thread, without a lock. The position is read first and the entries afterwards, so an answer is at least as new as
 * the position beside it (see {@link io.streambed.kafka.internal.engine.OpenTree}).
 */
final class StoreQueries {
    /** What some store of Streams answers. Streams asks these for their bound first and finds out afterwards that the kind is wrong. */
    private static final Set<Class<?>> KNOWN = Set.of(
            KeyQuery.class,
            RangeQuery.class,
            WindowKeyQuery.class,
            WindowRangeQuery.class,
            VersionedKeyQuery.class,
            MultiVersionedKeyQuery.class);

    /** Reads what a query asks for. */
    @FunctionalInterface
    interface Reader {
        /** The answer without position and explanation, or {@code null} if this kind of store answers no such query. */
        @Nullable
        QueryResult<?> read(Query<?> query);
    }

    private StoreQueries() {}

    static <R> QueryResult<R> answer(
            Query<R> query,
            PositionBound bound,
            QueryConfig config,
            StateStore store,
            StoreEngine engine,
            Reader reader) {
        long start = System.nanoTime();
        Position position = engine.position().copy();
        QueryResult<R> result = answer(query, bound, store, position, engine.partition(), reader);
        if (config.isCollectExecutionInfo()) {
            result.addExecutionInfo("Handled in " + store.getClass() + " in " + (System.nanoTime() - start) + "ns");
        }
        result.setPosition(position);
        return result;
    }

    /** The types of query and result belong together by Streams' contract: the store below a typed one is asked in bytes. */
    @SuppressWarnings("unchecked")
    private static <R> QueryResult<R> answer(
            Query<R> query,
            PositionBound bound,
            StateStore store,
            Position position,
            @Nullable Integer partition,
            Reader reader) {
        boolean known = KNOWN.contains(query.getClass());
        if (known && (partition == null || !isUpTo(bound.position(), position, partition))) {
            return QueryResult.notUpToBound(position, bound, partition);
        }
        QueryResult<?> found;
        try {
            found = reader.read(query);
        } catch (RuntimeException e) {
            found = QueryResult.forFailure(FailureReason.STORE_EXCEPTION, describe(e, store, query));
        }
        return found == null ? QueryResult.forUnknownQueryType(query, store) : (QueryResult<R>) found;
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

    /**
     * The refusal of a query whose kind the store knows, but not in this form.
     *
     * @param because what goes on behind "because", word for word as Streams has it
     */
    static QueryResult<?> unsupported(Query<?> query, StateStore store, String because) {
        return QueryResult.forFailure(
                FailureReason.UNKNOWN_QUERY_TYPE,
                "This store (" + store.getClass() + ") doesn't know how to execute the given query (" + query
                        + ") because " + because
                        + " Contact the store maintainer if you need support for a new query type.");
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
