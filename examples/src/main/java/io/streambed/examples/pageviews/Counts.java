package io.streambed.examples.pageviews;

import java.time.Instant;
import java.util.Comparator;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * All that is counted.
 *
 * @param minutes views by page in each minute, without those that came after it had closed
 * @param top the pages with the most of these views, by the beginning of the minute
 * @param fiveMinutes views by page in five minutes
 * @param sessions views by user, as long as the user did not pause
 */
record Counts(
        NavigableMap<Window, Long> minutes,
        NavigableMap<Long, TopPages> top,
        NavigableMap<Window, Long> fiveMinutes,
        NavigableMap<Session, Long> sessions) {

    Counts() {
        this(new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    }

    /** A page in a window that begins at a time in milliseconds. */
    record Window(long start, String page) implements Comparable<Window> {
        private static final Comparator<Window> ORDER =
                Comparator.comparingLong(Window::start).thenComparing(Window::page);

        @Override
        public int compareTo(Window other) {
            return ORDER.compare(this, other);
        }

        @Override
        public String toString() {
            return Instant.ofEpochMilli(start) + " " + page;
        }
    }

    /** A user from the first view to the last one, both in milliseconds. */
    record Session(String user, long start, long end) implements Comparable<Session> {
        private static final Comparator<Session> ORDER = Comparator.comparing(Session::user)
                .thenComparingLong(Session::start)
                .thenComparingLong(Session::end);

        @Override
        public int compareTo(Session other) {
            return ORDER.compare(this, other);
        }

        @Override
        public String toString() {
            return user + " " + Instant.ofEpochMilli(start) + " to " + Instant.ofEpochMilli(end);
        }
    }
}
