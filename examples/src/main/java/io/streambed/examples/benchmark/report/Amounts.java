package io.streambed.examples.benchmark.report;

import io.streambed.examples.benchmark.row.Figure;
import java.util.Locale;

/** Figures in words: three digits and a unit. */
final class Amounts {
    static final String NONE = "–";

    private Amounts() {}

    static String of(Figure.Unit unit, double value) {
        if (value < 0) {
            return NONE;
        }
        return switch (unit) {
            case NANOS -> time(value);
            case BYTES -> scaled(value, 1024, new String[] {" B", " kB", " MB", " GB"});
            case NUMBER -> count(value);
            case RATIO -> digits(value);
        };
    }

    static String time(double nanos) {
        return scaled(nanos, 1000, new String[] {" ns", " µs", " ms", " s"});
    }

    static String count(double number) {
        return scaled(number, 1000, new String[] {"", " k", " M", " G"});
    }

    /** A gain, such as {@code 3.2×}. */
    static String gain(double gain) {
        return digits(gain) + "×";
    }

    static String digits(double value) {
        if (value >= 100) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        return String.format(Locale.ROOT, value >= 10 ? "%.1f" : "%.2f", value);
    }

    private static String scaled(double value, int step, String[] units) {
        double scaled = value;
        int unit = 0;
        while (scaled >= step && unit < units.length - 1) {
            scaled /= step;
            unit++;
        }
        boolean whole = unit == 0 && scaled == Math.rint(scaled);
        return (whole ? String.format(Locale.ROOT, "%.0f", scaled) : digits(scaled)) + units[unit];
    }
}
