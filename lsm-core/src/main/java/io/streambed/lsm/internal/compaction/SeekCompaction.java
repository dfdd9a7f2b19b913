package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.internal.version.Version;
import java.util.List;
import java.util.Optional;

/**
 * Merges runs because ranges are read that lie in several of them: each run more is a seek more, which no filter spares. LevelDB calls
 * it seek compaction.
 *
 * <p>Nobody knows how many ranges are still to be read. So runs are merged once their readers have lost as much time as the merge takes:
 * whatever comes then, it costs no more than twice of what would have been best (the ski rental of Karlin and others, "Competitive
 * snoopy caching", 1988).
 */
public final class SeekCompaction {
    /**
     * What is merged in the time that a seek takes, which is a microsecond where its block is in the page cache. Where it comes from a disk
     * a seek takes far longer, but so does it to write more.
     */
    static final int BYTES_A_SEEK = 256;

    /** A merge waits for the disk a few times, however small it is. */
    static final int LEAST_SEEKS = 20_000;

    private SeekCompaction() {}

    /**
     * The merge that pays most, if one does.
     *
     * @param seeks of each run of the version, newest data first, how many ranges were read in it and in others, too
     */
    public static Optional<Compaction> of(Version version, long[] seeks) {
        List<Compaction.Input> runs = Compaction.Input.all(version);
        int best = 0;
        long bestGain = 0;
        long bytes = 0;
        long all = 0;
        long most = 0;
        for (int i = 0; i < runs.size(); i++) {
            bytes += runs.get(i).run().bytes();
            all += seeks[i];
            most = Math.max(most, seeks[i]);
            // One of the seeks of each range remains.
            long spared = all - most;
            long gain = spared * BYTES_A_SEEK - bytes;
            if (spared >= LEAST_SEEKS && gain > bestGain) {
                best = i + 1;
                bestGain = gain;
            }
        }
        return best == 0 ? Optional.empty() : Optional.of(newest(runs.subList(0, best), version));
    }

    private static Compaction newest(List<Compaction.Input> runs, Version version) {
        int oldest = runs.get(runs.size() - 1).level();
        boolean levelZeroHasOlder = runs.size() < version.level(0).size();
        return Compaction.intoOneRun(runs, levelZeroHasOlder ? 0 : Math.max(1, oldest));
    }
}
