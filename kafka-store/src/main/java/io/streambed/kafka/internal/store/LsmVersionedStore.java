package io.streambed.kafka.internal.store;

import static io.streambed.kafka.internal.layout.VersionLayout.LATEST;

import io.streambed.kafka.internal.engine.ChangelogApplier;
import io.streambed.kafka.internal.engine.EntryIterator;
import io.streambed.kafka.internal.engine.EntryTimes;
import io.streambed.kafka.internal.engine.OpenTree;
import io.streambed.kafka.internal.engine.StoreEngine;
import io.streambed.kafka.internal.engine.StoreFormat;
import io.streambed.kafka.internal.engine.StoreSettings;
import io.streambed.kafka.internal.engine.StreamTime;
import io.streambed.kafka.internal.layout.VersionLayout;
import io.streambed.lsm.Direction;
import io.streambed.lsm.KeyRange;
import io.streambed.lsm.WriteBatch;
import io.streambed.lsm.bytes.Slice;
import java.time.Instant;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.MultiVersionedKeyQuery;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.Query;
import org.apache.kafka.streams.query.QueryConfig;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.query.ResultOrder;
import org.apache.kafka.streams.query.VersionedKeyQuery;
import org.apache.kafka.streams.state.VersionedKeyValueStore;
import org.apache.kafka.streams.state.VersionedRecord;
import org.apache.kafka.streams.state.VersionedRecordIterator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Versioned store: one entry for each version of a key, as {@link VersionLayout} draws them.
 *
 * <p>A put as the latest version writes two entries in one batch, the new version and the one before it under the end that it now has; any
 * other put reads its neighbour, and writes one or two. A version is needed until its end lies farther back than the history goes; then
 * it expires by itself. As in Streams' own store, history ends where a segment of it begins, so that it is up to one segment longer than
 * asked for, and it is as well the time by which records may be late.
 *
 * <p>Written by one thread at a time, read by any beside it.
 */
final class LsmVersionedStore implements VersionedKeyValueStore<Bytes, byte[]>, StoreOnEngine {
    private static final Logger LOG = LoggerFactory.getLogger(LsmVersionedStore.class);

    /** Before every end: a version begins before it ends. */
    private static final long EVER = Long.MIN_VALUE + 1;

    private final long historyRetention;
    private final long segmentInterval;
    private final StoreEngine engine;
    private final StreamTime streamTime;

    LsmVersionedStore(String name, long historyRetention, long segmentInterval, StoreSettings.Source settings) {
        this.historyRetention = historyRetention;
        this.segmentInterval = segmentInterval;
        this.engine = new StoreEngine(
                name,
                StoreFormat.VERSIONED,
                EntryTimes.ofRetention((key, value, now) -> VersionLayout.validTo(key) < beginOfHistory(now)),
                settings);
        this.streamTime = engine.streamTime();
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        engine.open(context, root, new Restoration());
    }

    @Override
    public long put(Bytes key, byte @Nullable [] value, long timestamp) {
        Objects.requireNonNull(key, "key cannot be null");
        OpenTree tree = engine.tree();
        if (isTooLate(timestamp)) {
            drop(tree);
            LOG.warn("Skipping record for expired put.");
            return PUT_RETURN_CODE_NOT_PUT;
        }
        streamTime.observe(timestamp);
        WriteBatch batch = new WriteBatch();
        long validTo = put(tree, batch, key.get(), value, timestamp);
        tree.write(batch);
        return validTo;
    }

    @Override
    public @Nullable VersionedRecord<byte[]> delete(Bytes key, long timestamp) {
        Objects.requireNonNull(key, "key cannot be null");
        OpenTree tree = engine.tree();
        if (isTooLate(timestamp)) {
            drop(tree);
            LOG.warn("Skipping record for expired delete.");
            return null;
        }
        VersionedRecord<byte[]> present = get(key, timestamp);
        streamTime.observe(timestamp);
        WriteBatch batch = new WriteBatch();
        put(tree, batch, key.get(), null, timestamp);
        tree.write(batch);
        return present;
    }

    @Override
    public @Nullable VersionedRecord<byte[]> get(Bytes key) {
        Objects.requireNonNull(key, "key cannot be null");
        return latest(engine.tree(), key, Long.MAX_VALUE);
    }

    @Override
    public @Nullable VersionedRecord<byte[]> get(Bytes key, long asOf) {
        Objects.requireNonNull(key, "key cannot be null");
        OpenTree tree = engine.tree();
        // Before the version is looked up: a version that expires meanwhile is not found, and is not mistaken for
        // another one.
        boolean isHistory = asOf >= streamTime.millis() - historyRetention;
        // Most ask for about now. The latest version is a point read, which filters spare the tables that do not have
        // it.
        VersionedRecord<byte[]> latest = latest(tree, key, asOf);
        if (latest != null) {
            return latest;
        }
        if (!isHistory) {
            LOG.warn("Returning null for expired get.");
            return null;
        }
        try (EntryIterator versions = tree.iterate(validAfter(key.get(), asOf), Direction.FORWARD)) {
            return versions.next() && VersionLayout.validFrom(versions.value()) <= asOf ? recordOf(versions) : null;
        }
    }

    /**
     * The versions that are valid at some time from {@code from} to {@code to}, both inclusive, by the time that they begin at. If {@code
     * to} is before the history, the latest version only, if it is valid then.
     */
    VersionedRecordIterator<byte[]> get(Bytes key, long from, long to, ResultOrder order) {
        OpenTree tree = engine.tree();
        long now = streamTime.millis();
        // What has expired is passed over in any case, but it need not be walked.
        long begin = to < now - historyRetention ? LATEST - 1 : Math.max(from, beginOfHistory(now) - 1);
        Direction direction = order == ResultOrder.ASCENDING ? Direction.FORWARD : Direction.REVERSE;
        return new VersionEntries(tree.iterate(validAfter(key.get(), begin), direction), to, direction);
    }

    @Override
    public <R> QueryResult<R> query(Query<R> query, PositionBound positionBound, QueryConfig config) {
        return StoreQueries.answer(query, positionBound, config, this, engine, this::read);
    }

    @Override
    public StoreEngine engine() {
        return engine;
    }

    /** The version or tombstone in an entry; {@code null} for a tombstone. */
    static @Nullable VersionedRecord<byte[]> recordOf(EntryIterator versions) {
        Slice entry = versions.value();
        if (VersionLayout.isTombstone(entry)) {
            return null;
        }
        long validTo = VersionLayout.validTo(versions.key());
        byte[] value = VersionLayout.value(entry);
        long validFrom = VersionLayout.validFrom(entry);
        return validTo == LATEST
                ? new VersionedRecord<>(value, validFrom)
                : new VersionedRecord<>(value, validFrom, validTo);
    }

    /** What a put does, be it a record in process or one of the changelog: adds its writes to {@code batch}; gives what put gives. */
    private static long put(OpenTree tree, WriteBatch batch, byte[] userKey, byte @Nullable [] value, long timestamp) {
        byte[] latestKey = VersionLayout.key(userKey, LATEST);
        byte[] latest = tree.get(latestKey);
        if (latest == null || VersionLayout.validFrom(latest) > timestamp) {
            return putBetween(tree, batch, userKey, value, timestamp);
        }
        if (VersionLayout.validFrom(latest) < timestamp) {
            batch.put(VersionLayout.withValidTo(latestKey, timestamp), latest);
        }
        if (value == null) {
            // A tombstone at the very time of the version that it takes away leaves no mark, here as in Streams' own
            // store: a topology must
            // not change its output by changing its store.
            batch.delete(latestKey);
        } else {
            batch.put(latestKey, VersionLayout.version(timestamp, value));
        }
        return PUT_RETURN_CODE_VALID_TO_UNDEFINED;
    }

    /** A put that does not follow upon a latest version: into the history, in front of it, or where there is none. */
    private static long putBetween(
            OpenTree tree, WriteBatch batch, byte[] userKey, byte @Nullable [] value, long timestamp) {
        byte[] entry = value == null ? VersionLayout.tombstone(timestamp) : VersionLayout.version(timestamp, value);
        KeyRange endingThenOrLater =
                KeyRange.closed(VersionLayout.key(userKey, timestamp), VersionLayout.key(userKey, LATEST));
        try (EntryIterator versions = tree.iterate(endingThenOrLater, Direction.FORWARD)) {
            boolean found = versions.next();
            boolean oneEndsThen = found && VersionLayout.validTo(versions.key()) == timestamp;
            if (oneEndsThen) {
                found = versions.next();
            }
            if (!found) {
                if (value != null) {
                    batch.put(VersionLayout.key(userKey, LATEST), entry);
                } else if (!oneEndsThen) {
                    batch.put(VersionLayout.key(userKey, timestamp), entry);
                }
                return PUT_RETURN_CODE_VALID_TO_UNDEFINED;
            }
            long validFrom = VersionLayout.validFrom(versions.value());
            if (validFrom > timestamp) {
                batch.put(VersionLayout.key(userKey, validFrom), entry);
                return validFrom;
            }
            byte[] key = versions.key().toByteArray();
            if (validFrom < timestamp) {
                batch.put(
                        VersionLayout.withValidTo(key, timestamp),
                        versions.value().toByteArray());
            }
            batch.put(key, entry);
            return VersionLayout.validTo(versions.key());
        }
    }

    private static @Nullable VersionedRecord<byte[]> latest(OpenTree tree, Bytes key, long asOf) {
        byte[] latest = tree.get(VersionLayout.key(key.get(), LATEST));
        if (latest == null) {
            return null;
        }
        long validFrom = VersionLayout.validFrom(latest);
        return validFrom <= asOf ? new VersionedRecord<>(VersionLayout.value(latest), validFrom) : null;
    }

    /** The versions of a key that are valid to more than {@code time}; the latest one always. */
    private static KeyRange validAfter(byte[] userKey, long time) {
        long first = time == Long.MAX_VALUE ? LATEST : time + 1;
        return KeyRange.closed(VersionLayout.key(userKey, first), VersionLayout.key(userKey, LATEST));
    }

    private void drop(OpenTree tree) {
        engine.recordDropped();
        tree.skip();
    }

    private boolean isTooLate(long timestamp) {
        return timestamp < streamTime.millis() - historyRetention;
    }

    /** Versions that end before this have expired. */
    private long beginOfHistory(long now) {
        long begin = now - historyRetention;
        return begin <= 0 ? EVER : begin - begin % segmentInterval;
    }

    private @Nullable QueryResult<?> read(Query<?> query) {
        if (query instanceof VersionedKeyQuery<?, ?> single) {
            Bytes key = (Bytes) single.key();
            Instant asOf = single.asOfTimestamp().orElse(null);
            return QueryResult.forResult(asOf == null ? get(key) : get(key, asOf.toEpochMilli()));
        }
        if (query instanceof MultiVersionedKeyQuery<?, ?> many) {
            return QueryResult.forResult(get(
                    (Bytes) many.key(),
                    many.fromTime().map(Instant::toEpochMilli).orElse(Long.MIN_VALUE),
                    many.toTime().map(Instant::toEpochMilli).orElse(Long.MAX_VALUE),
                    many.resultOrder()));
        }
        return null;
    }

    /** Puts records of the changelog, under their timestamps. One that was too late when it was written is so again, and is not put. */
    private final class Restoration implements ChangelogApplier {
        @Override
        public void apply(ConsumerRecord<byte[], byte[]> changelogRecord, WriteBatch batch) {
            long timestamp = changelogRecord.timestamp();
            if (!isTooLate(timestamp)) {
                streamTime.observe(timestamp);
                put(engine.tree(), batch, changelogRecord.key(), changelogRecord.value(), timestamp);
            }
        }

        @Override
        public boolean readsItsKey() {
            return true;
        }
    }
}
