package io.streambed.kafka.internal.store;

import java.util.NoSuchElementException;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;

/** The iterator over nothing; holds nothing, so it may be closed and used in any order. */
final class NoEntries implements KeyValueIterator<Bytes, byte[]> {
    private static final NoEntries INSTANCE = new NoEntries();

    private NoEntries() {}

    static KeyValueIterator<Bytes, byte[]> get() {
        return INSTANCE;
    }

    @Override
    public boolean hasNext() {
        return false;
    }

    @Override
    public KeyValue<Bytes, byte[]> next() {
        throw new NoSuchElementException();
    }

    @Override
    public Bytes peekNextKey() {
        throw new NoSuchElementException();
    }

    @Override
    public void close() {}
}
