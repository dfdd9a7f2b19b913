package io.streambed.examples.benchmark.row;

import io.streambed.examples.benchmark.data.Ids;
import io.streambed.examples.benchmark.data.Keys;
import io.streambed.examples.benchmark.store.Subject;
import io.streambed.examples.benchmark.store.Suppliers;
import io.streambed.kafka.LsmStoreConfig;
import java.util.Map;

/** Filling an empty store, and writing over what a full one holds. */
final class Fills {
    private static final long SEED = 23;

    /** Entries of one call of {@code putAll}. */
    private static final int BATCH = 100;

    private Fills() {}

    /** Each entry once, in the order of their numbers. */
    static Scenario.Body each(String part, Keys keys) {
        return bench ->
                entries(bench, part, keys, Subject.VALUE_BYTES, bench.plan().entries());
    }

    /** The same with values of 1,000 bytes. */
    static Scenario.Body large(String part) {
        return bench -> entries(
                bench,
                part,
                Keys.RANDOM,
                Dataset.LARGE.valueBytes(),
                bench.plan().largeEntries());
    }

    /** Random keys into a store that writes no log, as RocksDB does not in Streams. */
    static Scenario.Body withoutLog(String part) {
        return bench -> entries(
                bench,
                bench.suppliers().configured(Map.of(LsmStoreConfig.DURABILITY_CONFIG, "none")),
                part,
                Keys.RANDOM,
                Subject.VALUE_BYTES,
                bench.plan().entries());
    }

    private static void entries(Bench bench, String part, Keys keys, int valueBytes, int entries) throws Exception {
        entries(bench, bench.suppliers(), part, keys, valueBytes, entries);
    }

    private static void entries(Bench bench, Suppliers suppliers, String part, Keys keys, int valueBytes, int entries)
            throws Exception {
        bench.warm(keys, valueBytes, (subject, number) -> bench.rehearse(Math.min(number, entries), putting(subject)));
        try (Subject subject = bench.openNew(suppliers, keys, valueBytes)) {
            bench.fixedWrites(part, subject, entries, subject::userBytes, putting(subject));
            Samples.first(subject, entries);
        }
    }

    private static Bench.Step putting(Subject subject) {
        return id -> subject.put(id, 0);
    }

    /** New entries for as long as the plan says, as fast as they go: what matters is the longest, in the writer's own time. */
    static Scenario.Body longFill(String part) {
        return bench -> {
            bench.warm(Keys.RANDOM, Subject.VALUE_BYTES, (subject, number) -> bench.rehearse(number, putting(subject)));
            try (Subject subject = bench.openNew(Keys.RANDOM, Subject.VALUE_BYTES)) {
                long count = bench.fullSpeed(part, subject, putting(subject));
                Samples.first(subject, count);
            }
        };
    }

    /** Entries in calls of 100. An operation is a call. */
    static Scenario.Body putAll(String part) {
        return bench -> {
            bench.warm(
                    Keys.RANDOM,
                    Subject.VALUE_BYTES,
                    (subject, number) -> bench.rehearse(number / BATCH, puttingAll(subject)));
            try (Subject subject = bench.openNew(Keys.RANDOM, Subject.VALUE_BYTES)) {
                int calls = Math.max(1, bench.plan().entries() / BATCH);
                bench.fixedWrites(part, subject, calls, subject::userBytes, puttingAll(subject));
                Samples.first(subject, (long) calls * BATCH);
            }
        };
    }

    private static Bench.Step puttingAll(Subject subject) {
        long[] ids = new long[BATCH];
        return call -> {
            for (int i = 0; i < BATCH; i++) {
                ids[i] = call * BATCH + i;
            }
            subject.putAll(ids);
        };
    }

    /** As many writes as there are entries, all of them alike. */
    static Scenario.Body overwriteUniform(String part) {
        return bench -> overwrite(bench, part, Ids.uniform(bench.entries(), SEED));
    }

    /** As many writes as there are entries, to a few of them very often. */
    static Scenario.Body overwriteZipf(String part) {
        return bench -> overwrite(bench, part, Ids.zipf(bench.entries(), SEED));
    }

    private static void overwrite(Bench bench, String part, Ids ids) throws Exception {
        int entries = bench.entries();
        bench.warm(
                Keys.RANDOM,
                bench.valueBytes(),
                (subject, number) ->
                        bench.rehearse(Math.min(number, entries), overwriting(subject, ids, new int[entries])));
        try (Subject subject = bench.openPrepared()) {
            int[] versions = new int[entries];
            bench.fixedWrites(part, subject, entries, () -> -1, overwriting(subject, ids, versions));
            Samples.versions(subject, versions);
        }
    }

    private static Bench.Step overwriting(Subject subject, Ids ids, int[] versions) {
        return number -> {
            int id = (int) ids.next();
            subject.put(id, ++versions[id]);
        };
    }
}
