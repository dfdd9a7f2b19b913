package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.internal.version.Run;
import io.streambed.lsm.internal.version.TableMeta;
import io.streambed.lsm.internal.version.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Leveled compaction, as in LevelDB: level 0 takes what flushes bring, each level below is one run that may grow to ten times
 * the size of the one above it. The level that is furthest over its bound goes first.
 *
 * <ul>
 *   <li>Level 0 counts its runs, since each costs every reader a look: all of them go into level 1 together. A run that
 *       overlaps neither another one there nor level 1 only moves (keys that come in order are never rewritten).
 *   <li>Any other level gives the table that drags the fewest bytes of the next level along for each byte of its own
 *       (RocksDB's minimal overlapping ratio).
 * </ul>
 *
 * <ul>
 *   <li>Write: an entry is rewritten about five times for each level below the first.
 *   <li>Read: {@value #LEVEL_0_TRIGGER} runs in level 0, and one for each level below.
 *   <li>Space: what is hidden is at most a ninth of what is alive once keys are overwritten evenly, and what stands in level 0.
 * </ul>
 */
public final class LeveledPicker implements CompactionPicker {
    /** The id of the only run of a leveled level. */
    static final long ONLY_RUN = 0;

    private static final int LEVEL_0_TRIGGER = 4;
    private static final int GROWTH = 10;

    private final long level1Bytes;

    /** @param level1Bytes size up to which level 1 is left alone; each level below may be ten times larger */
    public LeveledPicker(long level1Bytes) {
        this.level1Bytes = level1Bytes;
    }

    @Override
    public Optional<Compaction> pick(Version version, long settled) {
        Optional<Compaction> several = ofTieredLevel(version);
        if (several.isPresent()) {
            return several;
        }
        int worst = -1;
        double worstScore = 1.0;
        for (int level = 0; level < Version.LEVELS - 1; level++) {
            double score = score(version, level);
            if (score >= worstScore) {
                // Strictly worse only, so that of equals the upper level, which readers suffer from more, goes first.
                if (worst < 0 || score > worstScore) {
                    worst = level;
                    worstScore = score;
                }
            }
        }
        if (worst == 0) {
            return Optional.of(fromLevel0(version));
        }
        if (worst > 0) {
            return Optional.of(fromLevel(version, worst));
        }
        return Optional.empty();
    }

    private double score(Version version, int level) {
        if (level == 0) {
            return (double) version.level(0).size() / LEVEL_0_TRIGGER;
        }
        double bound = level1Bytes * Math.pow(GROWTH, level - 1);
        return version.bytes(level) / bound;
    }

    private static Compaction fromLevel0(Version version) {
        List<Run> runs = version.level(0);
        Run oldest = runs.get(runs.size() - 1);
        if (overlapping(version, 1, smallest(oldest), largest(oldest)).isEmpty()) {
            return new Compaction.Move(List.of(new Compaction.Input(0, oldest)), 1, ONLY_RUN);
        }
        List<Compaction.Input> inputs = new ArrayList<>();
        byte[] from = smallest(oldest);
        byte[] to = largest(oldest);
        for (Run run : runs) {
            inputs.add(new Compaction.Input(0, run));
            from = min(from, smallest(run));
            to = max(to, largest(run));
        }
        addOverlapping(inputs, version, 1, from, to);
        return new Compaction.Merge(inputs, 1, ONLY_RUN);
    }

    private static Compaction fromLevel(Version version, int level) {
        Run run = version.level(level).get(0);
        TableMeta best = run.tables().get(0);
        double bestRatio = Double.MAX_VALUE;
        for (TableMeta table : run.tables()) {
            long dragged = 0;
            for (TableMeta below : overlapping(version, level + 1, table.smallest(), table.largest())) {
                dragged += below.bytes();
            }
            double ratio = (double) dragged / table.bytes();
            if (ratio < bestRatio) {
                best = table;
                bestRatio = ratio;
            }
        }
        return down(version, level, run, best);
    }

    private static Compaction down(Version version, int level, Run run, TableMeta table) {
        List<Compaction.Input> inputs = new ArrayList<>();
        inputs.add(new Compaction.Input(level, new Run(run.id(), List.of(table))));
        if (overlapping(version, level + 1, table.smallest(), table.largest()).isEmpty()
                && !version.mayHoldVoid(table)) {
            return new Compaction.Move(inputs, level + 1, ONLY_RUN);
        }
        addOverlapping(inputs, version, level + 1, table.smallest(), table.largest());
        return new Compaction.Merge(inputs, level + 1, ONLY_RUN);
    }

    /** Makes a level below level 0 one run under the id of leveled ones, if another style has left it otherwise. */
    private static Optional<Compaction> ofTieredLevel(Version version) {
        for (int level = 1; level < Version.LEVELS; level++) {
            List<Run> runs = version.level(level);
            if (runs.size() > 1) {
                List<Compaction.Input> inputs = new ArrayList<>();
                for (Run run : runs) {
                    inputs.add(new Compaction.Input(level, run));
                }
                return Optional.of(new Compaction.Merge(inputs, level, ONLY_RUN));
            }
            if (!runs.isEmpty() && runs.get(0).id() != ONLY_RUN) {
                return Optional.of(
                        new Compaction.Move(List.of(new Compaction.Input(level, runs.get(0))), level, ONLY_RUN));
            }
        }
        return Optional.empty();
    }

    private static void addOverlapping(
            List<Compaction.Input> inputs, Version version, int level, byte[] from, byte[] to) {
        List<TableMeta> tables = overlapping(version, level, from, to);
        if (!tables.isEmpty()) {
            inputs.add(new Compaction.Input(level, new Run(ONLY_RUN, tables)));
        }
    }

    private static List<TableMeta> overlapping(Version version, int level, byte[] from, byte[] to) {
        List<Run> runs = version.level(level);
        return runs.isEmpty() ? List.of() : runs.get(0).overlapping(from, to);
    }

    private static byte[] smallest(Run run) {
        return run.tables().get(0).smallest();
    }

    private static byte[] largest(Run run) {
        return run.tables().get(run.tables().size() - 1).largest();
    }

    private static byte[] min(byte[] a, byte[] b) {
        return Arrays.compareUnsigned(a, b) <= 0 ? a : b;
    }

    private static byte[] max(byte[] a, byte[] b) {
        return Arrays.compareUnsigned(a, b) >= 0 ? a : b;
    }
}
