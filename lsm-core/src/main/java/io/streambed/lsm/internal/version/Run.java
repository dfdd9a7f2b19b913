package io.streambed.lsm.internal.version;

import io.streambed.lsm.bytes.KeyHead;
import io.streambed.lsm.bytes.Slice;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tables in key order that do not overlap: one sorted sequence, in several files. All versions of a key are in one table. Immutable.
 *
 * <p>Each read looks for its table in each run. So of the largest keys the eight bytes behind what all of them have in common lie together
 * as integers: to compare the keys themselves, each an object of its own somewhere in memory, took a tenth of a short scan.
 */
public final class Run {
    private final long id;
    private final List<TableMeta> tables;

    /** How many bytes all largest keys have in common. */
    private final int common;

    /** Of each largest key the bytes behind those, zeros where it ends; the top bit flipped, to sort as signed. */
    private final long[] heads;

    /**
     * Fails if there is no table, or if two of them overlap or are out of order.
     *
     * @param id orders the runs of a level: a greater one holds newer data
     * @param tables in ascending order of keys; never empty
     */
    public Run(long id, List<TableMeta> tables) {
        this.id = id;
        this.tables = List.copyOf(tables);
        if (tables.isEmpty()) {
            throw new IllegalArgumentException("run " + id + " has no table");
        }
        for (int i = 1; i < tables.size(); i++) {
            if (Arrays.compareUnsigned(
                            tables.get(i - 1).largest(), tables.get(i).smallest())
                    >= 0) {
                throw new IllegalArgumentException(
                        "run " + id + ": " + tables.get(i - 1) + " and " + tables.get(i) + " overlap");
            }
        }
        byte[] first = tables.get(0).largest();
        byte[] last = tables.get(tables.size() - 1).largest();
        int mismatch = Arrays.mismatch(first, last);
        // In sorted keys the common prefix of the first and the last is that of all.
        this.common = mismatch < 0 ? first.length : mismatch;
        this.heads = new long[tables.size()];
        for (int i = 0; i < heads.length; i++) {
            byte[] largest = tables.get(i).largest();
            heads[i] = KeyHead.of(largest, common, largest.length - common);
        }
    }

    /** Orders the runs of a level: a greater one holds newer data. */
    public long id() {
        return id;
    }

    /** In ascending order of keys; never empty. */
    public List<TableMeta> tables() {
        return tables;
    }

    /** Index of the first table whose largest key is {@code key} or greater; the number of tables if there is none. */
    public int firstEndingAtOrAfter(byte[] key, int offset, int length) {
        if (common > 0) {
            byte[] any = tables.get(0).largest();
            int order = Arrays.compareUnsigned(any, 0, common, key, offset, offset + Math.min(common, length));
            if (order != 0) {
                return order > 0 ? 0 : heads.length;
            }
        }
        long head = KeyHead.of(key, offset + common, length - common);
        int low = 0;
        int high = heads.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (heads[middle] < head) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        // The heads decide no more: of keys that are equal so far, few as a rule.
        while (low < heads.length
                && heads[low] == head
                && isBelow(tables.get(low).largest(), key, offset, length)) {
            low++;
        }
        return low;
    }

    /** Index of the first table whose largest key is {@code key} or greater; the number of tables if there is none. */
    public int firstEndingAtOrAfter(Slice key) {
        return firstEndingAtOrAfter(key.array(), key.offset(), key.length());
    }

    /** The tables that may hold keys between {@code from} and {@code to}, both included. */
    public List<TableMeta> overlapping(byte[] from, byte[] to) {
        int first = firstEndingAtOrAfter(from, 0, from.length);
        int end = first;
        while (end < tables.size() && Arrays.compareUnsigned(tables.get(end).smallest(), to) <= 0) {
            end++;
        }
        return tables.subList(first, end);
    }

    /** The times that the keys of all tables have. */
    public KeyTimes times() {
        long earliest = Long.MAX_VALUE;
        long latest = Long.MIN_VALUE;
        for (TableMeta table : tables) {
            earliest = Math.min(earliest, table.times().earliest());
            latest = Math.max(latest, table.times().latest());
        }
        return new KeyTimes(earliest, latest);
    }

    /** Size of all tables. */
    public long bytes() {
        long sum = 0;
        for (TableMeta table : tables) {
            sum += table.bytes();
        }
        return sum;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Run that && id == that.id && tables.equals(that.tables);
    }

    @Override
    public int hashCode() {
        return Objects.hash(id, tables);
    }

    @Override
    public String toString() {
        return "run " + id + " of " + tables;
    }

    private static boolean isBelow(byte[] largest, byte[] key, int offset, int length) {
        return Arrays.compareUnsigned(largest, 0, largest.length, key, offset, offset + length) < 0;
    }
}
