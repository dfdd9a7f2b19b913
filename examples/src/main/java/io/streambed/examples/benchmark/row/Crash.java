package io.streambed.examples.benchmark.row;

import io.streambed.examples.benchmark.data.Keys;
import io.streambed.examples.benchmark.measure.Measurement;
import io.streambed.examples.benchmark.measure.Meter;
import io.streambed.examples.benchmark.store.Side;
import io.streambed.examples.benchmark.store.Subject;
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
            requirePersistent(bench.side());
            int entries = bench.plan().entries();
            writeAndKill(bench);
            Meter opening = bench.meter();
            long begin = System.nanoTime();
            Subject subject = Subject.open(
                    bench.side(), "store", bench.taskDirectory(), Keys.RANDOM, Subject.VALUE_BYTES, Subject.NEVER);
            try (subject) {
                opening.add(System.nanoTime() - begin);
                opening.operationsEnded();
                bench.report(open, opening.end(1));
                long from = subject.committedOffset();
                bench.report(records, Measurement.ofCount(entries - from));
                Meter catchingUp = bench.meter();
                begin = System.nanoTime();
                for (long id = from; id < entries; id += RECORDS_A_BATCH) {
                    subject.restore(Commits.batch(subject, id, entries));
                }
                catchingUp.add(System.nanoTime() - begin);
                catchingUp.operationsEnded();
                bench.report(catchUp, catchingUp.end(1));
                for (long id = 0; id < entries; id++) {
                    subject.get(id, 0);
                }
            }
        };
    }

    private static void requirePersistent(Side side) {
        if (!side.persistent()) {
            throw new UnsupportedOperationException("a store in memory does not survive its process");
        }
    }

    /** Lets another process write all entries, and kills it after the last one. */
    private static void writeAndKill(Bench bench) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + bench.plan().heapMegabytes() + "m",
                        "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName(),
                        bench.side().name(),
                        bench.taskDirectory().toString(),
                        String.valueOf(bench.plan().entries())))
                .redirectErrorStream(true)
                .start();
        try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
            String line = said.readLine();
            while (line != null && !line.equals(Victim.WRITTEN)) {
                line = said.readLine();
            }
            if (line == null) {
                throw new IllegalStateException(
                        "the process that was to be killed ended by itself with status " + process.waitFor());
            }
        } finally {
            // SIGKILL, where there are signals.
            process.destroyForcibly().waitFor();
        }
    }
}
