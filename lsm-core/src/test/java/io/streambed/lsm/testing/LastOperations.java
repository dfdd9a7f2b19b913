package io.streambed.lsm.testing;

import java.util.function.Supplier;

/** Remembers the last operations of a random run, for the message of a failure. Texts are made only then. */
public final class LastOperations {
    private static final int KEPT = 60;

    private final Object[] ring = new Object[KEPT];
    private long count;

    /** Remembers an operation by a text that is made when it is needed; what it names must not change. */
    public void add(Supplier<String> operation) {
        ring[(int) (count++ % KEPT)] = operation;
    }

    /** Number of operations so far. */
    public long count() {
        return count;
    }

    /** The last ones, oldest first, each with its number. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (long i = Math.max(0, count - KEPT); i < count; i++) {
            text.append("\n  ").append(i).append(": ").append(((Supplier<?>) ring[(int) (i % KEPT)]).get());
        }
        return text.toString();
    }
}
