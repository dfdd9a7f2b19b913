package io.streambed.lsm.internal.version;

import org.jspecify.annotations.Nullable;

/**
 * The names of a tree's files. Numbers come from one counter per tree and are never given twice.
 *
 * <pre>
 * LOCK              taken by whoever has the tree open
 * CURRENT           names the manifest that counts
 * CURRENT.tmp       the next CURRENT, until it is renamed
 * MANIFEST-000001   log of version edits
 * 000002.log        write-ahead log
 * STAGING           the end of the log that is being written, after small commits
 * MARK              where in the logs a commit stands
 * 000003.sst        table
 * </pre>
 */
public final class FileNames {
    /** Taken by whoever has the tree open. */
    public static final String LOCK = "LOCK";

    /** Names the manifest that counts. */
    public static final String CURRENT = "CURRENT";

    /** The next {@link #CURRENT}, until it is renamed. */
    public static final String NEXT_CURRENT = "CURRENT.tmp";

    /** The end of the log that is being written. */
    public static final String STAGING = "STAGING";

    /** Where in the logs a commit stands. */
    public static final String MARK = "MARK";

    private static final String MANIFEST_PREFIX = "MANIFEST-";
    private static final String LOG_SUFFIX = ".log";
    private static final String TABLE_SUFFIX = ".sst";

    private static final String ZEROS = "000000";
    private static final int LEAST_DIGITS = ZEROS.length();

    /** What a name says. */
    public enum Kind {
        /** A manifest. */
        MANIFEST,
        /** A write-ahead log. */
        LOG,
        /** A table. */
        TABLE
    }

    /** A file with a number. */
    public record Numbered(Kind kind, long number) {}

    private FileNames() {}

    /** Name of a manifest. */
    public static String manifest(long number) {
        return MANIFEST_PREFIX + digits(number);
    }

    /** Name of a write-ahead log. */
    public static String log(long number) {
        return digits(number) + LOG_SUFFIX;
    }

    /** Name of a table. */
    public static String table(long number) {
        return digits(number) + TABLE_SUFFIX;
    }

    /** What {@code name} says, or {@code null} if it is none of the names with a number. */
    public static @Nullable Numbered parse(String name) {
        if (name.startsWith(MANIFEST_PREFIX)) {
            return numbered(Kind.MANIFEST, name.substring(MANIFEST_PREFIX.length()));
        }
        if (name.endsWith(LOG_SUFFIX)) {
            return numbered(Kind.LOG, name.substring(0, name.length() - LOG_SUFFIX.length()));
        }
        if (name.endsWith(TABLE_SUFFIX)) {
            return numbered(Kind.TABLE, name.substring(0, name.length() - TABLE_SUFFIX.length()));
        }
        return null;
    }

    private static @Nullable Numbered numbered(Kind kind, String digits) {
        if (digits.length() < LEAST_DIGITS || digits.length() > 18) {
            return null;
        }
        for (int i = 0; i < digits.length(); i++) {
            if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
                return null;
            }
        }
        return new Numbered(kind, Long.parseLong(digits));
    }

    private static String digits(long number) {
        // By hand, as a formatter takes a microsecond, and each flush and each table of a compaction asks for names.
        String digits = Long.toString(number);
        return digits.length() < LEAST_DIGITS ? ZEROS.substring(digits.length()) + digits : digits;
    }
}
