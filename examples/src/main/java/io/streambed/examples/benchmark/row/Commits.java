package io.streambed.examples.benchmark.row;

import io.streambed.examples.benchmark.data.Ids;
import io.streambed.examples.benchmark.data.Keys;
import io.streambed.examples.benchmark.measure.Meter;
import io.streambed.examples.benchmark.measure.WarmUp;
import io.streambed.examples.benchmark.store.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Commits, and the other way by which a store is filled: its changelog. */
final class Commits {
    private static final long SEED = 53;
    private static final int RECORDS_A_BATCH = 1_000;
    private static final int PUTS_A_COMMIT = 10;
    private static final int PUTS_A_LOOK = 16;
    private static final long OFTEN_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

    private Commits() {}

    /** Writes at full speed with a commit each 100 ms: the writes, and those commits. */
    static Scenario.Body eachTenthOfASecond(String put, String commit) {
        return bench -> {
            try (Subject subject = bench.openPrepared(Subject.NEVER)) {
                Ids ids = Ids.uniform(bench.entries(), SEED);
                Meter rehearsal = bench.rehearsalMeter();
                // Often, as after some hours of an application its commits are compiled.
                WarmUp.run(() ->
                        writeAndCommit(subject, ids, bench.plan().warmMillis(), OFTEN_NANOS, rehearsal, rehearsal));
                bench.awaitQuiet();
                Meter puts = bench.meter();
                Meter commits = bench.meter();
                long userBefore = subject.userBytes();
                long[] counts = writeAndCommit(
                        subject, ids, bench.plan().millis(), TimeUnit.MILLISECONDS.toNanos(100), puts, commits);
                puts.operationsEnded();
                commits.operationsEnded();
                bench.awaitQuiet();
                bench.report(put, puts.end(counts[0], subject.userBytes() - userBefore, null, -1));
                // Its processor time would be that of the puts.
                bench.report(commit, commits.end(counts[1]).withCpu(-1));
                Samples.each(bench.entries(), subject::getAny);
            }
        };
    }

    private static long[] writeAndCommit(
            Subject subject, Ids ids, int millis, long interval, Meter puts, Meter commits) {
        long now = System.nanoTime();
        long deadline = now + TimeUnit.MILLISECONDS.toNanos(millis);
        long nextCommit = now + interval;
        long written = 0;
        long committed = 0;
        while (now - deadline < 0) {
            for (int i = 0; i < PUTS_A_LOOK; i++) {
                long before = System.nanoTime();
                subject.put(ids.next(), 1);
                now = System.nanoTime();
                puts.add(now - before);
            }
            written += PUTS_A_LOOK;
            // One at least.
            if (now - nextCommit >= 0 || (now - deadline >= 0 && committed == 0)) {
                long before = System.nanoTime();
                subject.commit();
                long after = System.nanoTime();
                commits.add(after - before);
                committed++;
                nextCommit = after + interval;
            }
        }
        return new long[] {written, committed};
    }

    /** A commit after ten writes; the writes are not part of its time. */
    static Scenario.Body afterTen(String part) {
        return bench -> {
            try (Subject subject = bench.openPrepared(Subject.NEVER)) {
                Ids ids = Ids.uniform(bench.entries(), SEED);
                Meter rehearsal = bench.rehearsalMeter();
                WarmUp.run(() -> afterTen(subject, ids, bench.plan().warmMillis(), rehearsal));
                bench.awaitQuiet();
                Meter meter = bench.meter();
                long userBefore = subject.userBytes();
                long count = afterTen(subject, ids, bench.plan().millis(), meter);
                meter.operationsEnded();
                bench.awaitQuiet();
                bench.report(
                        part,
                        meter.end(count, subject.userBytes() - userBefore, null, -1)
                                .withCpu(-1));
                Samples.each(bench.entries(), subject::getAny);
            }
        };
    }

    private static long afterTen(Subject subject, Ids ids, int millis, Meter meter) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        long count = 0;
        long before;
        do {
            for (int i = 0; i < PUTS_A_COMMIT; i++) {
                subject.put(ids.next(), 1);
            }
            before = System.nanoTime();
            subject.commit();
            meter.add(System.nanoTime() - before);
            count++;
        } while (before - deadline < 0);
        return count;
    }

    /** A whole changelog, in batches of 1,000 records as Streams hands them over. An operation is a record; the times are of batches. */
    static Scenario.Body restore(String part) {
        return bench -> {
            bench.warm(Keys.RANDOM, Subject.VALUE_BYTES, (subject, number) -> {
                for (long id = 0; id < number; id += RECORDS_A_BATCH) {
                    subject.restore(batch(subject, id, number));
                }
            });
            int entries = bench.plan().entries();
            try (Subject subject = bench.openNew(Keys.RANDOM, Subject.VALUE_BYTES)) {
                Meter meter = bench.meter();
                for (long id = 0; id < entries; id += RECORDS_A_BATCH) {
                    List<ConsumerRecord<byte[], byte[]>> records = batch(subject, id, entries);
                    long before = System.nanoTime();
                    subject.restore(records);
                    meter.add(System.nanoTime() - before);
                }
                subject.commit();
                meter.operationsEnded();
                bench.awaitQuiet();
                bench.report(part, meter.end(entries, subject.userBytes(), subject.directory(), subject.userBytes()));
                Samples.first(subject, entries);
            }
        };
    }

    /** The records of new entries from {@code first} on. */
    static List<ConsumerRecord<byte[], byte[]>> batch(Subject subject, long first, long end) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>(RECORDS_A_BATCH);
        for (long id = first; id < Math.min(end, first + RECORDS_A_BATCH); id++) {
            records.add(subject.changelogRecord(id, 0));
        }
        return records;
    }
}
