package io.streambed.examples.benchmark.row;

import io.streambed.examples.benchmark.data.Ids;
import io.streambed.examples.benchmark.data.Keys;
import io.streambed.examples.benchmark.measure.Meter;
import io.streambed.examples.benchmark.measure.WarmUp;
import io.streambed.examples.benchmark.store.Subject;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads and writes together: what an aggregation does, one after the other; and a query beside the task that writes. */
final class Mixed {
    private static final long SEED = 41;

    /** Of so many reads beside the writer one is timed. */
    private static final int READS_A_TIMING = 8;

    private Mixed() {}

    /** Reads an entry and writes its next version; all entries alike. */
    static Scenario.Body updateUniform(String part) {
        return bench -> update(bench, part, Ids.uniform(bench.entries(), SEED));
    }

    /**
     * As many updates as there are entries, all entries alike: what compactions write shows in a whole turn, and not in what happens to fall
     * into a few seconds.
     */
    static Scenario.Body updateAll(String part) {
        return bench -> {
            Ids ids = Ids.uniform(bench.entries(), SEED);
            bench.warmPrepared((subject, number) -> {
                int[] versions = new int[bench.entries()];
                bench.rehearse(number, updating(subject, ids, versions));
            });
            try (Subject subject = bench.openPrepared()) {
                int[] versions = new int[bench.entries()];
                bench.fixedWrites(part, subject, bench.entries(), () -> -1, updating(subject, ids, versions));
                Samples.versions(subject, versions);
            }
        };
    }

    private static Bench.Step updating(Subject subject, Ids ids, int[] versions) {
        return number -> {
            int id = (int) ids.next();
            subject.get(id, versions[id]);
            subject.put(id, ++versions[id]);
        };
    }

    /** The same with a few of them very often. */
    static Scenario.Body updateZipf(String part) {
        return bench -> update(bench, part, Ids.zipf(bench.entries(), SEED));
    }

    private static void update(Bench bench, String part, Ids ids) throws Exception {
        try (Subject subject = bench.openPrepared()) {
            update(bench, part, subject, ids, bench.entries());
        }
    }

    /** The same with a state that fits the memtable. */
    static Scenario.Body updateSmall(String part) {
        return bench -> {
            int entries = bench.plan().smallEntries();
            try (Subject subject = bench.openNew(Keys.RANDOM, Subject.VALUE_BYTES)) {
                for (long id = 0; id < entries; id++) {
                    subject.put(id, 0);
                }
                update(bench, part, subject, Ids.uniform(entries, SEED), entries);
            }
        };
    }

    private static void update(Bench bench, String part, Subject subject, Ids ids, int entries) throws Exception {
        Bench.Step step = updating(subject, ids, new int[entries]);
        bench.writes(part, subject, () -> {
            step.run(0);
            return 1;
        });
    }

    /** One thread writes as fast as it can, another one reads: the processor time is that of both, for each read. */
    static Scenario.Body readerBesideWriter(String reader, String writer) {
        return bench -> {
            try (Subject subject = bench.openPrepared()) {
                Ids read = Ids.uniform(bench.entries(), SEED);
                Meter rehearsed = bench.rehearsalMeter();
                Meter rehearsedBeside = bench.rehearsalMeter();
                WarmUp.run(() -> run(bench, subject, read, bench.plan().warmMillis(), rehearsed, rehearsedBeside));
                bench.awaitQuiet();
                Meter readMeter = bench.meter();
                Meter writeMeter = bench.meter();
                long userBefore = subject.userBytes();
                long[] counts = run(bench, subject, read, bench.plan().millis(), readMeter, writeMeter);
                readMeter.operationsEnded();
                writeMeter.operationsEnded();
                bench.report(reader, readMeter.end(counts[0]));
                bench.awaitQuiet();
                bench.report(writer, writeMeter.end(counts[1], subject.userBytes() - userBefore, null, -1));
            }
        };
    }

    /** Runs both for a time; returns how many reads and writes there were. */
    private static long[] run(Bench bench, Subject subject, Ids read, int millis, Meter readMeter, Meter writeMeter)
            throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        Writer writer = new Writer(subject, Ids.uniform(bench.entries(), SEED + 1), deadline, writeMeter);
        writer.start();
        long reads = 0;
        long begin;
        do {
            for (int i = 1; i < READS_A_TIMING; i++) {
                subject.getAny(read.next());
            }
            begin = System.nanoTime();
            subject.getAny(read.next());
            readMeter.add(System.nanoTime() - begin);
            reads += READS_A_TIMING;
        } while (begin - deadline < 0);
        writer.join();
        if (writer.failure != null) {
            throw new IllegalStateException("the writer failed", writer.failure);
        }
        return new long[] {reads, writer.count};
    }

    private static final class Writer extends Thread {
        private final Subject subject;
        private final Ids ids;
        private final long deadline;
        private final Meter meter;
        private long count;
        private @Nullable Exception failure;

        Writer(Subject subject, Ids ids, long deadline, Meter meter) {
            super("writer");
            this.subject = subject;
            this.ids = ids;
            this.deadline = deadline;
            this.meter = meter;
        }

        @Override
        public void run() {
            try {
                long before = System.nanoTime();
                do {
                    subject.put(ids.next(), (int) ++count);
                    long now = System.nanoTime();
                    meter.add(now - before);
                    before = now;
                } while (before - deadline < 0);
            } catch (RuntimeException e) {
                failure = e;
            }
        }
    }
}
