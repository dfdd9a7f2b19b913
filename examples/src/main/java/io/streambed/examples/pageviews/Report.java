package io.streambed.examples.pageviews;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** The counts as the app prints them: the highest of each kind, a line each, what it is first, tabs between. */
final class Report {
    private final StringBuilder lines = new StringBuilder();

    private Report() {}

    /** Of the counts of so many views. */
    static String of(long views, Counts counts) {
        Report report = new Report();
        long counted =
                counts.minutes().values().stream().mapToLong(Long::longValue).sum();
        report.line("views", views, counted, views - counted);
        report.pages(counts);
        report.minute(counts);
        highest(counts.fiveMinutes())
                .forEach(entry -> report.line(
                        "five-minutes",
                        entry.getValue(),
                        entry.getKey().page(),
                        Instant.ofEpochMilli(entry.getKey().start())));
        highest(counts.sessions())
                .forEach(entry -> report.line(
                        "session",
                        entry.getValue(),
                        entry.getKey().user(),
                        Instant.ofEpochMilli(entry.getKey().start()),
                        Instant.ofEpochMilli(entry.getKey().end())));
        return report.lines.toString();
    }

    private void pages(Counts counts) {
        Map<String, Long> pages = new HashMap<>();
        counts.minutes().forEach((window, views) -> pages.merge(window.page(), views, Long::sum));
        highest(pages).forEach(page -> line("page", page.getValue(), page.getKey()));
    }

    /** The top pages of one minute: that in which a page had more views than any page in any other. */
    private void minute(Counts counts) {
        Map<Long, Long> best = new HashMap<>();
        counts.top()
                .forEach((minute, top) -> best.put(minute, top.pages().get(0).views()));
        highest(best).stream().findFirst().ifPresent(highest -> {
            long minute = highest.getKey();
            counts.top()
                    .getOrDefault(minute, TopPages.NONE)
                    .pages()
                    .forEach(page -> line("minute", page.views(), page.page(), Instant.ofEpochMilli(minute)));
        });
    }

    /** The entries with the highest counts, the very highest first, equal ones in the order of what was counted. */
    private static <K extends Comparable<K>> List<Map.Entry<K, Long>> highest(Map<K, Long> counts) {
        Comparator<Map.Entry<K, Long>> order = Map.Entry.comparingByValue(Comparator.reverseOrder());
        return counts.entrySet().stream()
                .sorted(order.thenComparing(Map.Entry.comparingByKey()))
                .limit(TopPages.LIMIT)
                .toList();
    }

    private void line(Object... fields) {
        StringJoiner line = new StringJoiner("\t", "", "\n");
        for (Object field : fields) {
            line.add(field.toString());
        }
        lines.append(line);
    }
}
