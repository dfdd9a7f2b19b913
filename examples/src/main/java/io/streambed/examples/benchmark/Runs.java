package io.streambed.examples.benchmark;

import io.streambed.examples.benchmark.row.Child.Outcome;
import io.streambed.examples.benchmark.row.Child.Task;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** How tasks are run. */
interface Runs {
    /** Writes a data set, and returns the directory where it is. The caller deletes it. */
    Path prepare(Task task) throws IOException, InterruptedException;

    /** Runs a scenario on its own copy of a data set, if it has any, and deletes everything afterwards. */
    Outcome measure(Task task, @Nullable Path prepared) throws IOException, InterruptedException;
}
