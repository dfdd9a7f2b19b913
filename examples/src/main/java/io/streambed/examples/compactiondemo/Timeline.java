package io.streambed.examples.compactiondemo;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What a writer met, tenth of a second by tenth of a second. One thread's. */
final class Timeline {
    /** How long a span is. */
    static final long SPAN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final int DIGITS = 3;
    private static final long LONGEST = TimeUnit.MINUTES.toNanos(10);

    private final Histogram all = new Histogram(LONGEST, DIGITS);
    private final List<Span> spans = new ArrayList<>();
    private final long begin;
    private long puts;
    private long longest;

    /** Begins at a time of the system's nano clock. */
    Timeline(long begin) {
        this.begin = begin;
    }

    /**
     * A tenth of a second.
     *
     * @param puts that ended in it
     * @param longest how long the longest of them took, in nanoseconds; 0 if there was none, as one that began earlier is still at work
     */
    record Span(long puts, long longest) {}

    /** A put that ended at {@code now} and took so long. */
    void add(long now, long nanos) {
        // A long put leaves spans without any behind it.
        while (now - begin >= (spans.size() + 1) * SPAN_NANOS) {
            close();
        }
        all.recordValue(Math.min(nanos, LONGEST));
        puts++;
        longest = Math.max(longest, nanos);
    }

    /** The spans that are over. */
    List<Span> spans() {
        return List.copyOf(spans);
    }

    /** Puts in all. */
    long puts() {
        return all.getTotalCount();
    }

    /** The time that so many percent of the puts did not exceed, in nanoseconds. */
    long percentile(double percent) {
        return all.getValueAtPercentile(percent);
    }

    /** The time of the longest put, in nanoseconds. */
    long longest() {
        return all.getMaxValue();
    }

    /** How much of the time passed with less than a tenth of the puts that a span has in the middle: from 0 to 1. */
    double standstill() {
        long[] sorted = spans.stream().mapToLong(Span::puts).sorted().toArray();
        if (sorted.length == 0) {
            return 0;
        }
        long few = sorted[sorted.length / 2] / 10;
        return (double) spans.stream().filter(span -> span.puts() <= few).count() / sorted.length;
    }

    private void close() {
        spans.add(new Span(puts, longest));
        puts = 0;
        longest = 0;
    }
}
