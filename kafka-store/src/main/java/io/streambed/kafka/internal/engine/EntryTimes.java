package io.streambed.kafka.internal.engine;

import io.streambed.kafka.internal.layout.Segmentation;
import io.streambed.lsm.KeyTime;
import org.jspecify.annotations.Nullable;

/**
 * What time is to the entries of a store: they lie in segments of it, or they expire one by one, or neither.
 *
 * @param segmentation how a new store's time is cut into segments, or {@code null} if it is not
 * @param keyTime the time in a key of a segment
 * @param suffixBytes how many bytes of such a key, its time among them, tell entries of one record key apart; 0 if there are no segments
 * @param readByTime whether all keys' entries of some time are read at once as often as those of one key
 * @param retention which entries expire one by one, or {@code null} if none does
 */
public record EntryTimes(
        @Nullable Segmentation segmentation,
        @Nullable KeyTime keyTime,
        int suffixBytes,
        boolean readByTime,
        @Nullable Retention retention) {

    /** Nothing, unless the application's configuration lets entries expire. */
    public static final EntryTimes NONE = new EntryTimes(null, null, 0, false, null);

    /** Entries lie in segments, by the time in their keys. */
    public static EntryTimes ofSegments(
            Segmentation segmentation, KeyTime keyTime, int suffixBytes, boolean readByTime) {
        return new EntryTimes(segmentation, keyTime, suffixBytes, readByTime, null);
    }

    /** Entries expire one by one. */
    public static EntryTimes ofRetention(Retention retention) {
        return new EntryTimes(null, null, 0, false, retention);
    }
}
