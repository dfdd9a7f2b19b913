package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.internal.version.Run;
import io.streambed.lsm.internal.version.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The compaction of everything that a user asked for. */
public final class FullCompaction {
    private FullCompaction() {}

    /** Merges every table into the lowest level that has some, at least into level 1; nothing to do if there are no tables. */
    public static Optional<Compaction> of(Version version) {
        List<Compaction.Input> inputs = new ArrayList<>();
        int lowest = 1;
        for (int level = 0; level < Version.LEVELS; level++) {
            for (Run run : version.level(level)) {
                inputs.add(new Compaction.Input(level, run));
                lowest = Math.max(lowest, level);
            }
        }
        return inputs.isEmpty()
                ? Optional.empty()
                : Optional.of(new Compaction.Merge(inputs, lowest, LeveledPicker.ONLY_RUN));
    }
}
