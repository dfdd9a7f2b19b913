package io.streambed.kafka.internal.store;

import io.streambed.kafka.internal.engine.EntryIterator;
import java.util.NoSuchElementException;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.jspecify.annotations.Nullable;

/**
 * Entries of a key-value store, one after another. Looks one entry ahead, as {@code hasNext} must. Throws once it or its store was
 * closed, even if it has that entry in hand.
 */
final class KeyValueEntries implements KeyValueIterator<Bytes, byte[]> {
    private final EntryIterator entries;
    private final String storeName;
    private @Nullable KeyValue<Bytes, byte[]> next;

    KeyValueEntries(EntryIterator entries, String storeName) {
        this.entries = entries;
        this.storeName = storeName;
    }

    @Override
    public boolean hasNext() {
        return lookAhead() != null;
    }

    @Override
    public KeyValue<Bytes, byte[]> next() {
        KeyValue<Bytes, byte[]> entry = require(lookAhead());
        next = null;
        return entry;
    }

    @Override
    public Bytes peekNextKey() {
        return require(lookAhead()).key;
    }

    @Override
    public void close() {
        entries.close();
    }

    private @Nullable KeyValue<Bytes, byte[]> lookAhead() {
        if (!entries.isOpen()) {
            throw new InvalidStateStoreException("Iterator of store " + storeName + " is closed");
        }
        KeyValue<Bytes, byte[]> ahead = next;
        if (ahead == null && entries.next()) {
            ahead = new KeyValue<>(
                    Bytes.wrap(entries.key().toByteArray()), entries.value().toByteArray());
            next = ahead;
        }
        return ahead;
    }

    private static KeyValue<Bytes, byte[]> require(@Nullable KeyValue<Bytes, byte[]> entry) {
        if (entry == null) {
            throw new NoSuchElementException();
        }
        return entry;
    }
}
