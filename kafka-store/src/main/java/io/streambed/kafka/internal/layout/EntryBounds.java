package io.streambed.kafka.internal.layout;

import org.jspecify.annotations.Nullable;

/**
 * Which entries are asked for. The arrays are not copied and must not be changed.
 *
 * @param keyFrom the first key, or {@code null} for no lower end
 * @param keyTo the last key, or {@code null} for no upper end. The very array of {@code keyFrom} asks for that key alone
 * @param timeFrom the earliest time: the start of a window, the end of a session
 * @param timeTo the latest time
 * @param minorTo the largest minor number: the latest start of a session
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record EntryBounds(
        byte @Nullable [] keyFrom, byte @Nullable [] keyTo, long timeFrom, long timeTo, long minorTo) {

    /** Entries of keys and times, whatever their minor number. */
    public static EntryBounds of(byte @Nullable [] keyFrom, byte @Nullable [] keyTo, long timeFrom, long timeTo) {
        return new EntryBounds(keyFrom, keyTo, timeFrom, timeTo, Long.MAX_VALUE);
    }

    boolean isOneKey() {
        return keyFrom != null && keyFrom == keyTo;
    }
}
