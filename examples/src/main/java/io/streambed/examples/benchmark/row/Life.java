package io.streambed.examples.benchmark.row;

import io.streambed.examples.benchmark.data.Keys;
import io.streambed.examples.benchmark.measure.Measurement;
import io.streambed.examples.benchmark.measure.Meter;
import io.streambed.examples.benchmark.store.Subject;
import java.util.ArrayList;
import java.util.List;

/** Many small stores, opened and closed as an application does that has many tasks. */
final class Life {
    private static final int STORES = 40;

    /** Entries of each of them, at the most. */
    private static final int MOST_ENTRIES = 20_000;

    private Life() {}

    /** Opens new stores, writes a little to each, closes them, and opens them again. The memory is that of all of it. */
    static Scenario.Body manyStores(String open, String memory, String close, String reopen) {
        return bench -> {
            openAll(bench, "warm").forEach(Subject::close);
            int entries = Math.min(MOST_ENTRIES, bench.plan().entries() / STORES);
            Meter meter = bench.meter();
            List<Subject> stores = new ArrayList<>();
            bench.report(open, timed(bench, () -> stores.addAll(openAll(bench, "many"))));
            for (Subject store : stores) {
                for (long id = 0; id < entries; id++) {
                    store.put(id, 0);
                }
                store.commit();
            }
            meter.operationsEnded();
            bench.awaitQuiet();
            bench.report(memory, meter.end((long) STORES * entries));
            bench.report(close, timed(bench, () -> stores.forEach(Subject::close)));
            Crash.requirePersistent(bench.suppliers());
            List<Subject> again = new ArrayList<>();
            bench.report(reopen, timed(bench, () -> again.addAll(openAll(bench, "many"))));
            for (Subject store : again) {
                Samples.first(store, entries);
                store.close();
            }
        };
    }

    /** Opens the store that was prepared, and reads one entry, in a process that had no such store yet: as an application starts again. */
    static Scenario.Body reopen(String part) {
        return bench -> {
            Crash.requirePersistent(bench.suppliers());
            bench.startStreams();
            List<Subject> opened = new ArrayList<>();
            bench.report(part, timed(bench, () -> {
                Subject subject = bench.openPrepared();
                opened.add(subject);
                subject.get(0, 0);
            }));
            Samples.first(opened.get(0), bench.entries());
            opened.forEach(Subject::close);
        };
    }

    private static Measurement timed(Bench bench, Runnable work) {
        Meter meter = bench.meter();
        long begin = System.nanoTime();
        work.run();
        meter.add(System.nanoTime() - begin);
        meter.operationsEnded();
        return meter.end(1);
    }

    private static List<Subject> openAll(Bench bench, String name) {
        List<Subject> opened = new ArrayList<>();
        for (int i = 0; i < STORES; i++) {
            opened.add(Subject.open(
                    bench.suppliers(),
                    "store",
                    bench.directory(name + "-" + i),
                    Keys.RANDOM,
                    Subject.VALUE_BYTES,
                    Subject.NEVER));
        }
        return opened;
    }
}
