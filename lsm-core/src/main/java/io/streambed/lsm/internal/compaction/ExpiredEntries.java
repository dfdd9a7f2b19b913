package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.EntryView;

/**
 * Which entries have expired, for good. To a job such an entry is a tombstone: nobody may see its value any more, but it hides what is
 * older, and goes when there is nothing left to hide.
 */
@FunctionalInterface
public interface ExpiredEntries {
    /** Nothing ever expires. */
    ExpiredEntries NONE = (key, value) -> false;

    /** Whether an entry with a value has expired. */
    boolean contains(Slice key, Slice value);

    /** Whether an entry is to be written as a tombstone. */
    default boolean isTombstone(EntryView entry) {
        return entry.isTombstone() || contains(entry.key(), entry.value());
    }
}
