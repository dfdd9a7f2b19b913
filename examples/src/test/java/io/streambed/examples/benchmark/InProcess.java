package io.streambed.examples.benchmark;

import io.streambed.examples.app.Directories;
import io.streambed.examples.benchmark.row.Child;
import io.streambed.examples.benchmark.row.Child.Outcome;
import io.streambed.examples.benchmark.row.Child.Task;
import io.streambed.examples.benchmark.store.Side;
import io.streambed.examples.benchmark.store.StoreCopy;
import io.streambed.examples.benchmark.store.Suppliers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Runs tasks in this process, which spares the start of a JVM for each, with stores from wherever a test wants them. */
final class InProcess implements Runs {
    private final Path scratch;
    private final Function<Side, Suppliers> prepares;
    private final Function<Side, Suppliers> measures;
    private int number;

    /**
     * @param prepares whose stores write data sets
     * @param measures whose stores are measured
     */
    InProcess(Path scratch, Function<Side, Suppliers> prepares, Function<Side, Suppliers> measures) {
        this.scratch = scratch;
        this.prepares = prepares;
        this.measures = measures;
    }

    @Override
    public Path prepare(Task task) throws IOException {
        Path directory = next();
        Outcome outcome = Child.run(task, prepares.apply(task.side()), directory);
        if (outcome.kind() != Outcome.Kind.MEASURED) {
            throw new IllegalStateException(task.dataset() + ": " + outcome.message());
        }
        return directory;
    }

    @Override
    public Outcome measure(Task task, @Nullable Path prepared) throws IOException {
        Path directory = next();
        if (prepared != null) {
            StoreCopy.copy(prepared.resolve("task"), directory.resolve("task"));
        }
        try {
            return Child.run(task, measures.apply(task.side()), directory);
        } finally {
            Directories.delete(directory);
        }
    }

    private Path next() throws IOException {
        return Files.createDirectories(scratch.resolve("run-" + ++number));
    }
}
