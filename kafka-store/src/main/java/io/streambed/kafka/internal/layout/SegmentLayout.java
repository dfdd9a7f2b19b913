package io.streambed.kafka.internal.layout;

import io.streambed.lsm.KeyRange;
import io.streambed.lsm.bytes.Slice;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Where the entries of windows and sessions stand in a store's one tree. A segment is a range of keys, and the oldest one is the front
 * of the key space: it expires as a whole.
 *
 * <pre>
 *                    | segment 0 | segment 1 | segment 2 | segment 3 |
 *  KEY_FIRST           ~~~~~~~~~~~~~~~~~~~~~   by key      by key
 *  TIME_FIRST_INDEXED       expired            by time,    by time,
 *                      ~~~~~~~~~~~~~~~~~~~~~   index       index         empty values in the index
 * </pre>
 *
 * The keys are drawn at {@link EntryKey}.
 *
 * @param entries the form of the keys that have the values
 * @param index the form of the keys that have none, to find entries by key; {@code null} if there is no need of it
 */
public record SegmentLayout(EntryKey entries, @Nullable EntryKey index) {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** The layout of a window store. */
    public static SegmentLayout ofWindows(KeyOrder order) {
        return of(EntryKey.ofWindows(order != KeyOrder.KEY_FIRST), order);
    }

    /** The layout of a session store. */
    public static SegmentLayout ofSessions(KeyOrder order) {
        return of(EntryKey.ofSessions(order != KeyOrder.KEY_FIRST), order);
    }

    private static SegmentLayout of(EntryKey entries, KeyOrder order) {
        return new SegmentLayout(entries, order == KeyOrder.TIME_FIRST_INDEXED ? entries.index() : null);
    }

    /** The form to find entries of given keys by. */
    public EntryKey byKey() {
        return index == null ? entries : index;
    }

    /** The key of the entry that {@code key}, of the form {@link #byKey()}, stands for. */
    public byte[] entryOf(long segment, Slice key) {
        EntryKey form = byKey();
        return entries.encode(segment, form.key(key), form.time(key), form.minor(key));
    }

    /** The time in a key of either form. */
    public long time(Slice key) {
        EntryKey beside = index;
        return beside != null && key.array()[key.offset() + Long.BYTES] == EntryKey.INDEX_MARK
                ? beside.time(key)
                : entries.time(key);
    }

    /** The time of an entry whose key in the changelog is {@code logged}. */
    public long loggedTime(byte[] logged) {
        return entries.loggedTime(logged);
    }

    /** Where a segment begins; nothing of an older one lies behind, nothing of it before. */
    public static byte[] startOf(long segment) {
        byte[] start = new byte[Long.BYTES];
        LONG.set(start, 0, segment);
        return start;
    }

    /** Everything from a segment on. */
    public static KeyRange from(long segment) {
        return new KeyRange(startOf(segment), startOf(Long.MIN_VALUE));
    }

    /** The segment that any key lies in. */
    public static long segmentOf(Slice key) {
        return (long) LONG.get(key.array(), key.offset());
    }
}
