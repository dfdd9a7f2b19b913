package io.streambed.examples.benchmark.row;

import io.streambed.examples.benchmark.data.Ids;
import io.streambed.examples.benchmark.measure.Meter;
import io.streambed.examples.benchmark.store.SessionSubject;
import io.streambed.examples.benchmark.store.WindowSubject;
import io.streambed.examples.benchmark.store.WrongValueException;
import java.time.Duration;

/** Window and session stores by themselves, used as Streams' aggregations use them. */
final class Windows {
    private static final long SEED = 61;

    /** Windows that are written, of which the first ones expire meanwhile. */
    private static final int WINDOWS = 200;

    /** Windows that are read in one go of one key, and of all keys. */
    private static final int HOUR = 60;

    private static final int QUARTER = 15;

    /** How many events a key of the session rows has. */
    private static final int EVENTS_A_KEY = 20;

    private static final long MILLIS_BETWEEN_EVENTS = Duration.ofMinutes(10).toMillis();

    private Windows() {}

    /** New windows for all keys, minute after minute; then the rest on what is left. */
    static Scenario.Body windows(String put, String aggregate, String one, String ofKey, String ofAll) {
        return bench -> {
            int keys = Math.max(1, bench.plan().entries() / WINDOWS);
            int last = WINDOWS - 1;
            bench.warm(away -> {
                try (WindowSubject warm = WindowSubject.open(bench.suppliers(), away)) {
                    int minutes = Math.min(WINDOWS, Math.max(1, bench.plan().warmEntries() / keys));
                    fill(warm, keys, minutes, bench.rehearsalMeter());
                    warm.commit();
                    bench.awaitQuiet();
                }
            });
            try (WindowSubject windows = WindowSubject.open(bench.suppliers(), bench.taskDirectory())) {
                Meter meter = bench.meter();
                fill(windows, keys, WINDOWS, meter);
                windows.commit();
                meter.operationsEnded();
                bench.awaitQuiet();
                long written = (long) keys * WINDOWS;
                long live = windows.userBytes() / WINDOWS * WindowSubject.KEPT;
                bench.report(put, meter.end(written, windows.userBytes(), windows.directory(), live));

                Ids ids = Ids.uniform(keys, SEED);
                int[] versions = new int[keys];
                bench.writes(aggregate, windows::userBytes, () -> {
                    int key = (int) ids.next();
                    int found = windows.get(key, last);
                    if (found != versions[key]) {
                        throw new WrongValueException("window " + last + " of key " + key + ": expected version "
                                + versions[key] + ", found version " + found);
                    }
                    windows.put(key, last, ++versions[key]);
                    return 1;
                });
                Ids recent = Ids.uniform(WindowSubject.KEPT - 2L, SEED + 1);
                bench.reads(one, () -> {
                    windows.get(ids.next(), last - 1 - (int) recent.next());
                    return 1;
                });
                bench.operations(ofKey, () -> {
                    Ranges.requireLength(windows.get(ids.next(), last - HOUR, last - 1), HOUR);
                    return 1;
                });
                bench.operations(ofAll, () -> {
                    long count = windows.getAll(last - QUARTER, last - 1);
                    Ranges.requireLength(count, (long) QUARTER * keys);
                    return count;
                });
            }
        };
    }

    private static void fill(WindowSubject windows, int keys, int minutes, Meter meter) {
        long before = System.nanoTime();
        for (int window = 0; window < minutes; window++) {
            Ids ids = Ids.permutation(keys);
            for (int i = 0; i < keys; i++) {
                windows.put(ids.next(), window, 0);
                long now = System.nanoTime();
                meter.add(now - before);
                before = now;
            }
        }
    }

    /** Events of keys that come again after ten minutes on an average, in sessions that end after five without any. */
    static Scenario.Body sessions(String aggregate, String find) {
        return bench -> {
            int events = bench.plan().entries() / 4;
            int keys = Math.max(1, events / EVENTS_A_KEY);
            int warmEvents = Math.min(events, bench.plan().warmEntries());
            bench.warm(away -> {
                try (SessionSubject warm = SessionSubject.open(bench.suppliers(), away, keys)) {
                    aggregate(warm, keys, Ids.uniform(keys, SEED), warmEvents, bench.rehearsalMeter());
                    warm.commit();
                    bench.awaitQuiet();
                }
            });
            try (SessionSubject sessions = SessionSubject.open(bench.suppliers(), bench.taskDirectory(), keys)) {
                Ids ids = Ids.uniform(keys, SEED);
                Meter meter = bench.meter();
                aggregate(sessions, keys, ids, events, meter);
                sessions.commit();
                meter.operationsEnded();
                bench.awaitQuiet();
                bench.report(aggregate, meter.end(events, sessions.userBytes(), null, -1));
                bench.ranges(find, () -> {
                    sessions.find((int) ids.next(), time(events, keys));
                    return 1;
                });
            }
        };
    }

    private static void aggregate(SessionSubject sessions, int keys, Ids ids, int events, Meter meter) {
        long before = System.nanoTime();
        for (long i = 0; i < events; i++) {
            sessions.event((int) ids.next(), time(i, keys));
            long now = System.nanoTime();
            meter.add(now - before);
            before = now;
        }
    }

    private static long time(long event, int keys) {
        return event * MILLIS_BETWEEN_EVENTS / keys;
    }
}
