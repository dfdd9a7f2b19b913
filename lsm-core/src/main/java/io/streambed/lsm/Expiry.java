package io.streambed.lsm;

import io.streambed.lsm.bytes.Slice;
import org.jspecify.annotations.Nullable;

/**
 * Tells which entries have expired: they are invisible to every reader from then on, and compaction removes them from disk. What an
 * entry's age is, and what time it is, the implementation knows; the engine only asks.
 *
 * <p>An expired entry hides older values of its key just as before: they do not come to light again.
 *
 * <p>Called by many threads at a time, for each entry that is read, flushed or compacted: it must be quick and must not call the
 * tree. What it throws fails the read, or the flush or compaction and with it the tree. The slices are good for the call only.
 */
public interface Expiry {
    /**
     * Whether an entry has expired by now.
     *
     * <p>Once it is true of an entry it must stay true for as long as the tree is open, and also afterwards, if the entry had
     * expired when a commit was made: see {@link #asOf}.
     */
    boolean isExpired(Slice key, Slice value);

    /**
     * The same question as of a commit, for what is removed for good. Time may go back to that of the last commit when a process
     * dies: what had expired since is in force again. So flush and compaction ask what had expired when the commit was made that a crash
     * would fall back to.
     *
     * @param metadata of the commit; {@code null} if there was none, and then nothing may have expired
     */
    Expiry asOf(byte @Nullable [] metadata);
}
