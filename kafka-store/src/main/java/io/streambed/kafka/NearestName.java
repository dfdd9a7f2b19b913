package io.streambed.kafka;

import java.util.Collection;
import java.util.Comparator;

/** Finds what somebody may have meant. */
final class NearestName {
    private NearestName() {}

    /** The one of {@code names}, of which there is at least one, that takes the fewest single-letter edits to become. */
    static String to(String typed, Collection<String> names) {
        return names.stream()
                .min(Comparator.<String>comparingInt(name -> edits(typed, name))
                        .thenComparing(Comparator.naturalOrder()))
                .orElseThrow();
    }

    /** Insertions, deletions and replacements that turn {@code a} into {@code b} (Levenshtein), one row of the table at a time. */
    private static int edits(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
