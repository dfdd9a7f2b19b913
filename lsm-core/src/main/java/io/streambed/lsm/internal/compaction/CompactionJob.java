package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.EntryView;
import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.entry.SeqRanges;
import io.streambed.lsm.internal.iterator.Bounds;
import io.streambed.lsm.internal.iterator.MergingIterator;
import io.streambed.lsm.internal.iterator.RunIterator;
import io.streambed.lsm.internal.version.TableMeta;
import io.streambed.lsm.internal.version.Version;
import io.streambed.lsm.internal.version.VersionEdit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Does what a {@link Compaction} says: reads the inputs, keeps what somebody may still read, writes the outputs. A large merge is
 * done in {@link Slices} of the key space, by as many threads as are free.
 */
public final class CompactionJob {
    /** Between two looks at the pace; a power of two. */
    private static final int ENTRIES_BETWEEN_CHECKS = 1024;

    /** What a job read and wrote, in bytes. */
    public record Traffic(long bytesRead, long bytesWritten) {}

    /** Told now and then by each thread of a job how it gets on. */
    @FunctionalInterface
    public interface Pace {
        /**
         * May wait, do something more urgent, or have the job give up.
         *
         * @param bytesWritten bytes of entries written since the last call
         * @throws JobCancelledException to give up
         */
        void advanced(long bytesWritten) throws IOException;
    }

    /** What came of one slice of a merge. */
    private record Outcome(List<OutputTables.Finished> tables, long hidden) {}

    private final TableFiles files;
    private final Version version;
    private final long[] protectedMoments;
    private final ExpiredEntries expired;
    private final Helpers helpers;
    private final Pace pace;

    /**
     * @param version the version that the compaction was picked from
     * @param protectedMoments moments that somebody may still read at
     * @param expired what need not be kept
     * @param helpers who may take slices of it
     * @param pace told now and then, by each thread
     */
    public CompactionJob(
            TableFiles files,
            Version version,
            long[] protectedMoments,
            ExpiredEntries expired,
            Helpers helpers,
            Pace pace) {
        this.files = files;
        this.version = version;
        this.protectedMoments = protectedMoments;
        this.expired = expired;
        this.helpers = helpers;
        this.pace = pace;
    }

    /** Does the work and describes its outcome in {@code edit}. */
    public Traffic run(Compaction compaction, VersionEdit edit) throws IOException {
        Set<TableMeta> replaced = new HashSet<>();
        long bytesRead = 0;
        for (Compaction.Input input : compaction.inputs()) {
            for (TableMeta table : input.tables()) {
                edit.remove(input.level(), input.run().id(), table.number());
                replaced.add(table);
                bytesRead += table.bytes();
            }
        }
        if (compaction instanceof Compaction.MoveRuns) {
            for (Compaction.Input input : compaction.inputs()) {
                input.tables()
                        .forEach(table ->
                                edit.add(compaction.toLevel(), input.run().id(), table));
            }
            return new Traffic(0, 0);
        }
        if (compaction instanceof Compaction.Move) {
            replaced.forEach(table -> edit.add(compaction.toLevel(), compaction.toRun(), table));
            return new Traffic(0, 0);
        }
        if (compaction instanceof Compaction.Drop) {
            sweep(edit, replaced);
            return new Traffic(0, 0);
        }
        long bytesWritten = 0;
        for (TableMeta table : merge(compaction, replaced)) {
            edit.add(compaction.toLevel(), compaction.toRun(), table);
            bytesWritten += table.bytes();
        }
        sweep(edit, replaced);
        return new Traffic(bytesRead, bytesWritten);
    }

    private List<TableMeta> merge(Compaction compaction, Set<TableMeta> replaced) throws IOException {
        List<Slices.Bounds> slices = Slices.of(compaction, helpers.count() + 1);
        List<Outcome> outcomes = helpers.runAll(
                slices,
                bounds -> mergeSlice(compaction, replaced, bounds),
                outcome -> OutputTables.discard(files, outcome.tables));
        List<OutputTables.Finished> tables = new ArrayList<>();
        long hidden = 0;
        for (Outcome outcome : outcomes) {
            tables.addAll(outcome.tables);
            hidden += outcome.hidden;
        }
        return OutputTables.describe(tables, overwritesLeft(compaction, replaced, hidden));
    }

    /** What the inputs hide of older runs, less what was hidden among themselves. */
    private long overwritesLeft(Compaction compaction, Set<TableMeta> replaced, long hidden) {
        if (older(compaction, replaced).isEmpty()) {
            return 0;
        }
        long before = replaced.stream().mapToLong(TableMeta::overwrites).sum();
        return Math.max(0, before - hidden);
    }

    private OlderTables older(Compaction compaction, Set<TableMeta> replaced) {
        return OlderTables.below(files, version, compaction.toLevel(), compaction.toRun(), replaced);
    }

    private Outcome mergeSlice(Compaction compaction, Set<TableMeta> replaced, Slices.Bounds bounds)
            throws IOException {
        List<InternalIterator> sources = new ArrayList<>();
        for (Compaction.Input input : compaction.inputs()) {
            sources.add(new RunIterator(
                    input.run(), (run, index) -> files.readThrough(run.tables().get(index))));
        }
        byte[] from = bounds.from() == null ? smallest(compaction) : bounds.from();
        byte[] to = bounds.to() == null ? behind(largest(compaction)) : bounds.to();
        try (OutputTables output = new OutputTables(files, files.tableBytes());
                InternalIterator entries = MergingIterator.within(Bounds.ofAnyTime(from, to), sources)) {
            KeptEntries kept = new KeptEntries(output);
            Survivors survivors = new Survivors(
                    protectedMoments, version.voids(), older(compaction, replaced), version.floor(), kept);
            int count = 0;
            for (boolean on = entries.seek(Slice.of(from)); on; on = entries.next()) {
                if ((++count & (ENTRIES_BETWEEN_CHECKS - 1)) == 0) {
                    pace.advanced(kept.takeBytes());
                }
                EntryView entry = entries.entry();
                survivors.take(entry, expired.isTombstone(entry));
            }
            survivors.finish();
            pace.advanced(kept.takeBytes());
            return new Outcome(output.finish(), survivors.hidden());
        }
    }

    /**
     * Where a merge begins that is not cut there. With both ends the merge knows what all keys have in common, such as their segment, and
     * compares what is behind it.
     */
    private static byte[] smallest(Compaction compaction) {
        return compaction.inputs().stream()
                .map(input -> input.tables().get(0).smallest())
                .min(Arrays::compareUnsigned)
                .orElseThrow();
    }

    private static byte[] largest(Compaction compaction) {
        return compaction.inputs().stream()
                .map(input -> input.tables().get(input.tables().size() - 1).largest())
                .max(Arrays::compareUnsigned)
                .orElseThrow();
    }

    /** The first key behind {@code key}. */
    private static byte[] behind(byte[] key) {
        return Arrays.copyOf(key, key.length + 1);
    }

    /** Writes what survives, and counts its bytes. */
    private static final class KeptEntries implements Survivors.Output {
        private final OutputTables tables;
        private long bytes;

        KeptEntries(OutputTables tables) {
            this.tables = tables;
        }

        @Override
        public void add(Slice userKey, long seqNo, boolean isTombstone, Slice value) throws IOException {
            tables.add(userKey, seqNo, isTombstone, value);
            bytes += userKey.length() + value.length();
        }

        /** Bytes since the last call. */
        long takeBytes() {
            long taken = bytes;
            bytes = 0;
            return taken;
        }
    }

    /** Forgets the void ranges that only replaced tables had entries of. */
    private void sweep(VersionEdit edit, Set<TableMeta> replaced) {
        for (SeqRanges.Range range : version.voids().ranges()) {
            boolean left = version.tables().stream()
                    .anyMatch(table -> !replaced.contains(table) && version.mayHold(range, table));
            if (!left) {
                edit.swept(range);
            }
        }
    }
}
