package io.streambed.lsm.internal.log;

/**
 * What is known about a log from elsewhere: from the header of the log that follows it, or from the manifest.
 *
 * @param synced so many of its first bytes were known to be synced; what cannot be read before that is damage
 * @param end so many of its bytes count; reading stops there, whatever follows
 */
public record LogExtent(long synced, long end) {
    /** Checks that the two go together. */
    public LogExtent {
        if (synced < 0 || synced > end) {
            throw new IllegalArgumentException("log of " + end + " bytes, " + synced + " synced");
        }
    }

    /** Nothing is known but what the log says itself. */
    public static final LogExtent UNKNOWN = new LogExtent(0, Long.MAX_VALUE);

    /** Exactly so many bytes are there and were synced. */
    public static LogExtent sealed(long length) {
        return new LogExtent(length, length);
    }
}
