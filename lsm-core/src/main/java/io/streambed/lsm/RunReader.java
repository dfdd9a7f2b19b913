package io.streambed.lsm;

import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.iterator.RunIterator;
import io.streambed.lsm.internal.sstable.ReadMode;
import io.streambed.lsm.internal.sstable.TableReader;
import io.streambed.lsm.internal.version.Run;
import io.streambed.lsm.internal.version.TableMeta;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads in one run. Keeps the tables' readers, so that a read does not look them up again: to make a file's name took a quarter of
 * a short scan. Any thread; two that find a reader missing look it up both and find the same one.
 */
final class RunReader {
    private final Run run;
    private final TreeFiles files;
    private final @Nullable TableReader[] readers;

    /** Written without order by any thread: to lose one does no harm. */
    private long seeks;

    RunReader(Run run, TreeFiles files) {
        this.run = run;
        this.files = files;
        this.readers = new TableReader[run.tables().size()];
    }

    /**
     * The table whose range has {@code key} in it, or {@code null} if there is none.
     *
     * @param timeFrom the key has no earlier time
     * @param timeTo nor a later one
     */
    @Nullable
    TableReader tableFor(byte[] key, long timeFrom, long timeTo) throws IOException {
        int index = run.firstEndingAtOrAfter(key, 0, key.length);
        if (index == readers.length) {
            return null;
        }
        TableMeta table = run.tables().get(index);
        // A filter would say so, too, from memory that is not in the processor's cache.
        return !table.times().overlap(timeFrom, timeTo) || Arrays.compareUnsigned(table.smallest(), key) > 0
                ? null
                : reader(index);
    }

    /** An iterator over the tables that {@code range} touches, but for some without a key of its times; or {@code null} if there are none. */
    @Nullable
    InternalIterator iterator(KeyRange range) {
        byte[] from = range.from();
        byte[] to = range.to();
        int begin = from == null ? 0 : run.firstEndingAtOrAfter(from, 0, from.length);
        int end = to == null ? readers.length : endOf(to, begin);
        while (begin < end && !hasTimesOf(range, begin)) {
            begin++;
        }
        while (begin < end && !hasTimesOf(range, end - 1)) {
            end--;
        }
        return begin >= end
                ? null
                : new RunIterator(
                        run, begin, end, from, (whole, index) -> reader(index).iterator(ReadMode.CACHED));
    }

    /** Index behind the last table that has keys below {@code to}, or may have; not below {@code begin}, where the range begins. */
    private int endOf(byte[] to, int begin) {
        if (begin == readers.length) {
            return begin;
        }
        // A short range ends in the table that it begins in.
        boolean endsThere = Arrays.compareUnsigned(to, run.tables().get(begin).largest()) <= 0;
        int end = endsThere ? begin : run.firstEndingAtOrAfter(to, 0, to.length);
        boolean hasSome = end < readers.length
                && Arrays.compareUnsigned(run.tables().get(end).smallest(), to) < 0;
        return hasSome ? end + 1 : end;
    }

    /** A range is read in this run and in others; how many were so far. */
    long countSeek() {
        return ++seeks;
    }

    /** How many ranges were read in this run and in others, too. */
    long seeks() {
        return seeks;
    }

    private boolean hasTimesOf(KeyRange range, int index) {
        return run.tables().get(index).times().overlap(range.timeFrom(), range.timeTo());
    }

    private TableReader reader(int index) throws IOException {
        TableReader reader = readers[index];
        if (reader == null) {
            TableMeta table = run.tables().get(index);
            reader = files.reader(table);
            readers[index] = reader;
        }
        return reader;
    }
}
