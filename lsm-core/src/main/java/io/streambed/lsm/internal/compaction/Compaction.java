package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.internal.version.Run;
import io.streambed.lsm.internal.version.TableMeta;
import io.streambed.lsm.internal.version.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A decision of a {@link CompactionPicker}: which tables, and where to. */
public sealed interface Compaction {
    /**
     * Tables of one run.
     *
     * @param level where the run is
     * @param run its tables that take part, under its id
     */
    record Input(int level, Run run) {
        /** The tables. */
        public List<TableMeta> tables() {
            return run.tables();
        }

        /** Every run of {@code version}, newest data first. */
        static List<Input> all(Version version) {
            List<Input> inputs = new ArrayList<>();
            for (int level = 0; level < Version.LEVELS; level++) {
                for (Run run : version.level(level)) {
                    inputs.add(new Input(level, run));
                }
            }
            return inputs;
        }
    }

    /** The tables that take part, newest data first. */
    List<Input> inputs();

    /** The level that they go to. */
    int toLevel();

    /** The run of that level that they become part of. */
    long toRun();

    /** The highest level that tables come from. */
    default int fromLevel() {
        return inputs().get(0).level();
    }

    /** The size of the tables that take part. */
    default long bytes() {
        return inputs().stream().mapToLong(input -> input.run().bytes()).sum();
    }

    /** Merges the inputs into new tables. */
    record Merge(List<Input> inputs, int toLevel, long toRun) implements Compaction {}

    /**
     * Makes neighbouring runs one run of {@code level}: by moving them if their tables do not overlap, by merging them otherwise.
     * Newer runs have greater ids, so the greatest of theirs keeps it in its place among the others of the level.
     */
    static Compaction intoOneRun(List<Input> runs, int level) {
        long id = newestId(runs);
        List<TableMeta> tables = new ArrayList<>();
        runs.forEach(input -> tables.addAll(input.tables()));
        tables.sort((a, b) -> Arrays.compareUnsigned(a.smallest(), b.smallest()));
        for (int i = 1; i < tables.size(); i++) {
            if (Arrays.compareUnsigned(
                            tables.get(i - 1).largest(), tables.get(i).smallest())
                    >= 0) {
                return new Merge(runs, level, id);
            }
        }
        return new Move(runs, level, id);
    }

    /** The greatest id of some runs. */
    static long newestId(List<Input> runs) {
        return runs.stream().mapToLong(input -> input.run().id()).max().orElseThrow();
    }

    /** Forgets tables whose keys are all below the version's floor, wherever they stand: no byte is read or written. */
    record Drop(List<Input> inputs) implements Compaction {
        /** Every table that lies below the floor of {@code version}, if there are any. */
        public static Optional<Drop> of(Version version) {
            if (version.floor().length == 0) {
                return Optional.empty();
            }
            List<Input> inputs = new ArrayList<>();
            for (int level = 0; level < Version.LEVELS; level++) {
                for (Run run : version.level(level)) {
                    // Tables stand in key order, and one whose largest key is below the floor comes before all others.
                    int count = run.firstEndingAtOrAfter(version.floor(), 0, version.floor().length);
                    if (count > 0) {
                        inputs.add(
                                new Input(level, new Run(run.id(), run.tables().subList(0, count))));
                    }
                }
            }
            return inputs.isEmpty() ? Optional.empty() : Optional.of(new Drop(inputs));
        }

        /** They go nowhere; told as the level that they leave. */
        @Override
        public int toLevel() {
            return fromLevel();
        }

        @Override
        public long toRun() {
            return inputs.get(0).run().id();
        }
    }

    /** Moves tables as they are, because they overlap nothing of the run that they come to: no byte is read or written. */
    record Move(List<Input> inputs, int toLevel, long toRun) implements Compaction {}

    /** Moves whole runs to another level, each as the run that it is: no byte is read or written. */
    record MoveRuns(List<Input> inputs, int toLevel) implements Compaction {
        /** That of the newest of them. */
        @Override
        public long toRun() {
            return newestId(inputs);
        }
    }
}
