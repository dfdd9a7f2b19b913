package io.streambed.lsm.internal.version;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A moment that a crash does not undo.
 *
 * @param seqNo the last write that belongs to it; 0 before the first one
 * @param metadata the user's bytes; {@code null} if there never were any. Not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by content or not at all; copies would cost and gain nothing.
public record Commit(long seqNo, byte @Nullable [] metadata) {
    /** The state of a tree that nobody has written to. */
    public static final Commit NONE = new Commit(0, null);

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Commit that && seqNo == that.seqNo && Arrays.equals(metadata, that.metadata);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(seqNo) + Arrays.hashCode(metadata);
    }

    @Override
    public String toString() {
        return "Commit[seq " + seqNo + (metadata == null ? "" : ", " + metadata.length + " bytes of metadata") + "]";
    }
}
