package io.streambed.kafka.internal.store;

import java.time.Instant;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.query.Query;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.query.WindowKeyQuery;
import org.apache.kafka.streams.query.WindowRangeQuery;
import org.apache.kafka.streams.state.WindowStore;
import org.jspecify.annotations.Nullable;

/** Interactive queries on a window store: {@link WindowKeyQuery} and {@link WindowRangeQuery}, both with a first and a last start. */
final class WindowQueries {
    private WindowQueries() {}

    static @Nullable QueryResult<?> read(Query<?> query, WindowStore<Bytes, byte[]> store) {
        if (query instanceof WindowKeyQuery<?, ?> asked) {
            Instant from = asked.getTimeFrom().orElse(null);
            Instant to = asked.getTimeTo().orElse(null);
            return from == null || to == null
                    ? StoreQueries.unsupported(query, store, "it only supports closed-range queries.")
                    : QueryResult.forResult(store.fetch((Bytes) asked.getKey(), from, to));
        }
        if (query instanceof WindowRangeQuery<?, ?> asked) {
            Instant from = asked.getTimeFrom().orElse(null);
            Instant to = asked.getTimeTo().orElse(null);
            return from == null || to == null
                    ? StoreQueries.unsupported(
                            query, store, "WindowStores only supports WindowRangeQuery.withWindowStartRange.")
                    : QueryResult.forResult(store.fetchAll(from, to));
        }
        return null;
    }
}
