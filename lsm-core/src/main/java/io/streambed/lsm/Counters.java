package io.streambed.lsm;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What a tree counts for its {@link LsmMetrics}. */
final class Counters {
    /** Counted for each write, by {@link #wrote}. */
    private final AtomicLong userBytes = new AtomicLong();

    final LongAdder logBytes = new LongAdder();
    final LongAdder flushes = new LongAdder();
    final LongAdder flushBytes = new LongAdder();
    final LongAdder flushNanos = new LongAdder();
    final LongAdder compactions = new LongAdder();
    final LongAdder compactionReadBytes = new LongAdder();
    final LongAdder compactionWrittenBytes = new LongAdder();
    final LongAdder compactionNanos = new LongAdder();
    final LongAdder stalls = new LongAdder();
    final LongAdder stallNanos = new LongAdder();

    /** So much was written. Under the writer's lock, so no other thread adds to it: to add as if one could takes several times as long. */
    void wrote(long bytes) {
        userBytes.setRelease(userBytes.getPlain() + bytes);
    }

    long userBytes() {
        return userBytes.get();
    }
}
