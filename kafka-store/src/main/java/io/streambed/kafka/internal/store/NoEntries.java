package io.streambed.kafka.internal.store;

import java.util.NoSuchElementException;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.slf4j.Logger;

/**
 * The iterator over nothing; holds nothing, so it may be closed and used in any order.
 *
 * @param <K> the type of the keys that there are none of
 */
final class NoEntries<K> implements KeyValueIterator<K, byte[]> {
    private NoEntries() {}

    /** The answer to a range whose first key lies behind its last one, with a warning. */
    static <K> KeyValueIterator<K, byte[]> ofInvertedRange(Logger log) {
        // Word for word as Streams' own stores say it: users search for it, and Kafka's tests do.
        log.warn("Returning empty iterator for fetch with invalid key range: from > to."
                + " This may be due to range arguments set in the wrong order, "
                + "or serdes that don't preserve ordering when lexicographically comparing the serialized bytes."
                + " Note that the built-in numerical serdes do not follow this for negative numbers");
        return new NoEntries<>();
    }

    @Override
    public boolean hasNext() {
        return false;
    }

    @Override
    public KeyValue<K, byte[]> next() {
        throw new NoSuchElementException();
    }

    @Override
    public K peekNextKey() {
        throw new NoSuchElementException();
    }

    @Override
    public void close() {}
}
