package io.streambed.examples.benchmark.row;

import io.streambed.examples.benchmark.data.Ids;
import io.streambed.examples.benchmark.data.Keys;
import io.streambed.examples.benchmark.data.SortedIds;
import io.streambed.examples.benchmark.store.Subject;
import io.streambed.examples.benchmark.store.WrongValueException;
import java.util.Arrays;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;

/** Reading several keys in their order, of a store that is not written meanwhile. Every entry is checked, and that none is missing. */
final class Ranges {
    private static final long SEED = 31;
    private static final ByteArraySerializer PREFIX = new ByteArraySerializer();

    private Ranges() {}

    /** From an entry to the one that comes {@code length - 1} later, both included. */
    static Scenario.Body forward(String part, int length) {
        return bench -> {
            SortedIds sorted = new SortedIds(Keys.RANDOM, bench.entries());
            try (Subject subject = bench.openPrepared()) {
                forward(bench, part, subject, sorted, length);
            }
        };
    }

    /** The same in a store so small that it is in the memtable. */
    static Scenario.Body inMemtable(String part, int length) {
        return bench -> {
            int entries = bench.plan().smallEntries();
            try (Subject subject = bench.openNew(Keys.RANDOM, Subject.VALUE_BYTES)) {
                for (long id = 0; id < entries; id++) {
                    subject.put(id, 0);
                }
                forward(bench, part, subject, new SortedIds(Keys.RANDOM, entries), length);
            }
        };
    }

    private static void forward(Bench bench, String part, Subject subject, SortedIds sorted, int length)
            throws Exception {
        Ids places = Ids.uniform(sorted.size() - length + 1L, SEED);
        bench.ranges(part, () -> {
            int place = (int) places.next();
            int last = place + length - 1;
            int expected = place;
            try (KeyValueIterator<Bytes, byte[]> entries =
                    subject.store().range(subject.key(sorted.at(place)), subject.key(sorted.at(last)))) {
                while (entries.hasNext()) {
                    subject.check(sorted.at(expected++), entries.next());
                }
            }
            requireLength(expected - place, length);
            return 1;
        });
    }

    /** From the last to the first. */
    static Scenario.Body reverse(String part, int length) {
        return bench -> {
            SortedIds sorted = new SortedIds(Keys.RANDOM, bench.entries());
            Ids places = Ids.uniform(sorted.size() - length + 1L, SEED);
            try (Subject subject = bench.openPrepared()) {
                bench.ranges(part, () -> {
                    int place = (int) places.next();
                    int last = place + length - 1;
                    int expected = last;
                    try (KeyValueIterator<Bytes, byte[]> entries =
                            subject.store().reverseRange(subject.key(sorted.at(place)), subject.key(sorted.at(last)))) {
                        while (entries.hasNext()) {
                            subject.check(sorted.at(expected--), entries.next());
                        }
                    }
                    requireLength(last - expected, length);
                    return 1;
                });
            }
        };
    }

    /** All keys that begin alike. */
    static Scenario.Body prefixHit(String part) {
        return bench -> {
            Ids groups = Ids.uniform(bench.entries() / Keys.GROUP, SEED);
            try (Subject subject = bench.openPrepared()) {
                bench.ranges(part, () -> {
                    long first = groups.next() * Keys.GROUP;
                    long expected = first;
                    try (KeyValueIterator<Bytes, byte[]> entries =
                            subject.store().prefixScan(prefix(subject.keys().key(first)), PREFIX)) {
                        while (entries.hasNext()) {
                            subject.check(expected++, entries.next());
                        }
                    }
                    requireLength(expected - first, Keys.GROUP);
                    return 1;
                });
            }
        };
    }

    /** A beginning that no key has. */
    static Scenario.Body prefixMissing(String part) {
        return bench -> {
            Ids ids = Ids.uniform(bench.entries(), SEED);
            try (Subject subject = bench.openPrepared()) {
                bench.ranges(part, () -> {
                    try (KeyValueIterator<Bytes, byte[]> entries =
                            subject.store().prefixScan(prefix(subject.keys().missing(ids.next())), PREFIX)) {
                        requireLength(entries.hasNext() ? 1 : 0, 0);
                    }
                    return 1;
                });
            }
        };
    }

    /** All entries, again and again. An operation is an entry; the times are those of whole scans. */
    static Scenario.Body all(String part) {
        return bench -> {
            try (Subject subject = bench.openPrepared()) {
                bench.operations(part, () -> {
                    return scan(subject, 0, bench.entries());
                });
            }
        };
    }

    /** Goes through all entries, which are those from {@code first} to before {@code end}, and checks each; returns how many there are. */
    static long scan(Subject subject, long first, long end) {
        long count = 0;
        long sum = 0;
        try (KeyValueIterator<Bytes, byte[]> entries = subject.all()) {
            while (entries.hasNext()) {
                sum += subject.check(entries.next());
                count++;
            }
        }
        requireLength(count, end - first);
        if (sum != (first + end - 1) * (end - first) / 2) {
            throw new WrongValueException("a scan has some entry twice, and another one not at all");
        }
        return count;
    }

    private static byte[] prefix(byte[] key) {
        return Arrays.copyOf(key, Keys.PREFIX);
    }

    static void requireLength(long found, long expected) {
        if (found != expected) {
            throw new WrongValueException("a range has " + found + " entries; there should be " + expected);
        }
    }
}
