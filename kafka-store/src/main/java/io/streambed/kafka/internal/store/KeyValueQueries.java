package io.streambed.kafka.internal.store;

import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.query.KeyQuery;
import org.apache.kafka.streams.query.Query;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.query.RangeQuery;
import org.apache.kafka.streams.query.ResultOrder;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Interactive queries on a key-value store: {@link KeyQuery} and {@link RangeQuery}; the typed ones above them (timestamped and so on)
 * reach us as these two.
 */
final class KeyValueQueries {
    private KeyValueQueries() {}

    @SuppressWarnings("unchecked") // A range query below a typed store is one of bytes.
    static @Nullable QueryResult<?> read(Query<?> query, KeyValueStore<Bytes, byte[]> store) {
        if (query instanceof KeyQuery<?, ?> keyQuery) {
            return QueryResult.forResult(store.get((Bytes) keyQuery.getKey()));
        }
        if (query instanceof RangeQuery<?, ?>) {
            RangeQuery<Bytes, byte[]> range = (RangeQuery<Bytes, byte[]>) query;
            Bytes lower = range.getLowerBound().orElse(null);
            Bytes upper = range.getUpperBound().orElse(null);
            return QueryResult.forResult(
                    range.resultOrder() == ResultOrder.DESCENDING
                            ? store.reverseRange(lower, upper)
                            : store.range(lower, upper));
        }
        return null;
    }
}
