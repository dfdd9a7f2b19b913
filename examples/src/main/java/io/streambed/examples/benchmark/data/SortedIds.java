package io.streambed.examples.benchmark.data;

import java.util.Arrays;

/** The entries of a store in the order of their keys, for checking what a range returns. An immutable value. */
public final class SortedIds {
    private final Keys keys;
    private final long[] heads;

    /** Entries 0 to {@code entries} - 1 of random or sequential keys. */
    public SortedIds(Keys keys, int entries) {
        this.keys = keys;
        this.heads = new long[entries];
        // Sorted as signed numbers, where bytes are in the order of unsigned ones: the sign is turned.
        Arrays.setAll(heads, id -> keys.head(id) ^ Long.MIN_VALUE);
        Arrays.sort(heads);
    }

    /** How many there are. */
    public int size() {
        return heads.length;
    }

    /** The number of the entry at a place, the one with the least key being at 0. */
    public long at(int place) {
        return keys.ofHead(heads[place] ^ Long.MIN_VALUE);
    }
}
