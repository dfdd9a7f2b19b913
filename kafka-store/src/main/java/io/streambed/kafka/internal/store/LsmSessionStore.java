package io.streambed.kafka.internal.store;

import io.streambed.kafka.internal.engine.KafkaInternals;
import io.streambed.kafka.internal.engine.StoreEngine;
import io.streambed.kafka.internal.engine.StoreFormat;
import io.streambed.kafka.internal.engine.StoreSettings;
import io.streambed.kafka.internal.layout.EntryBounds;
import io.streambed.kafka.internal.layout.EntryKey;
import io.streambed.kafka.internal.layout.KeyOrder;
import io.streambed.lsm.Direction;
import io.streambed.lsm.bytes.Slice;
import java.util.Objects;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.Query;
import org.apache.kafka.streams.query.QueryConfig;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.query.WindowRangeQuery;
import org.apache.kafka.streams.state.HeadersBytesStore;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.SessionStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Session store: an entry for each key and session, in the segment of the session's end. Sessions of a key lie by their end, so those that
 * may touch a new record are a range: it begins with the earliest end that does.
 *
 * <p>Formats, threads and errors are as in {@link LsmWindowStore}.
 */
class LsmSessionStore implements SessionStore<Bytes, byte[]>, StoreOnEngine {
    private static final Logger LOG = LoggerFactory.getLogger(LsmSessionStore.class);
    private static final SegmentEntries.KeyReader<Windowed<Bytes>> SESSIONS = LsmSessionStore::session;

    /** Values with headers. */
    static final class WithHeaders extends LsmSessionStore implements HeadersBytesStore {
        WithHeaders(String name, SegmentedTree.Shape shape, StoreSettings.Source settings) {
            super(name, StoreFormat.SESSION_HEADERS, shape, settings);
        }
    }

    private final SegmentedTree entries;
    private final boolean isByTime;

    LsmSessionStore(String name, SegmentedTree.Shape shape, StoreSettings.Source settings) {
        this(name, StoreFormat.SESSION_PLAIN, shape, settings);
    }

    private LsmSessionStore(String name, StoreFormat format, SegmentedTree.Shape shape, StoreSettings.Source settings) {
        this.entries = SegmentedTree.ofSessions(name, format, shape, settings);
        this.isByTime = shape.order() != KeyOrder.KEY_FIRST;
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        entries.open(context, root);
    }

    @Override
    public void put(Windowed<Bytes> sessionKey, byte @Nullable [] aggregate) {
        entries.put(
                sessionKey.key().get(),
                sessionKey.window().end(),
                sessionKey.window().start(),
                aggregate);
    }

    @Override
    public void remove(Windowed<Bytes> sessionKey) {
        entries.remove(
                sessionKey.key().get(),
                sessionKey.window().end(),
                sessionKey.window().start());
    }

    @Override
    public byte @Nullable [] fetchSession(Bytes key, long sessionStartTime, long sessionEndTime) {
        return entries.get(key.get(), sessionEndTime, sessionStartTime);
    }

    @Override
    public KeyValueIterator<Windowed<Bytes>, byte[]> findSessions(
            Bytes key, long earliestSessionEndTime, long latestSessionStartTime) {
        return find(key, earliestSessionEndTime, latestSessionStartTime, Direction.FORWARD);
    }

    @Override
    public KeyValueIterator<Windowed<Bytes>, byte[]> backwardFindSessions(
            Bytes key, long earliestSessionEndTime, long latestSessionStartTime) {
        return find(key, earliestSessionEndTime, latestSessionStartTime, Direction.REVERSE);
    }

    @Override
    public KeyValueIterator<Windowed<Bytes>, byte[]> findSessions(
            @Nullable Bytes keyFrom, @Nullable Bytes keyTo, long earliestSessionEndTime, long latestSessionStartTime) {
        return find(keyFrom, keyTo, earliestSessionEndTime, latestSessionStartTime, Direction.FORWARD);
    }

    @Override
    public KeyValueIterator<Windowed<Bytes>, byte[]> backwardFindSessions(
            @Nullable Bytes keyFrom, @Nullable Bytes keyTo, long earliestSessionEndTime, long latestSessionStartTime) {
        return find(keyFrom, keyTo, earliestSessionEndTime, latestSessionStartTime, Direction.REVERSE);
    }

    /**
     * The sessions that end within a time, those that have just expired among them: a session is emitted when it closes, which may be as
     * late as that.
     *
     * @throws UnsupportedOperationException if the store is sorted by key, as in Kafka: nobody needs it there, and it would read everything
     */
    @Override
    public KeyValueIterator<Windowed<Bytes>, byte[]> findSessions(
            long earliestSessionEndTime, long latestSessionEndTime) {
        if (!isByTime) {
            throw new UnsupportedOperationException("Session store " + name()
                    + " is sorted by key, so it cannot find sessions by their end alone; stores of sessions that are emitted when"
                    + " they close can");
        }
        return entries.byTime(
                EntryBounds.of(null, null, earliestSessionEndTime, latestSessionEndTime), Direction.FORWARD, SESSIONS);
    }

    @Override
    public KeyValueIterator<Windowed<Bytes>, byte[]> fetch(Bytes key) {
        return findSessions(key, 0, Long.MAX_VALUE);
    }

    @Override
    public KeyValueIterator<Windowed<Bytes>, byte[]> backwardFetch(Bytes key) {
        return backwardFindSessions(key, 0, Long.MAX_VALUE);
    }

    @Override
    public KeyValueIterator<Windowed<Bytes>, byte[]> fetch(@Nullable Bytes keyFrom, @Nullable Bytes keyTo) {
        return findSessions(keyFrom, keyTo, 0, Long.MAX_VALUE);
    }

    @Override
    public KeyValueIterator<Windowed<Bytes>, byte[]> backwardFetch(@Nullable Bytes keyFrom, @Nullable Bytes keyTo) {
        return backwardFindSessions(keyFrom, keyTo, 0, Long.MAX_VALUE);
    }

    @Override
    public <R> QueryResult<R> query(Query<R> query, PositionBound positionBound, QueryConfig config) {
        return StoreQueries.answer(query, positionBound, config, this, engine(), this::read);
    }

    @Override
    public StoreEngine engine() {
        return entries.engine();
    }

    private KeyValueIterator<Windowed<Bytes>, byte[]> find(
            Bytes key, long earliestEnd, long latestStart, Direction direction) {
        Objects.requireNonNull(key, "key cannot be null");
        return entries.byKey(entries.readable(key, key, earliestEnd, Long.MAX_VALUE, latestStart), direction, SESSIONS);
    }

    private KeyValueIterator<Windowed<Bytes>, byte[]> find(
            @Nullable Bytes keyFrom, @Nullable Bytes keyTo, long earliestEnd, long latestStart, Direction direction) {
        if (SegmentedTree.isInverted(keyFrom, keyTo)) {
            return NoEntries.ofInvertedRange(LOG);
        }
        return entries.byKey(
                entries.readable(keyFrom, keyTo, earliestEnd, Long.MAX_VALUE, latestStart), direction, SESSIONS);
    }

    private @Nullable QueryResult<?> read(Query<?> query) {
        if (query instanceof WindowRangeQuery<?, ?> asked) {
            return asked.getKey().isPresent()
                    ? QueryResult.forResult(fetch((Bytes) asked.getKey().get()))
                    : StoreQueries.unsupported(query, this, "SessionStores only support WindowRangeQuery.withKey.");
        }
        return null;
    }

    private static Windowed<Bytes> session(EntryKey form, Slice key) {
        return KafkaInternals.session(form.key(key), form.minor(key), form.time(key));
    }
}
