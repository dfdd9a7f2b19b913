package io.streambed.examples.pageviews;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What has to come out, worked out from the views alone: one after the other, with plain collections. No topology, no store and no
 * broker is in it.
 */
final class Expectation {
    private static final long MINUTE = CountViews.MINUTE.toMillis();
    private static final long GRACE = CountViews.GRACE.toMillis();
    private static final long FIVE_MINUTES = CountViews.FIVE_MINUTES.toMillis();
    private static final long INACTIVITY = CountViews.INACTIVITY.toMillis();

    private final Counts counts = new Counts();
    /** The time of the latest view so far, by partition. */
    private final long[] streamTime = new long[Views.PARTITIONS];
    /** How many views each user has at which times. */
    private final Map<String, NavigableMap<Long, Long>> times = new HashMap<>();

    private Expectation() {}

    /** What has to come out of some views; {@code views} gives one after the other, and {@code null} after the last. */
    static Counts of(Supplier<@Nullable PageView> views) {
        Expectation expectation = new Expectation();
        for (PageView view = views.get(); view != null; view = views.get()) {
            if (!view.isMark()) {
                expectation.add(view);
            }
        }
        expectation.rank();
        expectation.times.forEach(expectation::divide);
        return expectation.counts;
    }

    private void add(PageView view) {
        long latest = Math.max(streamTime[view.partition()], view.time());
        streamTime[view.partition()] = latest;
        long minute = view.time() - view.time() % MINUTE;
        if (minute + MINUTE + GRACE > latest) {
            counts.minutes().merge(new Counts.Window(minute, view.page()), 1L, Long::sum);
        }
        for (long start = minute; start > view.time() - FIVE_MINUTES; start -= MINUTE) {
            counts.fiveMinutes().merge(new Counts.Window(start, view.page()), 1L, Long::sum);
        }
        times.computeIfAbsent(view.user(), user -> new TreeMap<>()).merge(view.time(), 1L, Long::sum);
    }

    /** The top pages of each minute: those that fewer than so many others come before. */
    private void rank() {
        Map<Long, Map<String, Long>> pages = new HashMap<>();
        counts.minutes()
                .forEach((window, views) -> pages.computeIfAbsent(window.start(), start -> new HashMap<>())
                        .put(window.page(), views));
        pages.forEach((minute, views) -> {
            List<TopPages.PageCount> top = views.entrySet().stream()
                    .filter(page -> views.entrySet().stream()
                                    .filter(other -> comesBefore(other, page))
                                    .count()
                            < TopPages.LIMIT)
                    .sorted((one, other) -> comesBefore(one, other) ? -1 : comesBefore(other, one) ? 1 : 0)
                    .map(page -> new TopPages.PageCount(page.getKey(), page.getValue()))
                    .toList();
            counts.top().put(minute, new TopPages(top));
        });
    }

    private static boolean comesBefore(Map.Entry<String, Long> one, Map.Entry<String, Long> other) {
        int views = Long.compare(one.getValue(), other.getValue());
        return views > 0 || (views == 0 && one.getKey().compareTo(other.getKey()) < 0);
    }

    /** Divides the views of a user into sessions, where the pauses are. */
    private void divide(String user, NavigableMap<Long, Long> views) {
        long start = views.firstKey();
        long last = start;
        long sum = 0;
        for (Map.Entry<Long, Long> moment : views.entrySet()) {
            if (moment.getKey() - last > INACTIVITY) {
                counts.sessions().put(new Counts.Session(user, start, last), sum);
                start = moment.getKey();
                sum = 0;
            }
            last = moment.getKey();
            sum += moment.getValue();
        }
        counts.sessions().put(new Counts.Session(user, start, last), sum);
    }
}
