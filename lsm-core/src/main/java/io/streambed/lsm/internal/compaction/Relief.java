package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.internal.version.Run;
import io.streambed.lsm.internal.version.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What can be done about a crowded level 0 while a long compaction is running: the flushes that have come since become one run, which
 * stays in level 0, above everything that is being merged.
 */
public final class Relief {
    private static final int LEAST_RUNS = 4;

    private Relief() {}

    /**
     * What to merge meanwhile, or nothing.
     *
     * @param running the compaction that is running; its inputs are left alone, and so is everything older
     * @param crowded how many runs of level 0 are too many
     */
    public static Optional<Compaction> of(Version version, Compaction running, int crowded) {
        List<Run> level0 = version.level(0);
        if (level0.size() < crowded) {
            return Optional.empty();
        }
        long newestBusy = running.inputs().stream()
                .filter(input -> input.level() == 0)
                .mapToLong(input -> input.run().id())
                .max()
                .orElse(Long.MIN_VALUE);
        List<Compaction.Input> inputs = new ArrayList<>();
        long bytes = 0;
        for (Run run : level0) {
            // A larger one has been through this already.
            if (run.id() <= newestBusy || (inputs.size() >= LEAST_RUNS && run.bytes() > bytes)) {
                break;
            }
            inputs.add(new Compaction.Input(0, run));
            bytes += run.bytes();
        }
        return inputs.size() < LEAST_RUNS
                ? Optional.empty()
                : Optional.of(
                        new Compaction.Merge(inputs, 0, inputs.get(0).run().id()));
    }
}
