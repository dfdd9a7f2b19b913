package io.streambed.examples.benchmark.store;

import io.streambed.examples.benchmark.data.Keys;
import io.streambed.examples.benchmark.data.Values;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * An open key-value store of entries with numbers, whose keys and values follow from number and version. Every value that it reads it
 * checks. Each write stands for one record of the task's input and of the changelog; writes commit as often as asked.
 *
 * <p>Written by one thread; read by any beside it.
 */
public final class Subject implements AutoCloseable {
    /** Bytes of a value where nothing else is said. */
    public static final int VALUE_BYTES = 100;

    /** Commits each second, as the tables say. */
    public static final long EACH_SECOND = TimeUnit.SECONDS.toNanos(1);

    /** Never commits by itself. */
    public static final long NEVER = Long.MAX_VALUE;

    private final Keys keys;
    private final Values values;
    private final KeyValueStore<Bytes, byte[]> store;
    private final StoreTask task;

    private Subject(Suppliers side, String name, Path directory, Keys keys, int valueBytes, long commitNanos) {
        this.keys = keys;
        this.values = new Values(valueBytes);
        this.store = side.keyValue(name).get();
        this.task = new StoreTask(side, store, directory, commitNanos);
    }

    /**
     * Opens a store in a task's directory, which may be there already.
     *
     * @param commitNanos how often it commits while it is written; {@link #NEVER}
     */
    public static Subject open(
            Suppliers side, String name, Path directory, Keys keys, int valueBytes, long commitNanos) {
        return new Subject(side, name, directory, keys, valueBytes, commitNanos);
    }

    /** The task's directory. */
    public Path directory() {
        return task.directory();
    }

    /** The keys of its entries. */
    public Keys keys() {
        return keys;
    }

    /** Bytes of keys and values written so far; a deleted key counts as its key. */
    public long userBytes() {
        return task.userBytes();
    }

    /** Writes a version of an entry. */
    public void put(long id, int version) {
        byte[] key = keys.key(id);
        byte[] value = values.value(id, version);
        task.next(key.length + value.length);
        store.put(Bytes.wrap(key), value);
    }

    /** Writes the first versions of entries in one call. */
    public void putAll(long[] ids) {
        List<KeyValue<Bytes, byte[]>> entries = new ArrayList<>(ids.length);
        int bytes = 0;
        for (long id : ids) {
            byte[] key = keys.key(id);
            byte[] value = values.value(id, 0);
            bytes += key.length + value.length;
            entries.add(KeyValue.pair(Bytes.wrap(key), value));
        }
        task.next(bytes);
        store.putAll(entries);
    }

    /** Deletes an entry that is there in that version. */
    public void delete(long id, int version) {
        byte[] key = keys.key(id);
        task.next(key.length);
        check(id, version, store.delete(Bytes.wrap(key)));
    }

    /** Deletes an entry without looking whether it is there. */
    public void drop(long id) {
        byte[] key = keys.key(id);
        task.next(key.length);
        store.put(Bytes.wrap(key), null);
    }

    /** Reads an entry that is there in that version. */
    public void get(long id, int version) {
        check(id, version, store.get(Bytes.wrap(keys.key(id))));
    }

    /** Reads an entry that is there, in whatever version, which it returns. */
    public int getAny(long id) {
        byte[] value = store.get(Bytes.wrap(keys.key(id)));
        int version = value == null ? -1 : values.versionOf(id, value);
        if (version < 0) {
            throw wrong(id, "any version", value);
        }
        return version;
    }

    /** Reads a key that is not there. */
    public void getMissing(long id) {
        byte[] key = keys.missing(id);
        byte[] value = store.get(Bytes.wrap(key));
        if (value != null) {
            throw new WrongValueException("key " + HexFormat.of().formatHex(key)
                    + " was never written, and has the value " + HexFormat.of().formatHex(value));
        }
    }

    /** Reads a key that is not there any more. */
    public void getDeleted(long id) {
        byte[] value = store.get(Bytes.wrap(keys.key(id)));
        if (value != null) {
            throw wrong(id, "nothing, as it was deleted", value);
        }
    }

    /** Checks an entry that an iterator returned, which must be that one in its first version. */
    public void check(long id, KeyValue<Bytes, byte[]> entry) {
        if (!keys.isKey(id, entry.key.get())) {
            throw new WrongValueException("expected key " + HexFormat.of().formatHex(keys.key(id)) + " of entry " + id
                    + ", found " + HexFormat.of().formatHex(entry.key.get()));
        }
        check(id, 0, entry.value);
    }

    /** Checks an entry that an iterator returned, which may be any one in its first version; returns its number. */
    public long check(KeyValue<Bytes, byte[]> entry) {
        long id = keys.idOf(entry.key.get());
        check(id, entry);
        return id;
    }

    /** The store itself, for what is not here. */
    public KeyValueStore<Bytes, byte[]> store() {
        return store;
    }

    /** The key of an entry. */
    public Bytes key(long id) {
        return Bytes.wrap(keys.key(id));
    }

    /** All entries. To be closed. */
    public KeyValueIterator<Bytes, byte[]> all() {
        return store.all();
    }

    /** A record of the changelog that says what {@link #put} writes. */
    public ConsumerRecord<byte[], byte[]> changelogRecord(long id, int version) {
        return task.changelogRecord(keys.key(id), values.value(id, version));
    }

    /** Hands the store a batch of its changelog. */
    public void restore(List<ConsumerRecord<byte[], byte[]>> records) {
        task.restore(records);
    }

    /** Commits as Streams does, with the offset of the changelog that has been reached. */
    public void commit() {
        task.commit();
    }

    /** The offset of the changelog that was committed last; 0 if none was. */
    public long committedOffset() {
        return task.committedOffset();
    }

    /** The offset of the changelog that has been reached: writes so far, if the store was new. */
    public long offset() {
        return task.offset();
    }

    /** Goes on from an offset of the changelog, as after a restart. */
    public void goTo(long changelogOffset) {
        task.goTo(changelogOffset);
    }

    /** Closes the store. What was not committed may be lost. */
    @Override
    public void close() {
        task.close();
    }

    private void check(long id, int version, byte @Nullable [] value) {
        if (value == null || values.versionOf(id, value) != version) {
            throw wrong(id, "version " + version, value);
        }
    }

    private WrongValueException wrong(long id, String expected, byte @Nullable [] value) {
        String found = value == null
                ? "nothing"
                : (values.versionOf(id, value) >= 0
                        ? "version " + values.versionOf(id, value)
                        : HexFormat.of().formatHex(value));
        return new WrongValueException("entry " + id + ", key " + HexFormat.of().formatHex(keys.key(id)) + ": expected "
                + expected + ", found " + found);
    }
}
