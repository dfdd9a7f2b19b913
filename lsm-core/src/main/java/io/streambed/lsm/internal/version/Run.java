package io.streambed.lsm.internal.version;

import io.streambed.lsm.bytes.Slice;
import java.util.Arrays;
import java.util.List;

/**
 * Tables in key order that do not overlap: one sorted sequence, in several files. All versions of a key are in one table.
 *
 * @param id orders the runs of a level: a greater one holds newer data
 * @param tables in ascending order of keys; never empty
 */
public record Run(long id, List<TableMeta> tables) {
    /** Fails if there is no table, or if two of them overlap or are out of order. */
    public Run {
        tables = List.copyOf(tables);
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
    }

    /** Index of the first table whose largest key is {@code key} or greater; the number of tables if there is none. */
    public int firstEndingAtOrAfter(byte[] key, int offset, int length) {
        int low = 0;
        int high = tables.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            byte[] largest = tables.get(middle).largest();
            if (Arrays.compareUnsigned(largest, 0, largest.length, key, offset, offset + length) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
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

    /** Size of all tables. */
    public long bytes() {
        long sum = 0;
        for (TableMeta table : tables) {
            sum += table.bytes();
        }
        return sum;
    }
}
