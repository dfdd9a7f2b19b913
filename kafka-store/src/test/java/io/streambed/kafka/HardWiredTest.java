package io.streambed.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.kafka.testing.TestContext;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.QueryConfig;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.query.RangeQuery;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.TimestampedKeyValueStore;
import org.apache.kafka.streams.state.ValueAndTimestamp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where Kafka Streams names its own classes, as the README says; what has to do with an operator of the DSL is in {@link Operator}. */
class HardWiredTest {
    private static final RangeQuery<String, ValueAndTimestamp<String>> ALL = RangeQuery.withNoBounds();

    @TempDir
    Path directory;

    @Test
    void aRangeQueryOnAPlainStoreBehindATimestampedBuilderCastsToRocksDbsIterator() {
        TimestampedKeyValueStore<String, String> store = open(LsmStores.persistentKeyValueStore("plain"));
        ClassCastException e = assertThrows(
                ClassCastException.class, () -> store.query(ALL, PositionBound.unbounded(), new QueryConfig(false)));
        assertTrue(e.getMessage().contains("RocksDbIterator"), e.getMessage());
        store.close();
    }

    @Test
    void andTheTimestampedStoreAnswersIt() {
        TimestampedKeyValueStore<String, String> store = open(LsmStores.persistentTimestampedKeyValueStore("stamped"));
        QueryResult<KeyValueIterator<String, ValueAndTimestamp<String>>> result =
                store.query(ALL, PositionBound.unbounded(), new QueryConfig(false));
        assertTrue(result.isSuccess());
        try (KeyValueIterator<String, ValueAndTimestamp<String>> all = result.getResult()) {
            assertEquals("a", all.next().key);
        }
        store.close();
    }

    private TimestampedKeyValueStore<String, String> open(KeyValueBytesStoreSupplier supplier) {
        TestContext context = new TestContext(directory);
        TimestampedKeyValueStore<String, String> store =
                context.open(Stores.timestampedKeyValueStoreBuilder(supplier, Serdes.String(), Serdes.String())
                        .withLoggingDisabled()
                        .build());
        context.at("in", 0, 0);
        store.put("a", ValueAndTimestamp.make("1", 1));
        store.commit(Map.of());
        return store;
    }
}
