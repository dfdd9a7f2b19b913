package io.streambed.lsm;

import java.util.concurrent.atomic.LongAdder;

/** What a tree counts for its {@link LsmMetrics}. */
final class Counters {
    final LongAdder userBytes = new LongAdder();
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
}
