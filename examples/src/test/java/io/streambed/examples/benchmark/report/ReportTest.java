package io.streambed.examples.benchmark.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.streambed.examples.benchmark.measure.Measurement;
import io.streambed.examples.benchmark.row.Catalogue;
import io.streambed.examples.benchmark.row.Child.Outcome;
import io.streambed.examples.benchmark.row.Figure;
import io.streambed.examples.benchmark.row.Goal;
import io.streambed.examples.benchmark.row.Plan;
import io.streambed.examples.benchmark.row.Row;
import io.streambed.examples.benchmark.row.Scenario;
import io.streambed.examples.benchmark.store.Side;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is made of figures: medians, gains, verdicts, and the files. */
class ReportTest {
    private static final Row CPU_ROW = row("read-random-hit");
    private static final Environment ENVIRONMENT = new Environment(
            new TreeMap<>(Map.of("java", "17 <any>")), "some processor", 2, 24L << 30, "examples/run it");

    @TempDir
    private Path directory;

    private final Results results = new Results(Side.ROCKSDB, Plan.NORMAL);

    @Test
    void aGainIsTheMedianOfRoundAgainstRound() {
        add(CPU_ROW, Side.STREAMBED, 100, 200, 400);
        add(CPU_ROW, Side.ROCKSDB, 300, 1_200, 3_600);
        Results.Gain gain = results.gain(CPU_ROW, Figure.CPU).orElseThrow();
        assertEquals(6, gain.median());
        assertEquals(3, gain.least());
        assertEquals(9, gain.greatest());
        assertEquals(
                200,
                results.median(CPU_ROW, Side.STREAMBED, Measurement::cpuPerOperation)
                        .orElseThrow());
        assertEquals(3, results.rounds());
    }

    @Test
    void theMedianOfTwoLiesBetweenThem() {
        add(CPU_ROW, Side.STREAMBED, 100, 300);
        assertEquals(
                200,
                results.median(CPU_ROW, Side.STREAMBED, Measurement::cpuPerOperation)
                        .orElseThrow());
        assertTrue(results.gain(CPU_ROW, Figure.CPU).isEmpty());
    }

    @Test
    void aGoalIsReachedFromItsGainOn() {
        add(CPU_ROW, Side.STREAMBED, 100);
        add(CPU_ROW, Side.ROCKSDB, 600);
        Verdict reached = Verdict.of(results, CPU_ROW, new Goal.Gain(Figure.CPU, 6));
        assertEquals(new Verdict("6.00×", "6.00×", Optional.of(true)), reached);
        Verdict missed = Verdict.of(results, CPU_ROW, new Goal.Gain(Figure.CPU, 6.1));
        assertEquals(Optional.of(false), missed.reached());
        Verdict bound = Verdict.of(results, CPU_ROW, new Goal.Bound(Figure.CPU, 99));
        assertEquals(new Verdict("at most 99 ns", "100 ns", Optional.of(false)), bound);
        Verdict unknown = Verdict.of(results, CPU_ROW, new Goal.Gain(Figure.WRITE_AMPLIFICATION, 1));
        assertEquals(Optional.empty(), unknown.reached());
    }

    @Test
    void theTableSaysBothSidesAndTheVerdict() {
        add(CPU_ROW, Side.STREAMBED, 100);
        add(CPU_ROW, Side.ROCKSDB, 500);
        Table table = new Table(results);
        List<String> line = table.lines().get(0);
        assertEquals(table.head().size(), line.size());
        assertEquals(
                List.of("read-random-hit", "100 ns / 500 ns", "5.00× (5.00-5.00)", "6.00× no, p50 6.00× no 5.00×"),
                line.subList(0, 4));
        List<String> markdown = table.markdown().lines().toList();
        assertEquals(3, markdown.size());
        markdown.forEach(text -> assertEquals(
                table.head().size() + 1, text.chars().filter(c -> c == '|').count(), text));
        assertEquals(2, table.text().lines().count());
    }

    @Test
    void aWrongValueIsAFailureAndAMissingStoreIsNone() {
        results.add(CPU_ROW, Side.STREAMBED, new Outcome(Outcome.Kind.WRONG, "entry 7", Map.of()));
        results.add(CPU_ROW, Side.ROCKSDB, new Outcome(Outcome.Kind.NOT_THERE, "no such store", Map.of()));
        assertEquals(List.of("read-random-hit, streambed: a wrong value was read: entry 7"), results.failures());
        assertEquals(List.of("read-random-hit, rocksdb: no such store"), results.notThere());
        assertTrue(new Summary(results, ENVIRONMENT).markdown().contains("- read-random-hit, rocksdb: no such store"));
    }

    @Test
    void whatWasMeasuredBeforeAStoreWasMissingCounts() {
        results.add(CPU_ROW, Side.STREAMBED, new Outcome(Outcome.Kind.NOT_THERE, "later", measured(CPU_ROW, 100)));
        assertEquals(List.of(), results.notThere());
        assertEquals(1, results.measurements(CPU_ROW, Side.STREAMBED).size());
    }

    @Test
    void theReportHasEveryRowInEveryFile() throws Exception {
        for (Scenario scenario : Catalogue.scenarios()) {
            for (Row row : scenario.rows()) {
                add(row, Side.STREAMBED, 100, 110);
                add(row, Side.ROCKSDB, 450, 90);
            }
        }
        Report report = new Report(directory.resolve("made/here"), ENVIRONMENT);
        report.write(results);

        JsonNode json = new ObjectMapper()
                .readTree(directory.resolve("made/here/results.json").toFile());
        assertEquals(results.rows().size(), json.get("rows").size());
        JsonNode first = json.get("rows").get(0);
        assertEquals("fill-sequential", first.get("name").asText());
        assertEquals(2, first.get("sides").get("streambed").size());
        assertEquals(100, first.get("sides").get("streambed").get(0).get("cpu").asLong() / 1_000);
        assertEquals("examples/run it", json.get("environment").get("command").asText());

        String page = Files.readString(report.page());
        for (Row row : results.rows()) {
            assertTrue(page.contains("<td>" + row.name() + "</td>"), row.name());
            assertTrue(page.contains(">" + row.name() + "</text>"), row.name());
        }
        assertFalse(page.contains("src=") || page.contains("href="), "the page loads something");
        assertTrue(page.contains("17 &lt;any&gt;"));
        for (int at = page.indexOf("<svg"), end; at >= 0; at = page.indexOf("<svg", end)) {
            end = page.indexOf("</svg>", at) + "</svg>".length();
            byte[] drawing = page.substring(at, end).getBytes(StandardCharsets.UTF_8);
            DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(drawing));
        }

        String markdown = Files.readString(directory.resolve("made/here/table.md"));
        assertTrue(
                markdown.startsWith("`examples/run it`, medians of 2 rounds, 2000000 entries; 2 processors"), markdown);
        assertTrue(markdown.contains("\nGoals reached: "), markdown);
        assertEquals(new Table(results).text(), Files.readString(directory.resolve("made/here/table.txt")));
    }

    private void add(Row row, Side side, double... cpus) {
        for (double cpu : cpus) {
            results.add(row, side, new Outcome(Outcome.Kind.MEASURED, "", measured(row, cpu)));
        }
    }

    /** A thousand operations that cost so much each. */
    private static Map<String, Measurement> measured(Row row, double cpu) {
        Measurement measurement = new Measurement(
                1_000,
                2_000_000,
                (long) (cpu * 1_000),
                cpu,
                cpu * 2,
                cpu * 3,
                cpu * 4,
                -1,
                -1,
                -1,
                -1,
                400 << 20,
                2,
                50_000,
                30_000);
        return Map.of(row.part(), measurement);
    }

    private static Row row(String name) {
        return Catalogue.scenarios().stream()
                .flatMap(scenario -> scenario.rows().stream())
                .filter(row -> row.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
