package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.internal.version.Version;
import java.util.Optional;

/** Decides what to compact next. Pure: no I/O, no clock, no lock, the same answer for the same version. */
public interface CompactionPicker {
    /**
     * What to compact next, or nothing if {@code version} is in good shape. Any shape, too, that another style has left behind.
     *
     * @param settled the moment before which nobody can read any more: what an entry hides that was written up to then can go
     */
    Optional<Compaction> pick(Version version, long settled);
}
