package io.streambed.lsm;

import io.streambed.lsm.internal.memtable.Memtable;
import io.streambed.lsm.internal.version.Commit;

/**
 * A memtable that takes no more writes and waits for its flush.
 *
 * @param memtable what to flush; may be empty, when only a commit is to reach the manifest
 * @param commit the last commit made before it was sealed: what a crash falls back to once the memtable's logs are gone
 * @param logsBelow all logs that hold its entries have numbers below this one, and no later entry is in one of them
 */
record SealedMemtable(Memtable memtable, Commit commit, long logsBelow) {}
