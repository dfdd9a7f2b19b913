package io.streambed.kafka.internal.engine;

import io.streambed.lsm.bytes.Slice;

/**
 * Which entries of a store have expired by a stream time: nobody sees them from then on, and flush and compaction drop them. Called by
 * many threads at a time, for each entry that is read or compacted. What has expired stays so as time goes on.
 */
@FunctionalInterface
public interface Retention {
    /** Whether an entry has expired. The slices are good for the call only. */
    boolean isExpired(Slice key, Slice value, long streamTime);
}
