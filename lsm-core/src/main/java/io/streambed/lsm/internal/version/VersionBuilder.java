package io.streambed.lsm.internal.version;

import io.streambed.lsm.internal.entry.SeqRanges;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Makes a version out of an older one by several edits, at the price of one version: a manifest has dozens of them, and is read by a
 * process that has compiled nothing yet. (LevelDB's {@code VersionSet::Builder} is there for the same.)
 *
 * <p>Used by one thread. After an edit was refused it is of no use any more.
 */
final class VersionBuilder {
    private final List<SortedMap<Long, List<TableMeta>>> levels = new ArrayList<>();
    private SeqRanges voids;
    private long voidsBelow;
    private Commit commit;
    private final List<Long> logs;
    private long lastSeqNo;
    private long nextFileNumber;
    private byte[] floor;

    VersionBuilder(Version from) {
        for (List<Run> runs : from.levels()) {
            SortedMap<Long, List<TableMeta>> level = new TreeMap<>(Comparator.reverseOrder());
            for (Run run : runs) {
                level.put(run.id(), new ArrayList<>(run.tables()));
            }
            levels.add(level);
        }
        this.voids = from.voids();
        this.voidsBelow = from.voidsBelow();
        this.commit = from.commit();
        this.logs = new ArrayList<>(from.logs());
        this.lastSeqNo = from.lastSeqNo();
        this.nextFileNumber = from.nextFileNumber();
        this.floor = from.floor();
    }

    /**
     * Goes on by one edit.
     *
     * @throws IllegalArgumentException if it removes a table that is not there, or names a level that does not exist
     */
    void apply(VersionEdit edit) {
        for (VersionEdit.Removed gone : edit.removed()) {
            remove(gone);
        }
        for (VersionEdit.Placed placed : edit.added()) {
            SortedMap<Long, List<TableMeta>> level = level(placed.level());
            List<TableMeta> run = level.get(placed.run());
            if (run == null) {
                run = new ArrayList<>();
                level.put(placed.run(), run);
            }
            run.add(placed.table());
        }
        for (VersionEdit.Voided declared : edit.voided()) {
            voids = voids.plus(declared.range());
            voidsBelow = Math.max(voidsBelow, declared.tablesBelow());
        }
        for (SeqRanges.Range range : edit.swept()) {
            voids = voids.minus(range);
        }
        logs.addAll(edit.logsCreated());
        logs.removeAll(edit.logsRemoved());
        for (Iterator<Long> log = logs.iterator(); log.hasNext(); ) {
            if (log.next() < edit.logsDroppedBelow()) {
                log.remove();
            }
        }
        Commit newCommit = edit.commit();
        commit = newCommit == null ? commit : newCommit;
        lastSeqNo = Math.max(lastSeqNo, edit.lastSeqNo());
        nextFileNumber = Math.max(nextFileNumber, edit.nextFileNumber());
        floor = Arrays.compareUnsigned(floor, edit.floor()) >= 0 ? floor : edit.floor();
    }

    /**
     * What it has come to.
     *
     * @throws IllegalArgumentException if a table is there twice, or tables of one run overlap
     */
    Version build() {
        List<Long> sortedLogs = new ArrayList<>(logs);
        Collections.sort(sortedLogs);
        return new Version(
                runs(), voids, voidsBelow, commit, List.copyOf(sortedLogs), lastSeqNo, nextFileNumber, floor);
    }

    private void remove(VersionEdit.Removed gone) {
        SortedMap<Long, List<TableMeta>> level = level(gone.level());
        List<TableMeta> run = level.get(gone.run());
        if (run != null) {
            for (int i = 0; i < run.size(); i++) {
                if (run.get(i).number() == gone.number()) {
                    run.remove(i);
                    if (run.isEmpty()) {
                        level.remove(gone.run());
                    }
                    return;
                }
            }
        }
        throw new IllegalArgumentException("edit removes a table that is not there: " + gone);
    }

    private SortedMap<Long, List<TableMeta>> level(int level) {
        if (level < 0 || level >= Version.LEVELS) {
            throw new IllegalArgumentException("edit names level " + level + "; there are " + Version.LEVELS);
        }
        return levels.get(level);
    }

    private List<List<Run>> runs() {
        Set<Long> seen = new HashSet<>();
        List<List<Run>> result = new ArrayList<>();
        for (SortedMap<Long, List<TableMeta>> level : levels) {
            List<Run> runs = new ArrayList<>();
            for (Map.Entry<Long, List<TableMeta>> entry : level.entrySet()) {
                List<TableMeta> tables = new ArrayList<>(entry.getValue());
                for (TableMeta table : tables) {
                    if (!seen.add(table.number())) {
                        throw new IllegalArgumentException("edit adds a table that is there already: " + table);
                    }
                }
                if (tables.size() > 1) {
                    tables.sort((a, b) -> Arrays.compareUnsigned(a.smallest(), b.smallest()));
                }
                runs.add(new Run(entry.getKey(), tables));
            }
            result.add(List.copyOf(runs));
        }
        return List.copyOf(result);
    }
}
