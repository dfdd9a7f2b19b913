package io.streambed.lsm;

import io.streambed.lsm.internal.version.Commit;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The open snapshots of one tree.
 *
 * <p>Invariant: a snapshot's moment is read and registered in one step under this object's lock, and flush and compaction collect
 * under the same lock, after they have chosen their input. So a snapshot is either in what they collect, or newer than
 * everything they merge, and then it needs the newest versions only, which are never dropped.
 */
final class SnapshotList {
    private static final long[] NONE = new long[0];

    private final Set<Snapshot> open = new HashSet<>();

    /** Opens a snapshot of the moment that {@code moment} names, which is asked under the lock. */
    synchronized Snapshot open(LongSupplier moment) {
        Snapshot snapshot = new Snapshot(this, moment.getAsLong());
        open.add(snapshot);
        return snapshot;
    }

    synchronized void release(Snapshot snapshot) {
        open.remove(snapshot);
    }

    /** The moments of all open snapshots, newest first. */
    synchronized long[] moments() {
        if (open.isEmpty()) {
            return NONE;
        }
        return open.stream()
                .map(Snapshot::seqNo)
                .sorted(Comparator.reverseOrder())
                .mapToLong(Long::longValue)
                .distinct()
                .toArray();
    }

    /** The moments that somebody may still read at: open snapshots, and the commit that a crash would fall back to. */
    long[] protectedMoments(Commit commit) {
        long[] moments = moments();
        long[] all = Arrays.copyOf(moments, moments.length + 1);
        all[moments.length] = commit.seqNo();
        return all;
    }

    synchronized int size() {
        return open.size();
    }
}
