package io.streambed.lsm;

import io.streambed.lsm.bytes.Slice;

/**
 * Reads the time that is a part of a key, such as the start of a window. A tree that knows it remembers of each table the earliest and the
 * latest one. A scan {@linkplain KeyRange#ofTimes of certain times} passes by tables that have none of them, a look-up of one key by those
 * that do not have its own; and what compaction merges goes by them.
 *
 * <p>It must give the same time for the same key at each opening of a directory: tables keep what it said when they were written. Called by
 * several threads at once.
 */
@FunctionalInterface
public interface KeyTime {
    /**
     * The time of a key, in whatever unit the tree's user likes.
     *
     * @param key any key that was written or is looked up; good until the call returns
     */
    long of(Slice key);
}
