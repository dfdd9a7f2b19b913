package io.streambed.examples.streams;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** What a run says about itself while it goes on. */
public final class Status {
    private final String unit;
    private final LongSupplier written;
    private final Application application;
    private final long begin = System.nanoTime();
    private long lastNanos = begin;
    private long lastRecords;

    /**
     * For a run that begins now.
     *
     * @param unit what its input consists of: "lines"
     * @param written how many of them are in their topic
     */
    public Status(String unit, LongSupplier written, Application application) {
        this.unit = unit;
        this.written = written;
        this.application = application;
    }

    /** How it stands, with the rate since the last time that it was asked for. */
    public String line() {
        long now = System.nanoTime();
        Figures figures = application.figures();
        String line = line(figures, figures.records() - lastRecords, now - lastNanos);
        lastNanos = now;
        lastRecords = figures.records();
        return line;
    }

    /** How it stands at the end, with the rate of the whole run. */
    public String summary() {
        Figures figures = application.figures();
        return line(figures, figures.records(), System.nanoTime() - begin);
    }

    private String line(Figures figures, long moved, long nanos) {
        StringBuilder line = new StringBuilder();
        add(line, "%,d ", written.getAsLong());
        line.append(unit).append(" in");
        add(line, ", %,d records", figures.records());
        add(line, " (%,d/s)", nanos == 0 ? 0 : moved * TimeUnit.SECONDS.toNanos(1) / nanos);
        if (figures.restored() > 0) {
            add(line, ", %,d restored", figures.restored());
        }
        add(line, ", store %.1f MB", figures.storeBytes() / 1e6);
        if (!figures.tables().isEmpty()) {
            add(line, ", levels %s", figures.levels());
        }
        return line.toString();
    }

    private static void add(StringBuilder line, String format, Object value) {
        line.append(String.format(Locale.ROOT, format, value));
    }
}
