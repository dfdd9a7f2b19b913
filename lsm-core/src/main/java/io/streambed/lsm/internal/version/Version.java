package io.streambed.lsm.internal.version;

import io.streambed.lsm.internal.entry.SeqRanges;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Everything that the manifest knows, as one immutable value: readers share it, edits make the next one.
 *
 * <p>A level is a list of runs, newest data first. Level 0 has one run for each flush; a leveled level below has one run; a tiered
 * one has several (the shape is lsm-tree's). Data in a lower-numbered level is newer than data for the same key further down.
 *
 * @param levels the levels, {@link #LEVELS} of them
 * @param voids sequence numbers whose entries do not count, though tables still hold some
 * @param voidsBelow tables with this number and later ones were written after {@code voids} was known, and hold none of them
 * @param commit the last commit that tables and manifest know; the logs may hold later ones
 * @param logs numbers of the logs that hold what tables do not, ascending
 * @param lastSeqNo the greatest sequence number that a table ever held
 * @param nextFileNumber the number that the next new file gets
 * @param floor nothing below this key counts any more, whatever tables hold; empty if everything counts; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // Versions are not compared by content; a copy would cost and gain nothing.
public record Version(
        List<List<Run>> levels,
        SeqRanges voids,
        long voidsBelow,
        Commit commit,
        List<Long> logs,
        long lastSeqNo,
        long nextFileNumber,
        byte[] floor) {

    /** Number of levels. */
    public static final int LEVELS = 7;

    /** The floor below which there is no key. */
    public static final byte[] NO_FLOOR = new byte[0];

    /** A new, empty tree. */
    public static final Version EMPTY = new Version(
            Collections.nCopies(LEVELS, List.of()), SeqRanges.NONE, 0, Commit.NONE, List.of(), 0, 1, NO_FLOOR);

    /** The runs of a level, newest first. */
    public List<Run> level(int level) {
        return levels.get(level);
    }

    /** Every run, newest data first. */
    public List<Run> runs() {
        List<Run> runs = new ArrayList<>();
        for (List<Run> level : levels) {
            runs.addAll(level);
        }
        return runs;
    }

    /** Every table. */
    public List<TableMeta> tables() {
        List<TableMeta> tables = new ArrayList<>();
        for (Run run : runs()) {
            tables.addAll(run.tables());
        }
        return tables;
    }

    /** Whether {@code table} may hold void entries. */
    public boolean mayHoldVoid(TableMeta table) {
        return table.number() < voidsBelow && voids.intersects(table.minSeqNo(), table.maxSeqNo());
    }

    /** Whether {@code table} may hold entries of {@code range}, which is one of those that are void. */
    public boolean mayHold(SeqRanges.Range range, TableMeta table) {
        return table.number() < voidsBelow && table.minSeqNo() <= range.last() && range.first() <= table.maxSeqNo();
    }

    /** Size of the tables of a level. */
    public long bytes(int level) {
        long sum = 0;
        for (Run run : level(level)) {
            sum += run.bytes();
        }
        return sum;
    }

    /**
     * The version after {@code edit}.
     *
     * @throws IllegalArgumentException if the edit does not fit: a table removed that is not there or added twice, tables of
     *     one run that overlap, a level that does not exist
     */
    public Version apply(VersionEdit edit) {
        VersionBuilder next = new VersionBuilder(this);
        next.apply(edit);
        return next.build();
    }

    /** One edit that makes this version out of {@link #EMPTY}: what a new manifest begins with. */
    public VersionEdit asEdit() {
        VersionEdit edit = new VersionEdit()
                .nextFileNumber(nextFileNumber)
                .lastSeqNo(lastSeqNo)
                .commit(commit)
                .floor(floor);
        logs.forEach(edit::logCreated);
        voids.ranges().forEach(range -> edit.voided(range, voidsBelow));
        for (int level = 0; level < LEVELS; level++) {
            for (Run run : level(level)) {
                for (TableMeta table : run.tables()) {
                    edit.add(level, run.id(), table);
                }
            }
        }
        return edit;
    }
}
