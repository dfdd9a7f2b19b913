package io.streambed.lsm.model;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;

import io.streambed.lsm.LsmIterator;
import io.streambed.lsm.testing.ByteMaps;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/** An open iterator and what it must give, from the moment that it was opened. */
final class Walk implements AutoCloseable {
    private final LsmIterator iterator;
    private final List<Map.Entry<byte[], byte[]>> expected;
    private int at;

    Walk(LsmIterator iterator, NavigableMap<byte[], byte[]> expected) {
        this.iterator = iterator;
        this.expected = List.copyOf(ByteMaps.copy(expected).entrySet());
    }

    /** Moves up to {@code steps} times; answers whether the end was reached. */
    boolean move(int steps) {
        for (int i = 0; i < steps; i++) {
            if (at == expected.size()) {
                assertFalse(iterator.next(), "iterator goes on behind the end");
                assertFalse(iterator.next(), "iterator comes back from the end");
                return true;
            }
            Map.Entry<byte[], byte[]> entry = expected.get(at++);
            if (!iterator.next()) {
                fail("iterator ends before " + ByteMaps.show(entry.getKey()) + ", which is number " + at + " of "
                        + expected.size());
            }
            byte[] key = iterator.key().toByteArray();
            byte[] value = iterator.value().toByteArray();
            if (!Arrays.equals(entry.getKey(), key) || !Arrays.equals(entry.getValue(), value)) {
                fail("iterator at " + at + " of " + expected.size() + ": expected " + ByteMaps.show(entry.getKey())
                        + "=" + ByteMaps.show(entry.getValue()) + ", found " + ByteMaps.show(key) + "="
                        + ByteMaps.show(value));
            }
        }
        return false;
    }

    @Override
    public void close() {
        iterator.close();
    }
}
