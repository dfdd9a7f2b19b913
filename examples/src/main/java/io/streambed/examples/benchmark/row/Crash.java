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
import java.util.List;

/**
 * A store whose process is killed while it writes, and what it takes to have it back: opening it, and restoring from the changelog what
 * its last commit does not cover.
 */
final class Crash {
    private static final int RECORDS_A_BATCH = 1_000;

    private Crash() {}

    static Scenario.Body killed(String open, String catchUp, String records) {
        return bench -> {
            requirePersistent(bench.suppliers());
            long entries = writeAndKill(bench);
            // Loads and compiles what the first store of a process needs: it is not what is measured.
            bench.warm(Keys.RANDOM, Subject.VALUE_BYTES, (warm, number) -> {
                for (long id = 0; id < number; id += RECORDS_A_BATCH) {
                    warm.restore(Commits.batch(warm, id, number));
                }
            });
            Meter opening = bench.meter();
            long begin = System.nanoTime();
            Subject subject = Subject.open(
                    bench.suppliers(), "store", bench.taskDirectory(), Keys.RANDOM, Subject.VALUE_BYTES, Subject.NEVER);
            try (subject) {
                opening.add(System.nanoTime() - begin);
                opening.operationsEnded();
                bench.report(open, opening.end(1));
                long from = subject.committedOffset();
                subject.goTo(from);
                // A gain is a quotient: one record is the least that it can be told for.
                bench.report(records, Measurement.ofCount(Math.max(1, entries - from)));
                Meter catchingUp = bench.meter();
                begin = System.nanoTime();
                for (long id = from; id < entries; id += RECORDS_A_BATCH) {
                    subject.restore(Commits.batch(subject, id, entries));
                }
                catchingUp.add(System.nanoTime() - begin);
                catchingUp.operationsEnded();
                bench.report(catchUp, catchingUp.end(1));
                Samples.first(subject, entries);
            }
        };
    }

    static void requirePersistent(Suppliers side) {
        if (!side.persistent()) {
            throw new UnsupportedOperationException("a store in memory does not survive its process");
        }
    }

    /** Kills a process while it writes; how many records it had written. */
    private static long writeAndKill(Bench bench) throws IOException, InterruptedException {
        long killAt = Victim.killAt(bench.plan().entries());
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + bench.plan().heapMegabytes() + "m",
                        "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName(),
                        bench.suppliers().side().name(),
                        bench.taskDirectory().toString(),
                        String.valueOf(bench.plan().entries())))
                .redirectError(bench.directory("victim.log").toFile())
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
