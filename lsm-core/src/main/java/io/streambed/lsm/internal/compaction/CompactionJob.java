package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.internal.entry.EntryKind;
import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.entry.SeqRanges;
import io.streambed.lsm.internal.iterator.MergingIterator;
import io.streambed.lsm.internal.iterator.RunIterator;
import io.streambed.lsm.internal.version.TableMeta;
import io.streambed.lsm.internal.version.Version;
import io.streambed.lsm.internal.version.VersionEdit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** Does what a {@link Compaction} says: reads the inputs, keeps what somebody may still read, writes the outputs. */
public final class CompactionJob {
    /** Between two looks at whether to give up; a power of two. */
    private static final int ENTRIES_BETWEEN_CHECKS = 1024;

    /** What a job read and wrote, in bytes. */
    public record Traffic(long bytesRead, long bytesWritten) {}

    private final TableFiles files;
    private final Version version;
    private final long[] protectedMoments;
    private final ExpiredEntries expired;
    private final BooleanSupplier cancelled;

    /**
     * @param version the version that the compaction was picked from
     * @param protectedMoments moments that somebody may still read at
     * @param expired what need not be kept
     * @param cancelled asked now and then; once it says yes the job gives up with {@link JobCancelledException}
     */
    public CompactionJob(
            TableFiles files,
            Version version,
            long[] protectedMoments,
            ExpiredEntries expired,
            BooleanSupplier cancelled) {
        this.files = files;
        this.version = version;
        this.protectedMoments = protectedMoments;
        this.expired = expired;
        this.cancelled = cancelled;
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
        if (compaction instanceof Compaction.Move) {
            replaced.forEach(table -> edit.add(compaction.toLevel(), compaction.toRun(), table));
            return new Traffic(0, 0);
        }
        if (compaction instanceof Compaction.Drop) {
            sweep(edit, replaced);
            return new Traffic(0, 0);
        }
        List<TableMeta> outputs = merge(compaction, replaced);
        long bytesWritten = 0;
        for (TableMeta table : outputs) {
            edit.add(compaction.toLevel(), compaction.toRun(), table);
            bytesWritten += table.bytes();
        }
        sweep(edit, replaced);
        return new Traffic(bytesRead, bytesWritten);
    }

    private List<TableMeta> merge(Compaction compaction, Set<TableMeta> replaced) throws IOException {
        OlderTables older = OlderTables.below(version, compaction.toLevel(), compaction.toRun(), replaced);
        Survivors survivors = new Survivors(protectedMoments, version.voids(), older, version.floor());
        List<InternalIterator> sources = new ArrayList<>();
        for (Compaction.Input input : compaction.inputs()) {
            sources.add(new RunIterator(
                    input.run(), (run, index) -> files.readThrough(run.tables().get(index))));
        }
        try (OutputTables output = new OutputTables(files, files.tableBytes());
                InternalIterator entries = MergingIterator.of(sources)) {
            int count = 0;
            for (boolean on = entries.first(); on; on = entries.next()) {
                if ((++count & (ENTRIES_BETWEEN_CHECKS - 1)) == 0 && cancelled.getAsBoolean()) {
                    throw new JobCancelledException();
                }
                EntryKind kind = expired.kindOf(entries);
                if (survivors.keep(entries.userKey(), entries.seqNo(), kind)) {
                    output.add(entries.userKey(), entries.seqNo(), kind, entries.value());
                }
            }
            return output.finish();
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
