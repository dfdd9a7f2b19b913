package io.streambed.examples.benchmark.report;

import io.streambed.examples.benchmark.measure.Measurement;
import io.streambed.examples.benchmark.row.Figure;
import io.streambed.examples.benchmark.row.Goal;
import io.streambed.examples.benchmark.row.Row;
import io.streambed.examples.benchmark.store.Side;
import io.streambed.examples.plot.Page;
import io.streambed.examples.plot.Scale;
import io.streambed.examples.plot.Svg;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/** The page with plots: gains with their goals, latencies, pauses of the collector, memory, and the table. */
final class Plots {
    private static final double NAMES = 210;
    private static final double WIDTH = 1080;
    private static final double RIGHT = WIDTH - 110;
    private static final double HEAD = 26;
    private static final double LINE = 24;

    /** Of lines with two bars, each of which has words behind it. */
    private static final double TALL = 32;

    private static final double MEGABYTE = 1 << 20;

    private final Results results;
    private final Environment environment;

    Plots(Results results, Environment environment) {
        this.results = results;
        this.environment = environment;
    }

    String html() {
        String theirs = results.theirs().label();
        Page page = new Page("Streambed beside " + theirs);
        page.paragraph(
                environment.command() + " (" + results.rounds() + (results.rounds() == 1 ? " round, " : " rounds, ")
                        + results.plan().entries() + " entries)");
        page.paragraph(environment.line());
        page.paragraph(new Summary(results, environment).goals());
        page.section(
                "How many times better ours is",
                "In the row's own figure, the median of the rounds; the thin line is their spread, the thick mark the goal."
                        + " Green: goal reached; blue: better than " + theirs + "; red: worse.",
                gains());
        page.section(
                "How long an operation takes",
                "From the median (the large dot) over 99 % and 99.9 % to the longest. Blue: ours; orange: " + theirs
                        + ".",
                latencies());
        page.section(
                "Pauses of the collector",
                "Their share of the time that the operations took, and the longest of them in words. Blue: ours; orange: "
                        + theirs + ".",
                bars(
                        Plots::pausedShare,
                        value -> Amounts.digits(value * 100) + " %",
                        (row, side) -> ", longest "
                                + Amounts.time(results.median(row, side, Measurement::longestPause)
                                        .orElse(0))));
        page.section(
                "Memory",
                "Anonymous memory of the process at its peak: heap, native allocations, stacks. Blue: ours; orange: "
                        + theirs + ".",
                bars(
                        measurement -> measurement.anonymous() < 0 ? -1 : measurement.anonymous() / MEGABYTE,
                        value -> Amounts.of(Figure.Unit.BYTES, value * MEGABYTE),
                        (row, side) -> ""));
        page.section("The table", "Each cell has ours / " + theirs + ".", table());
        return page.html();
    }

    private String gains() {
        List<Row> rows = with(row -> results.gain(row, row.figure()).isPresent());
        if (rows.isEmpty()) {
            return "";
        }
        double greatest = 10;
        double least = 1;
        for (Row row : rows) {
            Results.Gain gain = results.gain(row, row.figure()).orElseThrow();
            greatest = Math.max(greatest, Math.max(gain.greatest(), goal(row).orElse(1)));
            least = Math.min(least, gain.least());
        }
        Scale scale = Scale.Logarithmic.around(least, greatest, NAMES, RIGHT);
        Svg svg = lines(rows, LINE, scale, "How many times better ours is, row by row", Amounts::gain);
        svg.line(scale.at(1), HEAD, scale.at(1), HEAD + rows.size() * LINE, "one");
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            double top = HEAD + i * LINE;
            Results.Gain gain = results.gain(row, row.figure()).orElseThrow();
            OptionalDouble goal = goal(row);
            String look =
                    gain.median() < 1 ? "bad" : goal.isEmpty() || gain.median() >= goal.getAsDouble() ? "good" : "fair";
            double from = Math.min(scale.at(1), scale.at(gain.median()));
            double to = Math.max(scale.at(1), scale.at(gain.median()));
            String about = row.name() + ", " + row.figure().label() + ": " + row.what() + ". "
                    + Amounts.gain(gain.median()) + ", rounds from " + Amounts.digits(gain.least()) + " to "
                    + Amounts.digits(gain.greatest())
                    + (goal.isPresent() ? "; goal " + Amounts.gain(goal.getAsDouble()) : "");
            svg.rectangle(from, top + 5, Math.max(1.5, to - from), LINE - 10, look, about);
            svg.line(scale.at(gain.least()), top + LINE / 2, scale.at(gain.greatest()), top + LINE / 2, "spread");
            goal.ifPresent(value -> svg.line(scale.at(value), top + 3, scale.at(value), top + LINE - 3, "goal"));
            svg.words(
                    RIGHT + 12,
                    top + 16,
                    "",
                    Amounts.gain(gain.median()) + " " + row.figure().label());
        }
        return svg.end();
    }

    private OptionalDouble goal(Row row) {
        return row.goals(results.plan(), results.theirs()).stream()
                .filter(goal -> goal.figure() == row.figure())
                .filter(Goal.Gain.class::isInstance)
                .mapToDouble(goal -> ((Goal.Gain) goal).gain())
                .findFirst();
    }

    private String latencies() {
        List<Row> rows = with(row -> sides().stream()
                .anyMatch(side -> results.median(row, side, Measurement::p99).isPresent()));
        double[] all = rows.stream()
                .flatMapToDouble(row -> sides().stream()
                        .flatMapToDouble(side -> DoubleStream.of(
                                results.median(row, side, Measurement::p50).orElse(1),
                                results.median(row, side, Measurement::max).orElse(1))))
                .filter(value -> value > 0)
                .sorted()
                .toArray();
        if (all.length == 0) {
            return "";
        }
        Scale scale = Scale.Logarithmic.around(Math.max(10, all[0]), all[all.length - 1], NAMES, RIGHT);
        Svg svg = lines(rows, LINE, scale, "How long an operation takes, row by row", Amounts::time);
        for (int i = 0; i < rows.size(); i++) {
            for (Side side : sides()) {
                double y = HEAD + i * LINE + (side == Side.STREAMBED ? 8 : 16);
                latency(svg, scale, rows.get(i), side, y);
            }
        }
        return svg.end();
    }

    private void latency(Svg svg, Scale scale, Row row, Side side, double y) {
        List<Figure> figures = List.of(Figure.P50, Figure.P99, Figure.P999, Figure.MAX);
        double[] radii = {4, 3, 2.5, 2};
        List<Svg.Point> points = new ArrayList<>();
        for (Figure figure : figures) {
            results.median(row, side, figure::of).ifPresent(value -> points.add(new Svg.Point(scale.at(value), y)));
        }
        String look = look(side);
        svg.path(points, look + "-line");
        for (int i = 0; i < figures.size(); i++) {
            Figure figure = figures.get(i);
            OptionalDouble value = results.median(row, side, figure::of);
            if (value.isPresent()) {
                String about = row.name() + ", " + side.label() + ", " + figure.label() + ": "
                        + Amounts.time(value.getAsDouble());
                svg.dot(scale.at(value.getAsDouble()), y, radii[i], look, about);
            }
        }
    }

    /** Says something about a bar. */
    private interface Remark {
        String of(Row row, Side side);
    }

    /** Writes a value. */
    private interface Wording {
        String of(double value);
    }

    private String bars(ToDoubleFunction<Measurement> figure, Wording wording, Remark remark) {
        List<Row> rows = with(row -> sides().stream()
                .anyMatch(side -> results.median(row, side, figure).isPresent()));
        double greatest = rows.stream()
                .flatMapToDouble(row -> sides().stream()
                        .mapToDouble(side -> results.median(row, side, figure).orElse(0)))
                .max()
                .orElse(0);
        if (greatest <= 0) {
            return "<p>Nothing to show.</p>\n";
        }
        Scale scale = new Scale.Linear(greatest, NAMES, RIGHT - 60);
        Svg svg = lines(rows, TALL, scale, "By row", wording);
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            for (Side side : sides()) {
                OptionalDouble value = results.median(row, side, figure);
                if (value.isEmpty()) {
                    continue;
                }
                double y = HEAD + i * TALL + (side == Side.STREAMBED ? 5 : 18);
                double end = scale.at(value.getAsDouble());
                String words = wording.of(value.getAsDouble()) + remark.of(row, side);
                svg.rectangle(
                        NAMES,
                        y,
                        Math.max(1, end - NAMES),
                        9,
                        look(side),
                        row.name() + ", " + side.label() + ": " + words.strip());
                if (value.getAsDouble() > 0) {
                    svg.words(end + 6, y + 8, "faint", words.strip());
                }
            }
        }
        return svg.end();
    }

    /** A line for each row with its name, under the marks of a scale. */
    private static Svg lines(List<Row> rows, double line, Scale scale, String shows, Wording wording) {
        double height = HEAD + rows.size() * line + 6;
        Svg svg = new Svg(WIDTH, height, shows);
        for (int i = 0; i < rows.size(); i++) {
            double top = HEAD + i * line;
            if (i % 2 == 0) {
                svg.rectangle(0, top, WIDTH, line, "zebra", "");
            }
            svg.words(NAMES - 10, top + line / 2 + 4, "right", rows.get(i).name());
        }
        for (double mark : scale.marks()) {
            svg.line(scale.at(mark), HEAD, scale.at(mark), height - 6, "grid");
            svg.words(scale.at(mark), HEAD - 8, "faint middle", wording.of(mark));
        }
        return svg;
    }

    private String table() {
        Table table = new Table(results);
        StringBuilder html = new StringBuilder("<table>\n");
        html.append(row("th", table.head()));
        table.lines().forEach(line -> html.append(row("td", line)));
        return html.append("</table>\n").toString();
    }

    private static String row(String tag, List<String> cells) {
        StringBuilder html = new StringBuilder("<tr>");
        for (String cell : cells) {
            html.append('<')
                    .append(tag)
                    .append('>')
                    .append(Svg.escaped(cell))
                    .append("</")
                    .append(tag)
                    .append('>');
        }
        return html.append("</tr>\n").toString();
    }

    private List<Row> with(Predicate<Row> condition) {
        return results.rows().stream().filter(condition).toList();
    }

    private List<Side> sides() {
        return List.of(Side.STREAMBED, results.theirs());
    }

    private static String look(Side side) {
        return side == Side.STREAMBED ? "ours" : "theirs";
    }

    private static double pausedShare(Measurement measurement) {
        return measurement.paused() < 0 || measurement.wall() <= 0
                ? -1
                : (double) measurement.paused() / measurement.wall();
    }
}
