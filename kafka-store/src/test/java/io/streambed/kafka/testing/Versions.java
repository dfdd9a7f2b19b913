package io.streambed.kafka.testing;

import static io.streambed.kafka.testing.TestContext.bytes;
import static io.streambed.kafka.testing.TestContext.key;
import static io.streambed.kafka.testing.TestContext.text;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.query.MultiVersionedKeyQuery;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.QueryConfig;
import org.apache.kafka.streams.query.ResultOrder;
import org.apache.kafka.streams.query.VersionedKeyQuery;
import org.apache.kafka.streams.state.VersionedBytesStore;
import org.apache.kafka.streams.state.VersionedRecord;
import org.apache.kafka.streams.state.VersionedRecordIterator;

/** A versioned store under test in texts, for RocksDB's as well: a version is {@code value[from,to)}, the latest {@code value[from..}. */
public record Versions(VersionedBytesStore store) {
    /** Puts, and says until when it is valid. */
    public long put(String key, String value, long timestamp) {
        return store.put(key(key), value == null ? null : bytes(value), timestamp);
    }

    /** Deletes, and gives {@code value@timestamp} of what was valid then. */
    public String delete(String key, long timestamp) {
        return timestamped(store.delete(key(key), timestamp));
    }

    /** The latest version, asked for in all ways that there are. */
    public String get(String key) {
        return version(answer(VersionedKeyQuery.withKey(key(key))), timestamped(store.get(key(key))));
    }

    /** The version at a time. */
    public String get(String key, long asOf) {
        VersionedKeyQuery<Bytes, byte[]> query =
                VersionedKeyQuery.<Bytes, byte[]>withKey(key(key)).asOf(Instant.ofEpochMilli(asOf));
        return version(answer(query), timestamped(store.get(key(key), asOf)));
    }

    /** The versions valid at some time of two and between them. */
    public List<String> get(String key, long from, long to, ResultOrder order) {
        MultiVersionedKeyQuery<Bytes, byte[]> query = MultiVersionedKeyQuery.<Bytes, byte[]>withKey(key(key))
                .fromTime(Instant.ofEpochMilli(from))
                .toTime(Instant.ofEpochMilli(to));
        MultiVersionedKeyQuery<Bytes, byte[]> ordered = switch (order) {
            case ANY -> query;
            case ASCENDING -> query.withAscendingTimestamps();
            case DESCENDING -> query.withDescendingTimestamps();
        };
        List<String> versions = new ArrayList<>();
        try (VersionedRecordIterator<byte[]> found = store.query(
                        ordered, PositionBound.unbounded(), new QueryConfig(false))
                .getResult()) {
            found.forEachRemaining(version -> versions.add(version(version)));
        }
        return versions;
    }

    /** A record of a versioned store's changelog. */
    public static ConsumerRecord<byte[], byte[]> changelogRecord(String key, String value, long timestamp) {
        return new ConsumerRecord<>(
                "changelog",
                0,
                0L,
                timestamp,
                TimestampType.CREATE_TIME,
                0,
                0,
                bytes(key),
                value == null ? null : bytes(value),
                new RecordHeaders(),
                Optional.empty());
    }

    private VersionedRecord<byte[]> answer(VersionedKeyQuery<Bytes, byte[]> query) {
        return store.query(query, PositionBound.unbounded(), new QueryConfig(false))
                .getResult();
    }

    private static String version(VersionedRecord<byte[]> answer, String asBytes) {
        String fromQuery = answer == null ? null : text(answer.value()) + "@" + answer.timestamp();
        if (fromQuery == null ? asBytes != null : !fromQuery.equals(asBytes)) {
            throw new AssertionError("the query says " + fromQuery + ", the store " + asBytes);
        }
        return answer == null ? null : version(answer);
    }

    private static String version(VersionedRecord<byte[]> version) {
        return text(version.value()) + "[" + version.timestamp()
                + version.validTo().map(to -> "," + to + ")").orElse("..");
    }

    private static String timestamped(byte[] bytes) {
        return bytes == null
                ? null
                : new String(bytes, 8, bytes.length - 8, StandardCharsets.UTF_8) + "@"
                        + ByteBuffer.wrap(bytes).getLong();
    }
}
