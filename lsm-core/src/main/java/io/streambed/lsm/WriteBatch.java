package io.streambed.lsm;

import io.streambed.lsm.internal.log.BatchEncoding;
import java.util.Objects;

/**
 * Writes that are applied together: after a crash all of them are there or none, and no reader sees a part of them. Reusable
 * after {@link #clear()}. Used by one thread at a time. Keys and values are copied in.
 */
public final class WriteBatch {
    private final BatchEncoding.Writer operations = new BatchEncoding.Writer();

    /** Adds a put; replaces nothing: of several writes to one key in a batch the last one counts. */
    public WriteBatch put(byte[] key, byte[] value) {
        Limits.checkKey(key);
        Limits.checkValue(value);
        operations.put(key, value);
        return this;
    }

    /** Adds a deletion. */
    public WriteBatch delete(byte[] key) {
        Limits.checkKey(Objects.requireNonNull(key, "key"));
        operations.delete(key);
        return this;
    }

    /** Number of writes added. */
    public int count() {
        return operations.count();
    }

    /** Whether nothing was added. */
    public boolean isEmpty() {
        return count() == 0;
    }

    /** Bytes that the batch holds: the keys, the values and a few more for each. */
    public int bytes() {
        return operations.length();
    }

    /** Forgets all writes and keeps the memory for further ones. */
    public void clear() {
        operations.clear();
    }

    BatchEncoding.Writer operations() {
        return operations;
    }
}
