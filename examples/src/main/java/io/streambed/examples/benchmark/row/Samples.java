package io.streambed.examples.benchmark.row;

import io.streambed.examples.benchmark.store.Subject;
import java.util.function.LongConsumer;

/** Looks, once a row that writes is measured, whether the store holds what it was given: at entries spread over all of them. */
final class Samples {
    private static final long LOOKS = 10_000;

    private Samples() {}

    /** Entries 0 to {@code entries} - 1 are all there, in their first versions. */
    static void first(Subject subject, long entries) {
        each(entries, id -> subject.get(id, 0));
    }

    /** All entries are there, in these versions. */
    static void versions(Subject subject, int[] versions) {
        each(versions.length, id -> subject.get(id, versions[(int) id]));
    }

    /** Some of the numbers from 0 to {@code entries} - 1, the last of them included. */
    static void each(long entries, LongConsumer look) {
        long step = Math.max(1, entries / LOOKS);
        for (long id = entries - 1; id >= 0; id -= step) {
            look.accept(id);
        }
    }
}
