package io.streambed.examples.benchmark.row;

import io.streambed.examples.benchmark.store.Subject;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;

/** Deleting the front of a store, and what reads find behind it. */
final class Deletes {
    /** Of twenty entries so many are deleted, those with the least keys. */
    private static final int DELETED_OF_20 = 19;

    private Deletes() {}

    /** Deletes; then the first entry that is left, again and again; then all that are left. */
    static Scenario.Body front(String delete, String first, String scan) {
        return bench -> {
            int deleted = deleted(bench);
            bench.warmPrepared((subject, number) -> bench.rehearse(Math.min(number, deleted), deleting(subject)));
            try (Subject subject = bench.openPrepared()) {
                bench.fixedWrites(delete, subject, deleted, () -> -1, deleting(subject));
                Samples.each(deleted, subject::getDeleted);
                bench.operations(first, () -> {
                    subject.check(deleted, first(subject));
                    return 1;
                });
                bench.operations(scan, () -> {
                    return Ranges.scan(subject, deleted, bench.entries());
                });
            }
        };
    }

    /** A queue that much has gone through already: the first entry is read and deleted, and one comes in at the other end. */
    static Scenario.Body queue(String part) {
        return bench -> {
            int deleted = deleted(bench);
            try (Subject subject = bench.openPrepared()) {
                for (long id = 0; id < deleted; id++) {
                    subject.drop(id);
                }
                subject.commit();
                bench.awaitQuiet();
                long[] ends = {deleted, bench.entries()};
                bench.writes(part, subject, () -> {
                    subject.check(ends[0], first(subject));
                    subject.drop(ends[0]++);
                    subject.put(ends[1]++, 0);
                    return 1;
                });
            }
        };
    }

    private static Bench.Step deleting(Subject subject) {
        return id -> subject.delete(id, 0);
    }

    private static int deleted(Bench bench) {
        return bench.entries() / 20 * DELETED_OF_20;
    }

    private static KeyValue<Bytes, byte[]> first(Subject subject) {
        try (KeyValueIterator<Bytes, byte[]> entries = subject.all()) {
            return entries.next();
        }
    }
}
