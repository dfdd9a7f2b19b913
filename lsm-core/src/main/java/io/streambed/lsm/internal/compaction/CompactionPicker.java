package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.internal.version.Version;
import java.util.Optional;

/** Decides what to compact next. Pure: no I/O, no clock, no lock, the same answer for the same version. */
public interface CompactionPicker {
    /** What to compact next, or nothing if {@code version} is in good shape. */
    Optional<Compaction> pick(Version version);
}
