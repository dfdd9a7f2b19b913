package io.streambed.examples.benchmark.report;

import io.streambed.examples.benchmark.measure.Measurement;
import io.streambed.examples.benchmark.row.Figure;
import io.streambed.examples.benchmark.row.Goal;
import io.streambed.examples.benchmark.row.Row;
import io.streambed.examples.benchmark.store.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** The table, as cells of text: a line for each row, ours before theirs in each cell. */
public final class Table {
    private static final List<String> HEAD = List.of(
            "row",
            "CPU/op",
            "gain (spread)",
            "goal",
            "p50",
            "p99",
            "p99.9",
            "max",
            "ops/s",
            "write amp.",
            "space amp.",
            "anon. memory",
            "GC pauses, longest");

    private final Results results;

    /** Of some results. */
    public Table(Results results) {
        this.results = results;
    }

    /** The names of the columns. */
    public List<String> head() {
        return HEAD;
    }

    /** The lines. */
    public List<List<String>> lines() {
        List<List<String>> lines = new ArrayList<>();
        for (Row row : results.rows()) {
            lines.add(line(row));
        }
        return lines;
    }

    /** Columns of the same width, the first one to the left and the others to the right. */
    public String text() {
        List<List<String>> all = new ArrayList<>();
        all.add(HEAD);
        all.addAll(lines());
        int[] widths = new int[HEAD.size()];
        for (List<String> line : all) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], line.get(column).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> line : all) {
            for (int column = 0; column < widths.length; column++) {
                String cell = line.get(column);
                String blank = " ".repeat(widths[column] - cell.length());
                text.append(column == 0 ? cell + blank : "  " + blank + cell);
            }
            text.append('\n');
        }
        return text.toString();
    }

    /** As Markdown has it. */
    public String markdown() {
        String rule =
                HEAD.stream().map(cell -> cell.equals("row") ? "---" : "---:").collect(Collectors.joining(" | "));
        return "| " + String.join(" | ", HEAD) + " |\n| " + rule + " |\n"
                + lines().stream()
                        .map(line -> "| " + String.join(" | ", line) + " |\n")
                        .collect(Collectors.joining());
    }

    private List<String> line(Row row) {
        List<String> line = new ArrayList<>();
        line.add(row.name());
        line.add(both(row, Figure.CPU));
        line.add(gain(row));
        line.add(row.goals(results.plan(), results.theirs()).stream()
                .map(goal -> goal(row, goal))
                .collect(Collectors.joining(", ")));
        line.add(both(row, row.figure() == Figure.TIME ? Figure.TIME : Figure.P50));
        line.add(both(row, Figure.P99));
        line.add(both(row, Figure.P999));
        line.add(both(row, Figure.MAX));
        line.add(both(row, Figure.Unit.NUMBER, Measurement::throughput));
        line.add(both(row, Figure.WRITE_AMPLIFICATION));
        line.add(both(row, Figure.SPACE_AMPLIFICATION));
        line.add(both(row, Figure.MEMORY));
        line.add(both(row, Figure.Unit.NANOS, Measurement::paused) + ", " + both(row, Figure.LONGEST_PAUSE));
        return line;
    }

    private String gain(Row row) {
        return results.gain(row, row.figure())
                .map(gain -> Amounts.gain(gain.median()) + " (" + Amounts.digits(gain.least()) + "-"
                        + Amounts.digits(gain.greatest()) + ")")
                .orElse(Amounts.NONE);
    }

    private String goal(Row row, Goal goal) {
        String named = goal.figure() == Figure.CPU ? "" : goal.figure().label() + " ";
        Verdict verdict = Verdict.of(results, row, goal);
        String met = verdict.reached().map(yes -> yes ? " yes" : " no").orElse("");
        boolean shown = goal.figure() == row.figure() && goal instanceof Goal.Gain;
        return named + verdict.promised() + met + (shown || met.isEmpty() ? "" : " " + verdict.found());
    }

    private String both(Row row, Figure figure) {
        return both(row, figure.unit(), figure::of);
    }

    private String both(Row row, Figure.Unit unit, ToDoubleFunction<Measurement> figure) {
        String our = one(row, Side.STREAMBED, unit, figure);
        String their = one(row, results.theirs(), unit, figure);
        return our.equals(Amounts.NONE) && their.equals(Amounts.NONE) ? Amounts.NONE : our + " / " + their;
    }

    private String one(Row row, Side side, Figure.Unit unit, ToDoubleFunction<Measurement> figure) {
        return Amounts.of(unit, results.median(row, side, figure).orElse(-1));
    }
}
