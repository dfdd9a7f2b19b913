package io.streambed.lsm;

import io.streambed.lsm.internal.compaction.Compaction;
import io.streambed.lsm.internal.compaction.CompactionPicker;
import io.streambed.lsm.internal.compaction.ExpiredEntries;
import io.streambed.lsm.internal.compaction.ExpirySweep;
import io.streambed.lsm.internal.compaction.SeekCompaction;
import io.streambed.lsm.internal.version.Commit;
import io.streambed.lsm.internal.version.Version;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which compaction a tree needs next: first what its style asks for, then what removes expired entries, and last, in a tree at rest, what
 * spares its readers seeks.
 */
final class NextCompaction {
    private final @Nullable Expiry expiry;
    private final TreeFiles files;
    private final Versions versions;
    private final SnapshotList snapshots;
    private final CompactionStylePickers pickers;
    private final BooleanSupplier sealForReaders;

    /** Used by whoever may compact. */
    private final ExpirySweep expirySweep = new ExpirySweep();

    NextCompaction(
            @Nullable Expiry expiry,
            TreeFiles files,
            Versions versions,
            SnapshotList snapshots,
            CompactionStylePickers pickers,
            BooleanSupplier sealForReaders) {
        this.expiry = expiry;
        this.files = files;
        this.versions = versions;
        this.snapshots = snapshots;
        this.pickers = pickers;
        this.sealForReaders = sealForReaders;
    }

    /** The next one. Called by the one thread that may compact. */
    Optional<Compaction> get() throws IOException {
        PinnedVersion tables = versions.tables();
        Version version = tables.version();
        Optional<Compaction> next = pick(pickers.now(), version);
        if (next.isEmpty() && expiry != null) {
            ExpiredEntries expired = expired(version.commit());
            next = expirySweep.search(version, table -> files.expiredShare(table, expired));
        }
        return next.isEmpty() && pickers.mayMergeForReaders() ? forReaders(version, tables.seeks()) : next;
    }

    /**
     * The merge that spares readers seeks, if one pays. The memtable, in which they look as well, is to be part of it: so that is flushed first,
     * and the merge is found when the tree is at rest again.
     */
    private Optional<Compaction> forReaders(Version version, long[] seeks) {
        Optional<Compaction> merge = SeekCompaction.of(version, seeks);
        return merge.isPresent() && sealForReaders.getAsBoolean() ? Optional.empty() : merge;
    }

    /** Whether the style asks for one now. */
    boolean isDue() {
        return pick(pickers.now(), versions.current()).isPresent();
    }

    /** Whether the style will ask for one when the tree is at rest, which it is not. */
    boolean isDueAtRest() {
        return !pickers.isAtRest() && pick(pickers.atRest(), versions.current()).isPresent();
    }

    /** What had expired at a commit: at the one that a crash would fall back to, it is of no use to anybody. */
    ExpiredEntries expired(Commit commit) {
        return expiry == null ? ExpiredEntries.NONE : expiry.asOf(commit.metadata())::isExpired;
    }

    private Optional<Compaction> pick(CompactionPicker picker, Version version) {
        long settled = Arrays.stream(snapshots.protectedMoments(version.commit()))
                .min()
                .orElseThrow();
        return picker.pick(version, settled);
    }
}
