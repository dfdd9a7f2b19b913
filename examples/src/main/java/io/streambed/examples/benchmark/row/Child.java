package io.streambed.examples.benchmark.row;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.streambed.examples.app.Reasons;
import io.streambed.examples.benchmark.measure.Measurement;
import io.streambed.examples.benchmark.store.Side;
import io.streambed.examples.benchmark.store.Subject;
import io.streambed.examples.benchmark.store.Suppliers;
import io.streambed.examples.benchmark.store.WrongValueException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The process that runs one scenario on one side: {@code Child DIRECTORY}. What to do it reads from a file there, and what came of it it
 * writes to another one.
 *
 * <pre>
 *  DIRECTORY/
 *   task.json       what to do
 *   outcome.json    what came of it
 *   gc.log          pauses of the collector; the JVM writes it
 *   task/           the store
 * </pre>
 */
public final class Child {
    /** Where the JVM of the child is to write its collector's log. */
    public static final String GC_LOG = "gc.log";

    /** Where the task is. */
    public static final String TASK = "task.json";

    /** Where the outcome is. */
    public static final String OUTCOME = "outcome.json";

    private static final ObjectMapper JSON = new ObjectMapper();

    private Child() {}

    /**
     * What to do.
     *
     * @param scenario whose name it is; if empty, only the data set is written
     * @param dataset what the store holds, or is to hold
     * @param side whose store
     * @param plan how much
     */
    public record Task(String scenario, Dataset dataset, Side side, Plan plan) {
        /** Writes it where the child finds it. */
        public void write(Path directory) throws IOException {
            JSON.writeValue(directory.resolve(TASK).toFile(), this);
        }
    }

    /**
     * What came of it.
     *
     * @param kind whether it went well
     * @param message what is wrong otherwise
     * @param measured what was measured, by part
     */
    public record Outcome(Kind kind, String message, Map<String, Measurement> measured) {
        /** How it ended. */
        public enum Kind {
            /** As it should. */
            MEASURED,
            /** This side has no such store. */
            NOT_THERE,
            /** A store returned something wrong. */
            WRONG,
            /** Something else went wrong. */
            FAILED
        }

        /** Reads what a child has left. */
        public static Outcome read(Path directory) throws IOException {
            return JSON.readValue(directory.resolve(OUTCOME).toFile(), Outcome.class);
        }
    }

    /** Runs the task in the directory that is named. */
    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]);
        Outcome outcome = outcome(directory);
        JSON.writeValue(directory.resolve(OUTCOME).toFile(), outcome);
        // Not to wait for threads that a store which failed has left.
        System.exit(outcome.kind() == Outcome.Kind.MEASURED ? 0 : 1);
    }

    private static Outcome outcome(Path directory) {
        try {
            Task task = JSON.readValue(directory.resolve(TASK).toFile(), Task.class);
            return run(task, task.side(), directory);
        } catch (IOException e) {
            return new Outcome(Outcome.Kind.FAILED, Reasons.line(e), Map.of());
        }
    }

    /** Runs a task in this process, in a directory that is empty or has the prepared store, with stores from where the caller says. */
    @SuppressWarnings("CatchAndPrintStackTrace") // Into the log that the message names.
    public static Outcome run(Task task, Suppliers suppliers, Path directory) {
        Bench bench = new Bench(suppliers, task.plan(), directory, task.dataset());
        try {
            if (task.scenario().isEmpty()) {
                prepare(task, bench);
            } else {
                Catalogue.scenario(task.scenario()).body().run(bench);
            }
            return new Outcome(Outcome.Kind.MEASURED, "", bench.measured());
        } catch (Exception | OutOfMemoryError | StackOverflowError e) {
            // Streams wraps what comes out of a store or an aggregation.
            WrongValueException wrong = Reasons.find(e, WrongValueException.class);
            if (wrong != null) {
                return new Outcome(Outcome.Kind.WRONG, Reasons.line(wrong), Map.of());
            }
            UnsupportedOperationException unsupported = Reasons.find(e, UnsupportedOperationException.class);
            if (unsupported != null) {
                // What a scenario measured before it came to that stands.
                return new Outcome(Outcome.Kind.NOT_THERE, Reasons.line(unsupported), bench.measured());
            }
            e.printStackTrace();
            return new Outcome(Outcome.Kind.FAILED, Reasons.innermost(e), Map.of());
        }
    }

    private static void prepare(Task task, Bench bench) throws Exception {
        Files.createDirectories(bench.taskDirectory());
        try (Subject subject = bench.openPrepared()) {
            task.dataset().fill(subject, task.plan());
            bench.awaitQuiet();
        }
    }
}
