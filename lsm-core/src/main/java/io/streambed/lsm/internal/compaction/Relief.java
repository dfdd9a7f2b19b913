package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.internal.version.Run;
import io.streambed.lsm.internal.version.Version;
import java.util.List;
import java.util.Optional;

/**
 * What can be done about a crowded level 0 while a long compaction is running: some of the flushes that have come since become one run, which
 * stays in level 0, above everything that is being merged.
 *
 * <p>Only runs of about the same size do, and only many of them: a run that came of such a merge waits for others like it, so each flush takes
 * part as often as in size-tiered compaction and not each time that level 0 is crowded. And only if the running compaction, which waits
 * meanwhile, has at least as much left to do: it makes more room, and must come to its end however much is flushed.
 */
public final class Relief {
    private static final int LEAST_RUNS = 6;

    /** The largest run may have so many times the bytes that they have on the average. */
    private static final double MOST_TIMES_AVERAGE = 1.5;

    private Relief() {}

    /**
     * What to merge meanwhile, or nothing: the neighbours of which most go for each byte that is written.
     *
     * @param running the compaction that is running; its inputs are left alone, and so is everything older
     * @param bytesLeft how much it has yet to merge
     * @param crowded how many runs of level 0 are too many
     */
    public static Optional<Compaction> of(Version version, Compaction running, long bytesLeft, int crowded) {
        List<Run> level0 = version.level(0);
        if (level0.size() < crowded) {
            return Optional.empty();
        }
        long newestBusy = running.inputs().stream()
                .filter(input -> input.level() == 0)
                .mapToLong(input -> input.run().id())
                .max()
                .orElse(Long.MIN_VALUE);
        List<Run> free = level0.stream().takeWhile(run -> run.id() > newestBusy).toList();
        List<Run> best = List.of();
        double mostGoneForByte = 0;
        for (int newest = 0; newest + LEAST_RUNS <= free.size(); newest++) {
            long bytes = 0;
            long largest = 0;
            for (int end = newest; end < free.size(); end++) {
                long added = free.get(end).bytes();
                bytes += added;
                if (bytes > bytesLeft) {
                    break;
                }
                largest = Math.max(largest, added);
                int count = end + 1 - newest;
                double goneForByte = (count - 1) / (double) bytes;
                if (count >= LEAST_RUNS
                        && largest * count <= MOST_TIMES_AVERAGE * bytes
                        && goneForByte > mostGoneForByte) {
                    best = free.subList(newest, end + 1);
                    mostGoneForByte = goneForByte;
                }
            }
        }
        if (best.isEmpty()) {
            return Optional.empty();
        }
        List<Compaction.Input> inputs =
                best.stream().map(run -> new Compaction.Input(0, run)).toList();
        return Optional.of(new Compaction.Merge(inputs, 0, Compaction.newestId(inputs)));
    }
}
