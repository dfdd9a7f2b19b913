package io.streambed.examples.compactiondemo;

import java.util.List;
import java.util.Locale;

/** The figures of both ways, beside each other. */
final class DemoTable {
    private static final String LINE = "%-24s %12s %9s %9s %9s %9s %11s %12s %11s%n";

    private final List<Load.Outcome> outcomes;

    DemoTable(List<Load.Outcome> outcomes) {
        this.outcomes = List.copyOf(outcomes);
    }

    String text() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                LINE,
                "compaction",
                "puts/s",
                "p50",
                "p99",
                "p99.9",
                "longest",
                "standstill",
                "compactions",
                "write amp."));
        for (Load.Outcome outcome : outcomes) {
            Timeline timeline = outcome.timeline();
            text.append(String.format(
                    Locale.ROOT,
                    LINE,
                    outcome.mode().label(),
                    String.format(Locale.ROOT, "%,.0f", timeline.puts() / outcome.seconds()),
                    time((double) timeline.percentile(50)),
                    time((double) timeline.percentile(99)),
                    time((double) timeline.percentile(99.9)),
                    time((double) timeline.longest()),
                    String.format(Locale.ROOT, "%.0f %%", 100 * timeline.standstill()),
                    outcome.compactions(),
                    String.format(Locale.ROOT, "%.1f", outcome.writeAmplification())));
        }
        return text.toString();
    }

    /** Nanoseconds in a unit that fits. */
    static String time(double nanos) {
        if (nanos < 1e3) {
            return String.format(Locale.ROOT, "%.0f ns", nanos);
        } else if (nanos < 1e6) {
            return String.format(Locale.ROOT, "%.1f µs", nanos / 1e3);
        }
        return nanos < 1e9
                ? String.format(Locale.ROOT, "%.1f ms", nanos / 1e6)
                : String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
    }
}
