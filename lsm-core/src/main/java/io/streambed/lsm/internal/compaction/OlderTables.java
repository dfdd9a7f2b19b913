package io.streambed.lsm.internal.compaction;

import io.streambed.lsm.bytes.KeyHash;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.version.Run;
import io.streambed.lsm.internal.version.TableMeta;
import io.streambed.lsm.internal.version.Version;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tables that may hold data older than what a job writes, asked key by key in ascending order: where none can hold a key, a
 * tombstone has nothing left to hide. Filters are asked, not only ranges of keys: what was put and deleted again in one memtable (a
 * queue, a session that became longer) so leaves nothing behind.
 */
final class OlderTables {
    /** Where filters come from. */
    private interface Filters {
        TableFiles.KeyFilter of(TableMeta table) throws IOException;
    }

    private final Filters allFilters;
    private final List<Run> runs;
    private final int[] positions;

    /** Of the table at each position, once it was needed. */
    private final TableFiles.@Nullable KeyFilter[] filters;

    private OlderTables(Filters allFilters, List<Run> runs) {
        this.allFilters = allFilters;
        this.runs = runs;
        this.positions = new int[runs.size()];
        this.filters = new TableFiles.KeyFilter[runs.size()];
    }

    /** The tables older than a new run on top of {@code version}: all of them. */
    static OlderTables below(TableFiles files, Version version) {
        return new OlderTables(files::filter, version.runs());
    }

    /** As {@link #below(TableFiles, Version)}, for an estimate: loads no filter, and may be wrong where a file is damaged. */
    static OlderTables uncheckedBelow(TableFiles files, Version version) {
        return new OlderTables(files::uncheckedFilter, version.runs());
    }

    /** The tables older than run {@code run} of level {@code level}, but for those that the job itself replaces. */
    static OlderTables below(TableFiles files, Version version, int level, long run, Set<TableMeta> replaced) {
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
        return new OlderTables(files::filter, older);
    }

    /** Whether there is none. */
    boolean isEmpty() {
        return runs.isEmpty();
    }

    /** Whether one of the tables has keys on both sides of {@code key}, or that key. Keys must come in ascending order. */
    boolean reachTo(Slice key) {
        for (int i = 0; i < positions.length; i++) {
            if (runReachesTo(key, i)) {
                return true;
            }
        }
        return false;
    }

    /** Whether one of the tables may hold {@code key}. Keys must come in ascending order. */
    boolean mayHold(Slice key) throws IOException {
        return anyFilterKnows(key, 0);
    }

    /**
     * Whether the filters that {@link #mayHold} asks about {@code key} know a hash which, but for chance, none of the keys has: as often as
     * that, it is wrong about keys that are new.
     */
    boolean knowWhatNobodyPut(Slice key) throws IOException {
        return anyFilterKnows(key, -1);
    }

    /** Asks all tables that reach to {@code key} about its hash with some bits inverted. */
    private boolean anyFilterKnows(Slice key, long inverted) throws IOException {
        long hash = 0;
        boolean hashed = false;
        for (int i = 0; i < positions.length; i++) {
            if (runReachesTo(key, i)) {
                if (!hashed) {
                    hash = KeyHash.of(key.array(), key.offset(), key.length()) ^ inverted;
                    hashed = true;
                }
                if (filter(i).mayContain(hash)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean runReachesTo(Slice key, int run) {
        List<TableMeta> tables = runs.get(run).tables();
        int at = positions[run];
        while (at < tables.size() && compare(key, tables.get(at).largest()) > 0) {
            at++;
            filters[run] = null;
        }
        positions[run] = at;
        return at < tables.size() && compare(key, tables.get(at).smallest()) >= 0;
    }

    private TableFiles.KeyFilter filter(int run) throws IOException {
        TableFiles.KeyFilter filter = filters[run];
        if (filter == null) {
            filter = allFilters.of(runs.get(run).tables().get(positions[run]));
            filters[run] = filter;
        }
        return filter;
    }

    private static int compare(Slice key, byte[] bound) {
        return key.compareTo(bound, 0, bound.length);
    }
}
