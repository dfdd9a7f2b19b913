package io.streambed.kafka;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Durations that users give, with the checks and words of Streams' own {@code Stores}. */
final class Milliseconds {
    private Milliseconds() {}

    /**
     * A duration in ms.
     *
     * @param parameter its name, for the message
     * @throws IllegalArgumentException if it is {@code null}, or too long for a number of ms
     */
    static long of(@Nullable Duration duration, String parameter) {
        String wrong = "Invalid value for parameter \"" + parameter + "\" (value was: " + duration + "). ";
        if (duration == null) {
            throw new IllegalArgumentException(wrong + "It shouldn't be null.");
        }
        try {
            return duration.toMillis();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(wrong + "It can't be converted to milliseconds.", e);
        }
    }
}
