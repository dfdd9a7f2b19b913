package io.streambed.examples.streams;

import java.time.Duration;

/** Ends when a figure has not changed for too long. */
public final class Patience {
    /** How long nothing may move before something is taken to be wrong. */
    static final Duration LIMIT = Duration.ofMinutes(2);

    private long done = -1;
    private long deadline;

    /** Tells it the figure as it is now. */
    public boolean isOver(long now) {
        if (now != done) {
            done = now;
            deadline = System.nanoTime() + LIMIT.toNanos();
        }
        return System.nanoTime() > deadline;
    }
}
