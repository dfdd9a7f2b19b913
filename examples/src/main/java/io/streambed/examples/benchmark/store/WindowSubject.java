package io.streambed.examples.benchmark.store;

import io.streambed.examples.benchmark.data.Keys;
import io.streambed.examples.benchmark.data.Values;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.WindowStoreIterator;

/**
 * An open window store of keys with numbers and windows of a minute with numbers. Every value that it reads it checks. Commits each second
 * while it is written. One thread's.
 */
public final class WindowSubject implements AutoCloseable {
    /** How many windows are kept. */
    public static final int KEPT = 120;

    private static final long SIZE_MILLIS = Duration.ofMinutes(1).toMillis();

    /** Windows of a key in the numbering of values. */
    private static final long MOST_WINDOWS = 1 << 20;

    private final Values values = new Values(Subject.VALUE_BYTES);
    private final WindowStore<Bytes, byte[]> store;
    private final StoreTask task;

    private WindowSubject(Suppliers side, Path directory) {
        this.store = side.window("windows", Duration.ofMillis(KEPT * SIZE_MILLIS), Duration.ofMillis(SIZE_MILLIS))
                .get();
        this.task = new StoreTask(side, store, directory, Subject.EACH_SECOND);
    }

    /** Opens a store in a task's directory. */
    public static WindowSubject open(Suppliers side, Path directory) {
        return new WindowSubject(side, directory);
    }

    /** The task's directory. */
    public Path directory() {
        return task.directory();
    }

    /** Bytes of keys and values written so far. */
    public long userBytes() {
        return task.userBytes();
    }

    /** Writes a version of a key's window. */
    public void put(long key, int window, int version) {
        byte[] bytes = Keys.RANDOM.key(key);
        byte[] value = values.value(id(key, window), version);
        task.next(bytes.length + Long.BYTES + value.length);
        store.put(Bytes.wrap(bytes), value, window * SIZE_MILLIS);
    }

    /** Reads a key's window that is there in whatever version, which it returns. */
    public int get(long key, int window) {
        return version(key, window, store.fetch(Bytes.wrap(Keys.RANDOM.key(key)), window * SIZE_MILLIS));
    }

    /** Reads a key's windows, all of which are there; returns how many there are. */
    public int get(long key, int firstWindow, int lastWindow) {
        int window = firstWindow;
        try (WindowStoreIterator<byte[]> found =
                store.fetch(Bytes.wrap(Keys.RANDOM.key(key)), instant(firstWindow), instant(lastWindow))) {
            while (found.hasNext()) {
                KeyValue<Long, byte[]> entry = found.next();
                if (entry.key != window * SIZE_MILLIS) {
                    throw new WrongValueException("key " + key + ": expected the window at " + window * SIZE_MILLIS
                            + ", found the one at " + entry.key);
                }
                version(key, window++, entry.value);
            }
        }
        return window - firstWindow;
    }

    /** Reads all keys' windows of some time; returns how many there are. */
    public long getAll(int firstWindow, int lastWindow) {
        long count = 0;
        try (KeyValueIterator<Windowed<Bytes>, byte[]> found =
                store.fetchAll(instant(firstWindow), instant(lastWindow))) {
            while (found.hasNext()) {
                KeyValue<Windowed<Bytes>, byte[]> entry = found.next();
                int window = (int) (entry.key.window().start() / SIZE_MILLIS);
                version(Keys.RANDOM.idOf(entry.key.key().get()), window, entry.value);
                if (window < firstWindow || window > lastWindow) {
                    throw new WrongValueException(
                            "asked for windows " + firstWindow + " to " + lastWindow + ", found window " + window);
                }
                count++;
            }
        }
        return count;
    }

    /** Commits. */
    public void commit() {
        task.commit();
    }

    @Override
    public void close() {
        task.close();
    }

    private int version(long key, int window, byte[] value) {
        int version = value == null ? -1 : values.versionOf(id(key, window), value);
        if (version < 0) {
            throw new WrongValueException("window " + window + " of key " + key + ": found "
                    + (value == null ? "nothing" : "another value than any that was written"));
        }
        return version;
    }

    private static Instant instant(int window) {
        return Instant.ofEpochMilli(window * SIZE_MILLIS);
    }

    private static long id(long key, int window) {
        return key * MOST_WINDOWS + window;
    }
}
