package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.internal.version.KeyTimes;
import io.streambed.lsm.internal.version.Run;
import io.streambed.lsm.internal.version.TableMeta;
import io.streambed.lsm.internal.version.Version;
import java.util.List;
import java.util.Optional;

/**
 * Keeps few runs, whatever level they stand in, and merges the newest of them: size-tiered as long as keys are new, and as
 * compact as leveled once they are overwritten. What it keeps:
 *
 * <ul>
 *   <li>Read: at most {@value #MOST_RUNS} runs, plus what flushes bring while a merge is running. Where keys have times: so many that have
 *       keys of one time, and {@value #MOST_RUNS_APART} in all; of more than those, {@value #MERGED_APART} old ones become one.
 *   <li>Write: a merge takes the flushes that have gathered in level 0, and then further runs as long as the next one is no larger
 *       than all of them together. So every entry of a run that takes part ends in one at least twice as large, and is written
 *       log2(size / write buffer) times at the most; two to three times for a tree of 200 write buffers.
 *   <li>Space: entries that are hidden or deleted, as far as nobody can read them any more, are at most {@value
 *       #MOST_GARBAGE_AT_REST} of those that are alive once the tree is at rest, and at most as many while it is written hard; with
 *       more of them everything is merged. Overwriting costs what this bound asks for: each byte is written 1 / bound times on top. So
 *       the narrow one is kept where nobody waits for it. They are counted by {@link TableMeta#garbage()}.
 * </ul>
 *
 * Level 0 goes at {@code level0Trigger} flushes. Those that overlap no other run only move: keys that come in order are never
 * rewritten. Where keys have times and flushes follow the time, so do those that few others have the times of: who asks for some time passes
 * by the others unread, so a merge would spare him nothing, and whole runs expire at once that a merge would have mixed with later ones.
 * (Cassandra's time-window compaction, by what the runs have rather than by windows that somebody has to choose.)
 */
public final class HybridPicker implements CompactionPicker {
    private static final int MOST_RUNS = 8;

    /** Of runs that have few times in common, and how many of them become one if there are more. */
    private static final int MOST_RUNS_APART = 32;

    private static final int MERGED_APART = 8;
    private static final double ABOUT_AS_MUCH = 1.25;

    private static final double MOST_GARBAGE_AT_REST = 0.25;
    private static final double MOST_GARBAGE_IN_USE = 1.0;
    private static final int LEVEL_0_TRIGGER = 6;

    /** Less is not worth a merge. */
    private static final long LEAST_GARBAGE_BYTES = 64 << 10;

    private final int level0Trigger;
    private final double mostGarbage;

    private HybridPicker(int level0Slowdown, double mostGarbage) {
        this.level0Trigger = Math.min(LEVEL_0_TRIGGER, level0Slowdown);
        this.mostGarbage = mostGarbage;
    }

    /**
     * For a tree that is written hard.
     *
     * @param level0Slowdown runs in level 0 from which on writes are slowed down; level 0 is merged when it has as many, if not before
     */
    public static HybridPicker inUse(int level0Slowdown) {
        return new HybridPicker(level0Slowdown, MOST_GARBAGE_IN_USE);
    }

    /** For a tree that has time. */
    public static HybridPicker atRest(int level0Slowdown) {
        return new HybridPicker(level0Slowdown, MOST_GARBAGE_AT_REST);
    }

    @Override
    public Optional<Compaction> pick(Version version, long settled) {
        List<Compaction.Input> runs = Compaction.Input.all(version);
        int level0 = version.level(0).size();
        int ofOneTime = mostOfOneTime(runs);
        int most = ofOneTime > MOST_RUNS ? MOST_RUNS : MOST_RUNS_APART;
        if (level0 >= level0Trigger) {
            List<Compaction.Input> apart = withoutOverlap(runs, level0);
            if (!apart.isEmpty()) {
                return Optional.of(move(runs, level0, apart));
            }
            return Optional.of(
                    ofOneTime < level0Trigger
                            ? new Compaction.MoveRuns(runs.subList(0, level0), 1)
                            : mergeNewest(runs, level0, most));
        }
        if (runs.size() > most) {
            return Optional.of(
                    most == MOST_RUNS_APART ? mergeApart(runs) : mergeNewest(runs, Math.max(1, level0), most));
        }
        return hasTooMuchGarbage(version, settled)
                ? Optional.of(new Compaction.Merge(runs, levelBelow0(runs), Compaction.newestId(runs)))
                : Optional.empty();
    }

    /** Merges the newest {@code least} runs, and further ones as long as that pays or there are more than may be. */
    private static Compaction mergeNewest(List<Compaction.Input> runs, int least, int most) {
        int count = least;
        long bytes = bytes(runs.subList(0, least));
        while (count < runs.size() && (runs.get(count).run().bytes() <= bytes || runs.size() - count >= most)) {
            bytes += runs.get(count++).run().bytes();
        }
        List<Compaction.Input> newest = runs.subList(0, count);
        return Compaction.intoOneRun(newest, levelBelow0(newest));
    }

    /**
     * Merges the oldest of those neighbours that are least to write: recent times are the ones that are read as a rule. There are more of
     * them than runs in level 0, so none of those is left above what was newer.
     */
    private static Compaction mergeApart(List<Compaction.Input> runs) {
        long least = Long.MAX_VALUE;
        for (int newest = 0; newest + MERGED_APART <= runs.size(); newest++) {
            least = Math.min(least, bytes(runs.subList(newest, newest + MERGED_APART)));
        }
        List<Compaction.Input> inputs = List.of();
        for (int newest = 0; newest + MERGED_APART <= runs.size(); newest++) {
            List<Compaction.Input> neighbours = runs.subList(newest, newest + MERGED_APART);
            if (bytes(neighbours) <= ABOUT_AS_MUCH * least) {
                inputs = neighbours;
            }
        }
        return Compaction.intoOneRun(inputs, levelBelow0(inputs));
    }

    private static long bytes(List<Compaction.Input> runs) {
        return runs.stream().mapToLong(input -> input.run().bytes()).sum();
    }

    /** How many runs have keys of one and the same time, at the most; all of them where keys have none. */
    private static int mostOfOneTime(List<Compaction.Input> runs) {
        List<KeyTimes> times = runs.stream().map(input -> input.run().times()).toList();
        // Nowhere are there more than where one of them begins.
        return (int) times.stream()
                .map(KeyTimes::earliest)
                .mapToLong(time -> times.stream()
                        .filter(other -> other.overlap(time, time))
                        .count())
                .max()
                .orElse(0);
    }

    /** The runs of level 0 that overlap no other run. */
    private static List<Compaction.Input> withoutOverlap(List<Compaction.Input> runs, int level0) {
        return runs.subList(0, level0).stream()
                .filter(input -> overlapsNone(input.run(), runs))
                .toList();
    }

    private static boolean overlapsNone(Run run, List<Compaction.Input> runs) {
        byte[] from = run.tables().get(0).smallest();
        byte[] to = run.tables().get(run.tables().size() - 1).largest();
        return runs.stream()
                .map(Compaction.Input::run)
                .allMatch(other ->
                        other.equals(run) || other.overlapping(from, to).isEmpty());
    }

    /** Adds runs of level 0 to the oldest run that there is below, or makes them one. */
    private static Compaction move(List<Compaction.Input> runs, int level0, List<Compaction.Input> apart) {
        Compaction.Input oldest = runs.get(runs.size() - 1);
        return runs.size() == level0
                ? new Compaction.Move(apart, 1, apart.get(0).run().id())
                : new Compaction.Move(apart, oldest.level(), oldest.run().id());
    }

    private static int levelBelow0(List<Compaction.Input> runs) {
        return Math.max(1, runs.get(runs.size() - 1).level());
    }

    private boolean hasTooMuchGarbage(Version version, long settled) {
        long bytes = 0;
        long entries = 0;
        long garbage = 0;
        for (TableMeta table : version.tables()) {
            bytes += table.bytes();
            entries += table.entries();
            if (table.maxSeqNo() <= settled) {
                garbage += table.garbage();
            }
        }
        return garbage > mostGarbage * (entries - garbage) && (double) garbage / entries * bytes >= LEAST_GARBAGE_BYTES;
    }
}
