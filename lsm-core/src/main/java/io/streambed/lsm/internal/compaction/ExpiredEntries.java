package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.EntryKind;
import io.streambed.lsm.internal.entry.InternalIterator;

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

    /** What the entry that the iterator stands on is to be written as. */
    default EntryKind kindOf(InternalIterator entries) {
        EntryKind kind = entries.kind();
        return kind == EntryKind.PUT && contains(entries.userKey(), entries.value()) ? EntryKind.DELETE : kind;
    }
}
