package io.streambed.examples.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.examples.app.Console;
import io.streambed.examples.app.Progress;
import io.streambed.examples.app.Stop;
import io.streambed.examples.benchmark.measure.Measurement;
import io.streambed.examples.benchmark.report.Results;
import io.streambed.examples.benchmark.report.Table;
import io.streambed.examples.benchmark.row.Catalogue;
import io.streambed.examples.benchmark.row.Plan;
import io.streambed.examples.benchmark.row.Row;
import io.streambed.examples.benchmark.row.Scenario;
import io.streambed.examples.benchmark.store.Side;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All rows, with hardly anything to do: each of them reports on both sides, and nothing that is read is wrong. */
class AllRowsTest {
    private static final Plan TINY = new Plan("tiny", 1_200, 240, 2, 5, 20, 1, 512);

    @TempDir
    private Path scratch;

    @Test
    void eachReportsOnBothSides() throws Exception {
        Results results = new Results(Side.ROCKSDB, TINY);
        Set<Row> rows = Catalogue.scenarios().stream()
                .flatMap(scenario -> scenario.rows().stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        run(List.of(Side.STREAMBED, Side.ROCKSDB), rows, results);

        assertEquals(List.of(), results.failures());
        assertEquals(List.copyOf(rows), results.rows());
        for (Row row : rows) {
            for (Side side : List.of(Side.STREAMBED, Side.ROCKSDB)) {
                List<Measurement> measured = results.measurements(row, side);
                boolean notThere = results.notThere().stream()
                        .anyMatch(line -> line.startsWith(row.name() + ", " + side.label() + ": "));
                assertTrue(notThere || measured.size() == 1, row.name() + ", " + side.label() + ": " + measured);
                if (!notThere) {
                    assertTrue(measured.get(0).operations() > 0, row.name());
                    assertTrue(figureThere(row, measured.get(0)), row.name() + ": " + measured);
                }
            }
        }
        // RocksDB has a store for each row.
        assertEquals(
                List.of(),
                results.notThere().stream()
                        .filter(line -> line.contains(", rocksdb: "))
                        .toList());
    }

    @Test
    void storesInMemoryReportAllButWhatNeedsADisk() throws Exception {
        Results results = new Results(Side.IN_MEMORY, TINY);
        run(List.of(Side.IN_MEMORY), rowsOf(Catalogue.scenarios()), results);
        assertEquals(List.of(), results.failures());
        assertEquals(
                List.of("reopen-40", "reopen", "crash-open", "crash-open-next", "crash-catch-up", "crash-records"),
                results.notThere().stream()
                        .map(line -> line.substring(0, line.indexOf(',')))
                        .toList());
    }

    /** Whoever stops a benchmark keeps what it has measured. */
    @Test
    void resultsAreHandedOverAfterEachScenario() throws Exception {
        List<Scenario> two = Catalogue.scenarios().subList(0, 2);
        List<String> tables = new ArrayList<>();
        run(
                two,
                List.of(Side.STREAMBED),
                rowsOf(two),
                new Results(Side.ROCKSDB, TINY),
                sofar -> tables.add(new Table(sofar).text()));
        assertEquals(2, tables.size());
        assertTrue(tables.get(0).contains(two.get(0).name()), tables.get(0));
        assertFalse(tables.get(0).contains(two.get(1).name()), tables.get(0));
        assertTrue(tables.get(1).contains(two.get(1).name()), tables.get(1));
    }

    private static Set<Row> rowsOf(List<Scenario> scenarios) {
        return scenarios.stream()
                .flatMap(scenario -> scenario.rows().stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** What the row is about; tiny stores may write nothing at all. */
    private static boolean figureThere(Row row, Measurement measured) {
        double figure = row.figure().of(measured);
        return switch (row.figure()) {
            case CPU, WRITE_AMPLIFICATION, SPACE_AMPLIFICATION -> figure >= 0;
            default -> figure > 0;
        };
    }

    private void run(List<Side> sides, Set<Row> rows, Results results) throws Exception {
        run(Catalogue.scenarios(), sides, rows, results, sofar -> {});
    }

    private void run(
            List<Scenario> scenarios,
            List<Side> sides,
            Set<Row> rows,
            Results results,
            Benchmark.AfterScenario afterScenario)
            throws Exception {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, UTF_8);
        Console console = new Console(InputStream.nullInputStream(), nowhere, nowhere, false);
        try (Progress progress = new Progress("benchmark", console)) {
            InProcess runs = new InProcess(scratch, side -> side, side -> side);
            new Benchmark(TINY, sides, 1, runs, new Stop(), progress).run(scenarios, rows, results, afterScenario);
        }
    }
}
