package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.internal.version.Run;
import io.streambed.lsm.internal.version.TableMeta;
import io.streambed.lsm.internal.version.Version;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds tables that are worth rewriting for what has expired in them: at the bottom nothing else would ever touch them. A few blocks of
 * a table are looked at, and if half of the values there have expired, it is rewritten where it stands. So what has expired takes no
 * more room than what has not, and removing a byte costs a byte written at the most.
 *
 * <p>Each search goes on with the tables behind those that the last one looked at, and looks at a few only: a search comes
 * with each flush, so its cost stays in proportion to what is written. Used by one thread at a time.
 */
public final class ExpirySweep {
    private static final int TABLES_A_SEARCH = 8;
    private static final double WORTH_REWRITING = 0.5;

    /** Looks into tables. */
    @FunctionalInterface
    public interface Sampler {
        /** The share of expired values, 0 to 1, in some blocks of a table. */
        double expiredShare(TableMeta table) throws IOException;
    }

    /** The table that was looked at last; tables are numbered in the order of their making. */
    private long last;

    /** The next table that should be rewritten, if there is one among those that are due for a look. */
    public Optional<Compaction> search(Version version, Sampler sampler) throws IOException {
        for (int looks = 0; looks < TABLES_A_SEARCH; looks++) {
            Compaction.Input next = next(version);
            if (next == null) {
                last = 0;
                return Optional.empty();
            }
            TableMeta table = next.tables().get(0);
            last = table.number();
            if (sampler.expiredShare(table) >= WORTH_REWRITING) {
                return Optional.of(new Compaction.Merge(
                        List.of(next), next.level(), next.run().id()));
            }
        }
        return Optional.empty();
    }

    private Compaction.@Nullable Input next(Version version) {
        Compaction.Input next = null;
        for (int level = 0; level < Version.LEVELS; level++) {
            for (Run run : version.level(level)) {
                for (TableMeta table : run.tables()) {
                    if (table.number() > last
                            && (next == null
                                    || table.number() < next.tables().get(0).number())) {
                        next = new Compaction.Input(level, new Run(run.id(), List.of(table)));
                    }
                }
            }
        }
        return next;
    }
}
