package io.streambed.examples.benchmark.row;

import io.streambed.examples.benchmark.data.Keys;
import io.streambed.examples.benchmark.measure.Meter;
import io.streambed.examples.benchmark.store.Subject;

/** Filling an empty store. */
final class Fills {
    private Fills() {}

    /** Each entry once, in the order of their numbers. */
    static Scenario.Body each(String part, Keys keys) {
        return bench ->
                entries(bench, part, keys, Subject.VALUE_BYTES, bench.plan().entries());
    }

    static Scenario.Body large(String part) {
        return bench -> entries(
                bench,
                part,
                Keys.RANDOM,
                Dataset.LARGE.valueBytes(),
                bench.plan().largeEntries());
    }

    private static void entries(Bench bench, String part, Keys keys, int valueBytes, int entries) throws Exception {
        bench.warm(keys, valueBytes, (subject, number) -> {
            for (long id = 0; id < Math.min(number, entries); id++) {
                subject.put(id, 0);
            }
        });
        try (Subject subject = bench.openNew(keys, valueBytes)) {
            Meter meter = bench.meter();
            long before = System.nanoTime();
            for (long id = 0; id < entries; id++) {
                subject.put(id, 0);
                long now = System.nanoTime();
                meter.add(now - before);
                before = now;
            }
            subject.commit();
            meter.operationsEnded();
            Meter.awaitQuiet();
            bench.report(part, meter.end(entries, subject.userBytes(), subject.directory(), subject.userBytes()));
        }
    }
}
