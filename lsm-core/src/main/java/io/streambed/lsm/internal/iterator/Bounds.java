package io.streambed.lsm.internal.iterator;

import io.streambed.lsm.bytes.KeyHead;
import io.streambed.lsm.bytes.Slice;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a merge is asked for: keys from one to before another one, and of certain times. Immutable.
 *
 * <p>All keys in between begin with what both ends have in common. That is compared once for each key, and what a merge compares all the time
 * comes behind it.
 */
public final class Bounds {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final byte[] from;
    private final byte[] to;
    private final int common;

    /** The first eight bytes of what the ends have in common, if it is shorter than that; and which bits of a key's head these are. */
    private final long shortCommon;

    private final long shortCommonMask;
    private final long first;
    private final long end;
    private final @Nullable ToLongFunction<Slice> keyTime;
    private final long timeFrom;
    private final long timeTo;

    /**
     * Keys from {@code from} on and before {@code to}.
     *
     * @param keyTime the time that is a part of each key, of which those from {@code timeFrom} to {@code timeTo} are asked for, both included;
     *     {@code null} for any time
     */
    public Bounds(byte[] from, byte[] to, @Nullable ToLongFunction<Slice> keyTime, long timeFrom, long timeTo) {
        this.from = from;
        this.to = to;
        int mismatch = Arrays.mismatch(from, to);
        this.common = mismatch < 0 ? from.length : mismatch;
        this.shortCommon = KeyHead.of(from, 0, from.length);
        this.shortCommonMask = common == 0 ? 0 : -1L << Math.max(0, Long.SIZE - Byte.SIZE * common);
        this.first = KeyHead.of(from, common, from.length - common);
        this.end = KeyHead.of(to, common, to.length - common);
        this.keyTime = keyTime;
        this.timeFrom = timeFrom;
        this.timeTo = timeTo;
    }

    /** Keys of any time, or of none, from {@code from} on and before {@code to}. */
    public static Bounds ofAnyTime(byte[] from, byte[] to) {
        return new Bounds(from, to, null, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    /** How many bytes at the beginning all these keys have in common. */
    int common() {
        return common;
    }

    /** The eight bytes behind what both ends have in common: those of a key that is not between them say nothing. */
    long head(Slice key) {
        return KeyHead.of(key.array(), key.offset() + common, key.length() - common);
    }

    /** Whether a key, with its head, is not behind the range, or in reverse, not before it. */
    boolean reaches(Slice key, long head, boolean forward) {
        if (!beginsAsAll(key)) {
            // Not below `from` when it walks forward, so behind all that begins as both ends do; in reverse likewise.
            return false;
        }
        if (forward) {
            return head != end ? head < end : isBelow(key, to);
        }
        return head != first ? head > first : !isBelow(key, from);
    }

    /** Whether the time of a key is one of those that are asked for. */
    boolean isOfTime(Slice key) {
        if (keyTime == null) {
            return true;
        }
        long time = keyTime.applyAsLong(key);
        return timeFrom <= time && time <= timeTo;
    }

    private boolean beginsAsAll(Slice key) {
        if (key.length() < common) {
            return false;
        }
        if (common <= Long.BYTES) {
            // As when all keys of a segment are asked for.
            long differing = KeyHead.of(key.array(), key.offset(), key.length()) ^ shortCommon;
            return (differing & shortCommonMask) == 0;
        }
        byte[] bytes = key.array();
        int at = key.offset();
        // By words, as in the merge; the last one overlaps the one before.
        for (int i = 0; i < common - Long.BYTES; i += Long.BYTES) {
            if ((long) LONG.get(bytes, at + i) != (long) LONG.get(from, i)) {
                return false;
            }
        }
        int last = common - Long.BYTES;
        return (long) LONG.get(bytes, at + last) == (long) LONG.get(from, last);
    }

    private static boolean isBelow(Slice key, byte[] other) {
        return key.compareTo(other, 0, other.length) < 0;
    }
}
