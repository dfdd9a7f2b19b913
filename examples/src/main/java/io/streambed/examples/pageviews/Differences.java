package io.streambed.examples.pageviews;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where what was counted is not what was expected.
 *
 * @param count in how many places
 * @param lines an account of it: the first few of each kind, and how many more there are
 */
record Differences(int count, List<String> lines) {
    /** How many of one kind are told one by one. */
    private static final int TOLD = 5;

    static Differences between(Counts expected, Counts counted) {
        List<String> lines = new ArrayList<>();
        int count = add(lines, "views in the minute ", Object::toString, expected.minutes(), counted.minutes())
                + add(lines, "top pages of the minute ", Instant::ofEpochMilli, expected.top(), counted.top())
                + add(
                        lines,
                        "views in the five minutes ",
                        Object::toString,
                        expected.fiveMinutes(),
                        counted.fiveMinutes())
                + add(lines, "views in the session ", Object::toString, expected.sessions(), counted.sessions());
        return new Differences(count, List.copyOf(lines));
    }

    private static <K extends Comparable<K>, V> int add(
            List<String> lines, String what, Function<K, Object> place, Map<K, V> expected, Map<K, V> counted) {
        TreeSet<K> keys = new TreeSet<>(expected.keySet());
        keys.addAll(counted.keySet());
        int count = 0;
        for (K key : keys) {
            V wanted = expected.get(key);
            V found = counted.get(key);
            if (!Objects.equals(wanted, found)) {
                count++;
                if (count <= TOLD) {
                    lines.add(what + place.apply(key) + ": expected " + told(wanted) + ", counted " + told(found));
                }
            }
        }
        if (count > TOLD) {
            lines.add(what + "...: " + (count - TOLD) + " more");
        }
        return count;
    }

    private static String told(@Nullable Object value) {
        return value == null ? "nothing" : value.toString();
    }
}
