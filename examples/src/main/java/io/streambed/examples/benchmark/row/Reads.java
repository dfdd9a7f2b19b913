package io.streambed.examples.benchmark.row;

import io.streambed.examples.benchmark.data.Ids;
import io.streambed.examples.benchmark.data.Keys;
import io.streambed.examples.benchmark.store.Subject;

/** Reading single keys of a store that is not written meanwhile. */
final class Reads {
    private static final long SEED = 11;

    private Reads() {}

    static Scenario.Body hit(String part) {
        return bench -> hits(bench, part, Ids.uniform(bench.entries(), SEED));
    }

    static Scenario.Body zipfHit(String part) {
        return bench -> hits(bench, part, Ids.zipf(bench.entries(), SEED));
    }

    static Scenario.Body missing(String part) {
        return bench -> {
            Ids ids = Ids.uniform(bench.entries(), SEED);
            try (Subject subject = bench.openPrepared()) {
                misses(bench, part, subject, ids);
            }
        };
    }

    private static void hits(Bench bench, String part, Ids ids) throws Exception {
        try (Subject subject = bench.openPrepared()) {
            hits(bench, part, subject, ids);
        }
    }

    private static void hits(Bench bench, String part, Subject subject, Ids ids) throws Exception {
        bench.reads(part, () -> {
            subject.get(ids.next(), 0);
            return 1;
        });
    }

    private static void misses(Bench bench, String part, Subject subject, Ids ids) throws Exception {
        bench.reads(part, () -> {
            subject.getMissing(ids.next());
            return 1;
        });
    }

    /** A store so small that it is in the memtable: what is there, and what is not. */
    static Scenario.Body memtable(String hit, String missing) {
        return bench -> {
            int entries = bench.plan().smallEntries();
            try (Subject subject = bench.openNew(Keys.RANDOM, Subject.VALUE_BYTES)) {
                for (long id = 0; id < entries; id++) {
                    subject.put(id, 0);
                }
                hits(bench, hit, subject, Ids.uniform(entries, SEED));
                misses(bench, missing, subject, Ids.uniform(entries, SEED));
            }
        };
    }
}
