package io.streambed.lsm.internal.entry;

/**
 * What a point lookup in one source answers: a value, {@link #TOMBSTONE}, or {@code null} for "ask the next older source".
 * A bare array and not an object around it, because this is the hottest path of all.
 */
public final class Lookup {
    /** The key was deleted, so no older source counts. Compared by identity: an empty value is a different array. */
    public static final byte[] TOMBSTONE = new byte[0];

    private Lookup() {}
}
