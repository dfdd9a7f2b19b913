package io.streambed.examples.pageviews;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The page views of a seed, always the same ones in the same order, and after them a mark for each partition.
 *
 * <p>Some pages are looked at much more often than others. Users come, look at some two dozen pages and go, to come again later. Most
 * views arrive in the order in which they happened; some arrive late, and a few so late that the minute they belong to has closed.
 */
final class Views {
    /** Partitions of the input topic. */
    static final int PARTITIONS = 3;

    /** Long ago, as Kafka takes no records from the future, and fixed, as the same seed is to give the same result on any day. */
    static final Instant BEGIN = Instant.parse("2024-01-01T00:00:00Z");

    private static final int PAGES = 60;
    private static final int USERS = 300;

    /** How many users look at pages at the same time. */
    private static final int PRESENT = 20;

    /** One view in so many is the user's last one for some time. */
    private static final int VISIT = 25;

    /** The time between two views is up to twice this. */
    private static final int GAP_MILLIS = 100;

    private static final int LATE_PERCENT = 15;
    private static final int VERY_LATE_PERCENT = 5;

    /** The most by which a view is late that is not very late: then it always counts. */
    private static final int LATE_MILLIS = (int) CountViews.GRACE.toMillis();

    private static final int VERY_LATE_MILLIS = (int) Duration.ofMinutes(10).toMillis();

    private final Random random;
    private final long count;
    private final int[] present = new int[PRESENT];
    private long clock = BEGIN.toEpochMilli();
    private long given;

    Views(long seed, long count) {
        this.random = new Random(seed);
        this.count = count;
        for (int place = 0; place < PRESENT; place++) {
            present[place] = random.nextInt(USERS);
        }
    }

    /** How many there are of so many views, marks included. */
    static long total(long count) {
        return count + PARTITIONS;
    }

    /** All users that there can be. */
    static Stream<String> users() {
        return IntStream.range(0, USERS).mapToObj(Views::user);
    }

    /** The next one, or {@code null} after the last. */
    @Nullable
    PageView next() {
        if (given == total(count)) {
            return null;
        }
        long number = given++;
        return number < count ? view() : PageView.mark((int) (number - count), afterAll());
    }

    private PageView view() {
        clock += random.nextInt(2 * GAP_MILLIS + 1);
        int place = random.nextInt(PRESENT);
        int user = present[place];
        if (random.nextInt(VISIT) == 0) {
            present[place] = random.nextInt(USERS);
        }
        double skewed = random.nextDouble();
        int page = (int) (PAGES * skewed * skewed);
        // No view is from before the beginning, where a window would begin before all others.
        long time = Math.max(BEGIN.toEpochMilli(), clock - late());
        return new PageView(page % PARTITIONS, String.format(Locale.ROOT, "/page/%02d", page), user(user), time);
    }

    private int late() {
        int percent = random.nextInt(100);
        if (percent < VERY_LATE_PERCENT) {
            return LATE_MILLIS + random.nextInt(VERY_LATE_MILLIS - LATE_MILLIS);
        }
        return percent < VERY_LATE_PERCENT + LATE_PERCENT ? random.nextInt(LATE_MILLIS) : 0;
    }

    /** When the minute of the last view has closed, and with it all others. */
    private long afterAll() {
        return clock + CountViews.MINUTE.plus(CountViews.GRACE).toMillis();
    }

    private static String user(int number) {
        return String.format(Locale.ROOT, "user-%03d", number);
    }
}
