package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.version.Run;
import io.streambed.lsm.internal.version.TableMeta;
import io.streambed.lsm.internal.version.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The tables that may hold data older than what a job writes, asked key by key in ascending order: where none can hold a key, a
 * tombstone has nothing left to hide.
 */
final class OlderTables {
    private final List<Run> runs;
    private final int[] positions;

    private OlderTables(List<Run> runs) {
        this.runs = runs;
        this.positions = new int[runs.size()];
    }

    /** The tables older than a new run on top of {@code version}: all of them. */
    static OlderTables below(Version version) {
        return new OlderTables(version.runs());
    }

    /** The tables older than run {@code run} of level {@code level}, but for those that the job itself replaces. */
    static OlderTables below(Version version, int level, long run, Set<TableMeta> replaced) {
        List<Run> older = new ArrayList<>();
        for (int at = level; at < Version.LEVELS; at++) {
            for (Run candidate : version.level(at)) {
                if (at > level || candidate.id() < run) {
                    List<TableMeta> rest = candidate.tables().stream()
                            .filter(table -> !replaced.contains(table))
                            .toList();
                    if (!rest.isEmpty()) {
                        older.add(new Run(candidate.id(), rest));
                    }
                }
            }
        }
        return new OlderTables(older);
    }

    /** Whether there is none. */
    boolean isEmpty() {
        return runs.isEmpty();
    }

    /** Whether one of the tables may hold {@code key}, by its range. Keys must come in ascending order. */
    boolean mayHold(Slice key) {
        boolean found = false;
        for (int i = 0; i < positions.length; i++) {
            List<TableMeta> tables = runs.get(i).tables();
            int at = positions[i];
            while (at < tables.size() && compare(key, tables.get(at).largest()) > 0) {
                at++;
            }
            positions[i] = at;
            found |= at < tables.size() && compare(key, tables.get(at).smallest()) >= 0;
        }
        return found;
    }

    private static int compare(Slice key, byte[] bound) {
        return key.compareTo(bound, 0, bound.length);
    }
}
