package io.streambed.examples.benchmark;

import io.streambed.examples.app.AppException;
import io.streambed.examples.app.Directories;
import io.streambed.examples.app.Reasons;
import io.streambed.examples.benchmark.row.Child;
import io.streambed.examples.benchmark.row.Child.Outcome;
import io.streambed.examples.benchmark.store.StoreCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs {@link Child} in a process of its own, with the same Java and class path as this one and the same options for all. */
final class ChildRun implements Runs {
    /** How long the child's log may be quoted for. */
    private static final int QUOTED = 3;

    private final Path scratch;
    private final List<String> javaOptions;
    private int number;

    /**
     * @param scratch where directories of children are made
     * @param javaOptions what the user wants to be given to the children's JVM, after everything else
     */
    ChildRun(Path scratch, List<String> javaOptions) {
        this.scratch = scratch;
        this.javaOptions = List.copyOf(javaOptions);
    }

    @Override
    public Path prepare(Child.Task task) throws IOException, InterruptedException {
        Path directory = next();
        Outcome outcome = run(directory, task);
        if (outcome.kind() != Outcome.Kind.MEASURED) {
            Directories.delete(directory);
            throw new AppException("the data set " + task.dataset() + " cannot be written with "
                    + task.side().label() + ": " + outcome.message());
        }
        return directory;
    }

    @Override
    public Outcome measure(Child.Task task, @Nullable Path prepared) throws IOException, InterruptedException {
        Path directory = next();
        try {
            if (prepared != null) {
                StoreCopy.copy(prepared.resolve("task"), directory.resolve("task"));
            }
            return run(directory, task);
        } finally {
            Directories.delete(directory);
        }
    }

    private Path next() throws IOException {
        return Files.createDirectories(scratch.resolve("run-" + ++number));
    }

    private Outcome run(Path directory, Child.Task task) throws IOException, InterruptedException {
        task.write(directory);
        Path log = directory.resolve("log");
        Process process = new ProcessBuilder(command(directory, task))
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            int status = process.waitFor();
            if (Files.exists(directory.resolve(Child.OUTCOME))) {
                return Outcome.read(directory);
            }
            return new Outcome(
                    Outcome.Kind.FAILED, "the process ended with status " + status + ": " + end(log), Map.of());
        } finally {
            // Only still alive if this thread was interrupted.
            process.destroyForcibly().waitFor();
        }
    }

    private List<String> command(Path directory, Child.Task task) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + task.plan().heapMegabytes() + "m");
        command.add("-XX:+UseG1GC");
        command.add("-Xlog:gc:file=" + directory.resolve(Child.GC_LOG));
        command.add("-Djava.io.tmpdir=" + directory);
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        if (Runtime.version().feature() >= 23) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.addAll(javaOptions);
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), Child.class.getName(), directory.toString()));
        return command;
    }

    private static String end(Path log) {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join(" / ", lines.subList(Math.max(0, lines.size() - QUOTED), lines.size()));
        } catch (IOException e) {
            return "its log cannot be read: " + Reasons.of(e);
        }
    }
}
