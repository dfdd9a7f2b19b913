package io.streambed.examples.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.examples.app.AppException;
import io.streambed.examples.app.Console;
import io.streambed.examples.app.Stop;
import io.streambed.examples.benchmark.row.Catalogue;
import io.streambed.examples.benchmark.row.Child;
import io.streambed.examples.benchmark.row.Child.Outcome;
import io.streambed.examples.benchmark.row.Dataset;
import io.streambed.examples.benchmark.row.Plan;
import io.streambed.examples.benchmark.row.Scenario;
import io.streambed.examples.benchmark.store.Side;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A store that returns something wrong is found out by each row, and ends the benchmark with status 1. */
class WrongValueTest {
    private static final Plan TINY = new Plan("tiny", 1_200, 240, 2, 5, 20, 1, 512);

    @TempDir
    private Path scratch;

    @Test
    void eachScenarioNotices() throws Exception {
        InProcess runs = new InProcess(scratch, side -> side, side -> new LyingStores());
        Map<Dataset, Path> prepared = new HashMap<>();
        for (Scenario scenario : Catalogue.scenarios()) {
            Dataset dataset = scenario.dataset();
            if (dataset != Dataset.NONE && !prepared.containsKey(dataset)) {
                prepared.put(dataset, runs.prepare(new Child.Task("", dataset, Side.ROCKSDB, TINY)));
            }
            Outcome outcome =
                    runs.measure(new Child.Task(scenario.name(), dataset, Side.ROCKSDB, TINY), prepared.get(dataset));
            assertEquals(Outcome.Kind.WRONG, outcome.kind(), scenario.name() + ": " + outcome.message());
            assertEquals(Map.of(), outcome.measured(), scenario.name());
        }
    }

    @Test
    void theStatusIsOne() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, UTF_8);
        Console console = new Console(InputStream.nullInputStream(), nowhere, new PrintStream(err, true, UTF_8), false);
        BenchmarkCommand command = new BenchmarkCommand(
                console,
                new Stop(),
                (directory, options) -> new InProcess(directory, side -> side, side -> new LyingStores()));
        AtomicReference<Exception> failure = new AtomicReference<>();
        int status = new CommandLine(command)
                .setExecutionExceptionHandler((thrown, line, parsed) -> {
                    failure.set(thrown);
                    return 1;
                })
                .execute("--quick", "--entries", "1000", "--rows", "read-memtable-hit", "--only", "rocksdb");
        assertEquals(1, status);
        assertEquals(AppException.class, failure.get().getClass());
        List<String> lines = err.toString(UTF_8).lines().toList();
        assertTrue(
                lines.get(lines.size() - 1)
                        .startsWith("benchmark: read-memtable-hit, rocksdb: a wrong value was read: entry "),
                lines.toString());
    }
}
