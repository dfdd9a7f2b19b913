package io.streambed.kafka.internal.engine;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The greatest time that a store has seen in what was put or restored. Decides what has expired.
 *
 * <p>Moved by the thread that writes the store, read by any. Kept with each commit, so a restart brings nothing back that had expired, and a
 * crash takes it back with the data.
 */
public final class StreamTime {
    /** The time of a store that has seen nothing; the same as Kafka's. */
    static final long NONE = -1;

    private final AtomicLong millis = new AtomicLong(NONE);

    StreamTime() {}

    /** The time in ms, -1 if nothing was seen. */
    public long millis() {
        return millis.getAcquire();
    }

    /** Moves on to {@code timeMillis}, if it is later. */
    public void observe(long timeMillis) {
        if (timeMillis > millis.getPlain()) {
            // One thread writes, so no comparison is lost; and readers need no more than to see it soon, which costs no
            // fence.
            millis.setRelease(timeMillis);
        }
    }

    void reset(long timeMillis) {
        millis.set(timeMillis);
    }
}
