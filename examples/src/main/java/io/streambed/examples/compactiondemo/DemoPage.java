package io.streambed.examples.compactiondemo;

import io.streambed.examples.plot.Page;
import io.streambed.examples.plot.Scale;
import io.streambed.examples.plot.Svg;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The page with the plots: puts a second, and the longest put, over time. */
final class DemoPage {
    private static final double WIDTH = 1080;
    private static final double LEFT = 80;
    private static final double RIGHT = WIDTH - 20;
    private static final double TOP = 12;
    private static final double BOTTOM = 270;
    private static final double HEIGHT = BOTTOM + 40;
    private static final double SPANS_A_SECOND = 10;

    private final List<Load.Outcome> outcomes;

    /** Of both ways. */
    DemoPage(List<Load.Outcome> outcomes) {
        this.outcomes = List.copyOf(outcomes);
    }

    String html() {
        Page page = new Page("Compaction in the writer's thread, and in the background");
        page.paragraph(
                "One thread puts random keys as fast as it can. Orange: flushes and compactions are done by that thread,"
                        + " whenever a put makes them due. Blue: they are done in the background, as by default.");
        page.section(
                "Puts a second",
                "In each tenth of a second. Where the orange line is at the ground, the writer compacts.",
                throughput());
        page.section(
                "The longest put",
                "In each tenth of a second. Where there is no dot, one put took all of it.",
                longestPuts());
        page.section("In figures", "", "<pre>" + Svg.escaped(new DemoTable(outcomes).text()) + "</pre>\n");
        return page.html();
    }

    private String throughput() {
        double greatest = greatest(span -> span.puts() * SPANS_A_SECOND);
        Scale scale = new Scale.Linear(Math.max(1, greatest), BOTTOM, TOP);
        Svg svg = axes(scale, "Puts a second over time", value -> String.format(Locale.ROOT, "%,.0f", value));
        for (Load.Outcome outcome : outcomes) {
            List<Svg.Point> points = new ArrayList<>();
            List<Timeline.Span> spans = outcome.timeline().spans();
            for (int i = 0; i < spans.size(); i++) {
                points.add(new Svg.Point(
                        time().at(i / SPANS_A_SECOND), scale.at(spans.get(i).puts() * SPANS_A_SECOND)));
            }
            svg.path(points, outcome.mode().look() + "-line");
        }
        return svg.end();
    }

    private String longestPuts() {
        double greatest = greatest(Timeline.Span::longest);
        Scale scale = Scale.Logarithmic.around(1_000, Math.max(10_000, greatest), BOTTOM, TOP);
        Svg svg = axes(scale, "The longest put over time", DemoTable::time);
        for (Load.Outcome outcome : outcomes) {
            List<Timeline.Span> spans = outcome.timeline().spans();
            for (int i = 0; i < spans.size(); i++) {
                long longest = spans.get(i).longest();
                if (longest > 0) {
                    double seconds = i / SPANS_A_SECOND;
                    svg.dot(
                            time().at(seconds),
                            scale.at((double) longest),
                            2,
                            outcome.mode().look(),
                            outcome.mode().label() + ", after " + seconds + " s: " + DemoTable.time((double) longest));
                }
            }
        }
        return svg.end();
    }

    /** Writes a value. */
    private interface Wording {
        String of(double value);
    }

    private Svg axes(Scale scale, String shows, Wording wording) {
        Svg svg = new Svg(WIDTH, HEIGHT, shows);
        for (double mark : scale.marks()) {
            svg.line(LEFT, scale.at(mark), RIGHT, scale.at(mark), "grid");
            svg.words(LEFT - 8, scale.at(mark) + 4, "faint right", wording.of(mark));
        }
        for (double mark : time().marks()) {
            svg.line(time().at(mark), BOTTOM, time().at(mark), BOTTOM + 5, "one");
            svg.words(time().at(mark), BOTTOM + 20, "faint middle", String.format(Locale.ROOT, "%.0f s", mark));
        }
        return svg;
    }

    private Scale time() {
        double seconds = outcomes.stream()
                .mapToDouble(outcome -> outcome.timeline().spans().size() / SPANS_A_SECOND)
                .max()
                .orElse(1);
        return new Scale.Linear(Math.max(1, seconds), LEFT, RIGHT);
    }

    private double greatest(ToDoubleFunction<Timeline.Span> figure) {
        return outcomes.stream()
                .flatMap(outcome -> outcome.timeline().spans().stream())
                .mapToDouble(figure)
                .max()
                .orElse(0);
    }
}
