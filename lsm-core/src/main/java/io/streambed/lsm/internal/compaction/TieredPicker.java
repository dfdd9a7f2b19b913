package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.internal.version.Run;
import io.streambed.lsm.internal.version.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Size-tiered compaction: when a level has {@value #RUNS_A_LEVEL} runs, they become one run of the next level, about {@value
 * #RUNS_A_LEVEL} times as large. Every entry is written once a level, less than which no style can do with as few runs.
 *
 * <ul>
 *   <li>Write: one flush, and one merge for each level that the tree is deep, log4(size / write buffer).
 *   <li>Read: up to {@value #RUNS_A_LEVEL} runs a level.
 *   <li>Space: nothing bounds what newer runs hide of older ones but their number; with keys that are overwritten the tree may be
 *       as many times larger than what it holds as its lowest level has runs.
 * </ul>
 */
public final class TieredPicker implements CompactionPicker {
    private static final int RUNS_A_LEVEL = 4;
    private static final int LOWEST = Version.LEVELS - 1;

    @Override
    public Optional<Compaction> pick(Version version, long settled) {
        // From above: what is merged there now need not be merged again right after its neighbours below were.
        for (int level = 0; level <= LOWEST; level++) {
            List<Run> runs = version.level(level);
            if (runs.size() >= RUNS_A_LEVEL) {
                List<Compaction.Input> inputs = new ArrayList<>();
                for (Run run : runs) {
                    inputs.add(new Compaction.Input(level, run));
                }
                return Optional.of(Compaction.intoOneRun(inputs, Math.min(level + 1, LOWEST)));
            }
        }
        return Optional.empty();
    }
}
