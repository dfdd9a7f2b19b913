package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.internal.version.Run;
import io.streambed.lsm.internal.version.TableMeta;
import java.util.List;

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

    /** Merges the inputs into new tables. */
    record Merge(List<Input> inputs, int toLevel, long toRun) implements Compaction {}

    /** Moves tables as they are, because nothing in the level below overlaps them: no byte is read or written. */
    record Move(List<Input> inputs, int toLevel, long toRun) implements Compaction {}
}
