package io.streambed.examples.wordcount;

import io.streambed.examples.streams.Figures;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** What a run says about itself while it goes on. */
final class Status {
    private final LineWriter writer;
    private final Counting counting;
    private final long begin = System.nanoTime();
    private long lastNanos = begin;
    private long lastRecords;

    Status(LineWriter writer, Counting counting) {
        this.writer = writer;
        this.counting = counting;
    }

    /** How it stands, with the rate since the last time that it was asked for. */
    String line() {
        long now = System.nanoTime();
        Figures figures = counting.running().figures();
        String line = line(figures, figures.records() - lastRecords, now - lastNanos);
        lastNanos = now;
        lastRecords = figures.records();
        return line;
    }

    /** How it stands at the end, with the rate of the whole run. */
    String summary() {
        Figures figures = counting.running().figures();
        return line(figures, figures.records(), System.nanoTime() - begin);
    }

    private String line(Figures figures, long moved, long nanos) {
        StringBuilder line = new StringBuilder();
        add(line, "%,d lines in", writer.written());
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
