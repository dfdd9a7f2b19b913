package io.streambed.examples.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.examples.AppRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line, and real runs with processes of their own. */
class BenchmarkCommandTest {
    @TempDir
    private Path directory;

    @Test
    void listsItsRows() {
        AppRun run = AppRun.of("", "benchmark", "--rows", "help");
        assertEquals(0, run.status(), run.err());
        List<String> names = run.out()
                .lines()
                .map(line -> line.substring(0, line.indexOf('\t')))
                .toList();
        assertTrue(
                names.containsAll(List.of(
                        "fill-sequential", "read-zipf-hit", "queue", "crash-open", "window-put", "topology-aggregate")),
                run.out());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --rows fill-rnadom             | --rows has fill-rnadom, which is no row; --rows help lists them
                    --rounds 0                     | --rounds is 0; it must be 1 or more
                    --entries 10                   | --entries is 10; it must be from 1000 to 1000000000
                    --against rockdb               | --against is rockdb; it must be one of rocksdb, rocksdb-tuned, in-memory
                    --only in-memory               | --only is in-memory; it must be one of streambed, rocksdb
                    --quick --big                  | Error: --quick, --big are mutually exclusive
                    """)
    void refusesWhatItDoesNotUnderstand(String args, String beginning) {
        AppRun run = AppRun.of("", ("benchmark " + args).split(" ", -1));
        assertEquals(2, run.status(), run.err());
        assertTrue(run.err().startsWith("examples/run benchmark: " + beginning), run.err());
    }

    @Test
    void runsChosenRowsInProcessesOfTheirOwnAndReports() throws Exception {
        Path report = directory.resolve("report");
        AppRun run = AppRun.of(
                "",
                "benchmark",
                "--quick",
                "--entries",
                "1000",
                "--rows",
                "fill-seq*,read-random-hit",
                "--report",
                report.toString());
        assertEquals(0, run.status(), run.err());
        List<String> lines = run.out().lines().toList();
        assertEquals(3, lines.size(), run.out());
        assertTrue(lines.get(0).startsWith("row "), run.out());
        assertTrue(lines.get(1).startsWith("fill-sequential "), run.out());
        assertTrue(lines.get(2).startsWith("read-random-hit "), run.out());
        assertEquals(run.out(), Files.readString(report.resolve("table.txt")));
        for (String file : new String[] {"table.md", "results.json", "index.html"}) {
            assertTrue(Files.size(report.resolve(file)) > 0, file);
        }
        assertTrue(
                Files.readString(report.resolve("table.md"))
                        .startsWith("`examples/run benchmark --quick --entries 1000"),
                Files.readString(report.resolve("table.md")));
    }
}
