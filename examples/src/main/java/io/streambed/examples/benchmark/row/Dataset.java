package io.streambed.examples.benchmark.row;

import io.streambed.examples.benchmark.data.Ids;
import io.streambed.examples.benchmark.data.Keys;
import io.streambed.examples.benchmark.store.Subject;

/** What a store holds when a scenario begins. Written once for each side, closed at rest, and handed to each run as a copy. */
public enum Dataset {
    /** Nothing. */
    NONE(Keys.RANDOM, false),
    /** Random keys, in random order. */
    RANDOM(Keys.RANDOM, false),
    /** Ascending keys, in their order. */
    SEQUENTIAL(Keys.SEQUENTIAL, false),
    /** Half as many ascending keys, in random order. */
    HALF(Keys.SEQUENTIAL, false),
    /** Groups of keys with a prefix in common, in random order. */
    GROUPED(Keys.GROUPED, false),
    /** Random keys with values of 1,000 bytes. */
    LARGE(Keys.RANDOM, true);

    private static final int LARGE_BYTES = 1_000;

    private final Keys keys;
    private final boolean large;

    Dataset(Keys keys, boolean large) {
        this.keys = keys;
        this.large = large;
    }

    /** The keys of its entries. */
    Keys keys() {
        return keys;
    }

    /** Bytes of each value. */
    int valueBytes() {
        return large ? LARGE_BYTES : Subject.VALUE_BYTES;
    }

    /** How many entries it has. */
    int entries(Plan plan) {
        return switch (this) {
            case NONE -> 0;
            case RANDOM, SEQUENTIAL -> plan.entries();
            case HALF -> plan.entries() / 2;
            case GROUPED -> plan.entries() / Keys.GROUP * Keys.GROUP;
            case LARGE -> plan.largeEntries();
        };
    }

    /** Writes it. */
    void fill(Subject subject, Plan plan) {
        int entries = entries(plan);
        Ids ids = this == HALF || this == GROUPED ? Ids.permutation(entries) : null;
        for (long i = 0; i < entries; i++) {
            subject.put(ids == null ? i : ids.next(), 0);
        }
        subject.commit();
    }
}
