package io.streambed.examples.benchmark.store;

import io.streambed.examples.benchmark.data.Keys;
import io.streambed.examples.benchmark.data.Values;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.kstream.Window;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.SessionStore;

/**
 * An open session store, whose sessions count the events of keys with numbers. It knows each key's newest session itself, and checks
 * what the store says. Commits each second. One thread's.
 */
public final class SessionSubject implements AutoCloseable {
    private static final long GAP_MILLIS = Duration.ofMinutes(5).toMillis();
    private static final Duration RETENTION = Duration.ofHours(2);

    /** How far back {@link #find} looks. */
    private static final long LOOK_BACK_MILLIS = Duration.ofHours(1).toMillis();

    /** A session as Streams hands it to a store. */
    private static final class Session extends Window {
        Session(long start, long end) {
            super(start, end);
        }

        @Override
        public boolean overlap(Window other) {
            return start() <= other.end() && other.start() <= end();
        }
    }

    private final Values values = new Values(Subject.VALUE_BYTES);
    private final SessionStore<Bytes, byte[]> store;
    private final StoreTask task;
    private final long[] starts;
    private final long[] ends;
    private final int[] counts;

    private SessionSubject(Suppliers side, Path directory, int keys) {
        this.store = side.session("sessions", RETENTION).get();
        this.task = new StoreTask(side, store, directory, Subject.EACH_SECOND);
        this.starts = new long[keys];
        this.ends = new long[keys];
        this.counts = new int[keys];
    }

    /** Opens a new store, which will have so many keys, in a task's directory. */
    public static SessionSubject open(Suppliers side, Path directory, int keys) {
        return new SessionSubject(side, directory, keys);
    }

    /** The task's directory. */
    public Path directory() {
        return task.directory();
    }

    /** Bytes of keys and values written so far. */
    public long userBytes() {
        return task.userBytes();
    }

    /** An event, as an aggregation of Streams does it: looks for sessions around, deletes them, and writes one over all of them. */
    public void event(int key, long time) {
        Bytes bytes = Bytes.wrap(Keys.RANDOM.key(key));
        long start = time;
        int count = 1;
        List<Windowed<Bytes>> merged = new ArrayList<>(1);
        try (KeyValueIterator<Windowed<Bytes>, byte[]> found =
                store.findSessions(bytes, time - GAP_MILLIS, time + GAP_MILLIS)) {
            while (found.hasNext()) {
                KeyValue<Windowed<Bytes>, byte[]> session = found.next();
                merged.add(session.key);
                start = Math.min(start, session.key.window().start());
                count += count(key, session);
            }
        }
        boolean goesOn = counts[key] > 0 && time - ends[key] <= GAP_MILLIS;
        if (merged.size() != (goesOn ? 1 : 0) || (goesOn && (start != starts[key] || count != counts[key] + 1))) {
            throw new WrongValueException("key " + key + " at " + time + ": expected "
                    + (goesOn ? counts[key] + " events from " + starts[key] + " on" : "no session") + ", found "
                    + merged
                    + " with " + (count - 1) + " events");
        }
        for (Windowed<Bytes> session : merged) {
            store.remove(session);
        }
        byte[] value = values.value(id(key, start), count);
        task.next(bytes.get().length + 2 * Long.BYTES + value.length);
        store.put(new Windowed<>(bytes, new Session(start, time)), value);
        starts[key] = start;
        ends[key] = time;
        counts[key] = count;
    }

    /** Reads the sessions of a key in the last hour before {@code time}, the newest of which is checked; returns how many there are. */
    public int find(int key, long time) {
        int found = 0;
        KeyValue<Windowed<Bytes>, byte[]> last = null;
        try (KeyValueIterator<Windowed<Bytes>, byte[]> sessions =
                store.findSessions(Bytes.wrap(Keys.RANDOM.key(key)), time - LOOK_BACK_MILLIS, time)) {
            while (sessions.hasNext()) {
                last = sessions.next();
                count(key, last);
                found++;
            }
        }
        boolean expected = counts[key] > 0 && ends[key] >= time - LOOK_BACK_MILLIS;
        if (expected
                != (last != null
                        && last.key.window().start() == starts[key]
                        && last.key.window().end() == ends[key])) {
            throw new WrongValueException("key " + key + ": its newest session is from " + starts[key] + " to "
                    + ends[key] + ", found " + (last == null ? "none" : last.key));
        }
        return found;
    }

    /** Commits. */
    public void commit() {
        task.commit();
    }

    @Override
    public void close() {
        task.close();
    }

    private int count(int key, KeyValue<Windowed<Bytes>, byte[]> session) {
        int count = session.value == null
                ? -1
                : values.versionOf(id(key, session.key.window().start()), session.value);
        if (count < 0) {
            throw new WrongValueException("session " + session.key + " of key " + key + " has a wrong value");
        }
        return count;
    }

    private static long id(int key, long start) {
        return start * 0x10001L + key;
    }
}
