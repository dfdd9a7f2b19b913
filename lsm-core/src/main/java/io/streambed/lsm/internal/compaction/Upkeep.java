package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.internal.version.Run;
import io.streambed.lsm.internal.version.TableMeta;
import io.streambed.lsm.internal.version.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What is due whatever the style of compaction, around a picker that cares for the shape of the tree.
 *
 * <ul>
 *   <li>Tables below the floor are dropped before anything else: that costs nothing and gives room.
 *   <li>Then the shape, since writers may wait for it.
 *   <li>Then tables that are mostly tombstones, which readers would walk through: each is merged with everything that it may hide,
 *       and so vanishes, unless far more would have to be rewritten than goes.
 *   <li>At last tables with void entries are rewritten, so that their ranges can be forgotten.
 * </ul>
 */
public final class Upkeep implements CompactionPicker {
    /** Tombstones that make readers slow: so many, and such a share of a table. */
    private static final int MANY_TOMBSTONES = 1000;

    private static final double MOSTLY_TOMBSTONES = 0.5;

    /** How many entries may be rewritten for each tombstone that goes. */
    private static final int ENTRIES_A_TOMBSTONE = 3;

    private final CompactionPicker shape;

    /** @param shape decides when nothing more urgent is due */
    public Upkeep(CompactionPicker shape) {
        this.shape = shape;
    }

    @Override
    public Optional<Compaction> pick(Version version, long settled) {
        Optional<Compaction.Drop> below = Compaction.Drop.of(version);
        if (below.isPresent()) {
            return Optional.of(below.get());
        }
        return shape.pick(version, settled)
                .or(() -> tombstones(version, settled))
                .or(() -> sweep(version));
    }

    private static Optional<Compaction> tombstones(Version version, long settled) {
        List<Compaction.Input> runs = Compaction.Input.all(version);
        for (int i = 0; i < runs.size(); i++) {
            for (TableMeta table : runs.get(i).tables()) {
                // One that still hides something from somebody would be as it is afterwards, and be picked for ever.
                if (isMostlyTombstones(table) && table.maxSeqNo() <= settled) {
                    List<Compaction.Input> inputs = withAllThatItHides(runs, i, table);
                    if (entries(inputs) <= ENTRIES_A_TOMBSTONE * table.tombstones()) {
                        Compaction.Input oldest = inputs.get(inputs.size() - 1);
                        return Optional.of(new Compaction.Merge(
                                inputs, oldest.level(), oldest.run().id()));
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isMostlyTombstones(TableMeta table) {
        return table.tombstones() >= MANY_TOMBSTONES && table.tombstones() >= MOSTLY_TOMBSTONES * table.entries();
    }

    /**
     * A table and those of older runs that overlap it, or that overlap one of them further up: what is merged into the oldest of
     * these runs leaves nothing older above it, and overlaps nothing in it.
     */
    private static List<Compaction.Input> withAllThatItHides(List<Compaction.Input> runs, int newest, TableMeta table) {
        byte[] from = table.smallest();
        byte[] to = table.largest();
        List<Compaction.Input> inputs = List.of();
        for (int before = -1; before != tables(inputs); ) {
            before = tables(inputs);
            inputs = new ArrayList<>();
            inputs.add(new Compaction.Input(
                    runs.get(newest).level(), new Run(runs.get(newest).run().id(), List.of(table))));
            for (Compaction.Input older : runs.subList(newest + 1, runs.size())) {
                List<TableMeta> overlapping = older.run().overlapping(from, to);
                if (!overlapping.isEmpty()) {
                    inputs.add(new Compaction.Input(
                            older.level(), new Run(older.run().id(), overlapping)));
                    from = min(from, overlapping.get(0).smallest());
                    to = max(to, overlapping.get(overlapping.size() - 1).largest());
                }
            }
        }
        return inputs;
    }

    private static int tables(List<Compaction.Input> inputs) {
        return inputs.stream().mapToInt(input -> input.tables().size()).sum();
    }

    private static long entries(List<Compaction.Input> inputs) {
        return inputs.stream()
                .flatMap(input -> input.tables().stream())
                .mapToLong(TableMeta::entries)
                .sum();
    }

    private static Optional<Compaction> sweep(Version version) {
        for (int level = 0; level < Version.LEVELS; level++) {
            List<Run> runs = version.level(level);
            for (int i = runs.size() - 1; i >= 0; i--) {
                for (TableMeta table : runs.get(i).tables()) {
                    if (version.mayHoldVoid(table)) {
                        Run alone = new Run(runs.get(i).id(), List.of(table));
                        return Optional.of(
                                new Compaction.Merge(List.of(new Compaction.Input(level, alone)), level, alone.id()));
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static byte[] min(byte[] a, byte[] b) {
        return Arrays.compareUnsigned(a, b) <= 0 ? a : b;
    }

    private static byte[] max(byte[] a, byte[] b) {
        return Arrays.compareUnsigned(a, b) >= 0 ? a : b;
    }
}
