package io.streambed.lsm.internal.version;

/**
 * The times that the keys of a table have.
 *
 * @param earliest no key has an earlier one
 * @param latest no key has a later one
 */
public record KeyTimes(long earliest, long latest) {
    /** Of a table whose keys have none, or whose times nobody asked for when it was written. */
    public static final KeyTimes ANY = new KeyTimes(Long.MIN_VALUE, Long.MAX_VALUE);

    /** Whether a key may have a time from {@code from} to {@code to}, both included. */
    public boolean overlap(long from, long to) {
        return earliest <= to && latest >= from;
    }
}
