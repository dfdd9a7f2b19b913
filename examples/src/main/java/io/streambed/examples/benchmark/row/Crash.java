package io.streambed.examples.benchmark.row;

import io.streambed.examples.benchmark.data.Keys;
import io.streambed.examples.benchmark.measure.Measurement;
import io.streambed.examples.benchmark.measure.Meter;
import io.streambed.examples.benchmark.store.Subject;
import io.streambed.examples.benchmark.store.Suppliers;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Stores whose processes are killed while they write, and what it takes to have them back: opening them in a new process, and restoring
 * from the changelog what their last commits do not cover.
 *
 * <p>How much that is depends on the moment: a store without a log is left with what its last flush has written. So there are several
 * stores, killed at moments that are spread over the time between two flushes.
 */
final class Crash {
    private static final int STORES = 3;

    private Crash() {}

    /** @param open the first store of the process, with all that is loaded and set up for its kind, as after a crash; {@code next} are the others */
    static Scenario.Body killed(String open, String next, String catchUp, String records) {
        return bench -> {
            requirePersistent(bench.suppliers());
            long[] entries = new long[STORES];
            for (int i = 0; i < STORES; i++) {
                entries[i] = writeAndKill(bench, i);
            }
            bench.startStreams();
            List<Subject> opened = new ArrayList<>();
            try {
                Meter first = bench.meter();
                open(bench, opened, first);
                bench.report(open, first.end(1));
                Meter others = bench.meter();
                while (opened.size() < STORES) {
                    open(bench, opened, others);
                }
                bench.report(next, others.end(STORES - 1));
                long missing = 0;
                for (int i = 0; i < STORES; i++) {
                    long from = opened.get(i).committedOffset();
                    opened.get(i).goTo(from);
                    missing += entries[i] - from;
                }
                // A gain is a quotient: one record is the least that it can be told for.
                bench.report(records, Measurement.ofCount(Math.max(1, missing / STORES)));
                Meter catchingUp = bench.meter();
                for (int i = 0; i < STORES; i++) {
                    catchUp(opened.get(i), entries[i], catchingUp);
                }
                bench.report(catchUp, catchingUp.end(STORES));
                for (int i = 0; i < STORES; i++) {
                    Samples.first(opened.get(i), entries[i]);
                }
            } finally {
                opened.forEach(Subject::close);
            }
        };
    }

    private static void open(Bench bench, List<Subject> opened, Meter meter) {
        long begin = System.nanoTime();
        opened.add(Subject.open(
                bench.suppliers(),
                "store",
                directory(bench, opened.size()),
                Keys.RANDOM,
                Subject.VALUE_BYTES,
                Subject.NEVER));
        meter.add(System.nanoTime() - begin);
    }

    private static void catchUp(Subject subject, long entries, Meter meter) {
        long begin = System.nanoTime();
        for (long id = subject.offset(); id < entries; id = subject.offset()) {
            subject.restore(Commits.batch(subject, id, entries));
        }
        meter.add(System.nanoTime() - begin);
    }

    private static Path directory(Bench bench, int number) {
        return bench.directory("killed-" + number);
    }

    static void requirePersistent(Suppliers side) {
        if (!side.persistent()) {
            throw new UnsupportedOperationException("a store in memory does not survive its process");
        }
    }

    /** Kills the process of one of the stores while it writes; how many records it had written. */
    private static long writeAndKill(Bench bench, int number) throws IOException, InterruptedException {
        long killAt = Victim.killAt(bench.plan().entries(), number);
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + bench.plan().heapMegabytes() + "m",
                        "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName(),
                        bench.suppliers().side().name(),
                        directory(bench, number).toString(),
                        String.valueOf(bench.plan().entries()),
                        String.valueOf(number)))
                .redirectError(bench.directory("killed-" + number + ".log").toFile())
                .start();
        try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
            long written = -1;
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                written = Long.parseLong(line);
                if (written >= killAt) {
                    // SIGKILL, where there are signals. By its handle, as the process itself would close what is to be
                    // read yet.
                    process.toHandle().destroyForcibly();
                }
            }
            if (written < killAt) {
                throw new IllegalStateException("the process that was to be killed ended by itself with status "
                        + process.waitFor() + " after " + written + " records");
            }
            return written;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
