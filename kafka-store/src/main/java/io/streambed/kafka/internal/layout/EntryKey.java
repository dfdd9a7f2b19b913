package io.streambed.kafka.internal.layout;

import io.streambed.lsm.KeyRange;
import io.streambed.lsm.bytes.Slice;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * One form of the keys in a segmented store, to be written, read and searched. An entry has a key, a time that decides its segment, and
 * a minor number that tells entries of one key and time apart:
 *
 * <pre>
 *             time 8              minor
 *  window     start               4: sequence number, counts duplicates
 *  session    end                 8: start
 * </pre>
 *
 * Behind the segment, each form is Kafka's own, byte by byte, so that the order inside of a segment is that of Kafka's stores. Numbers are
 * big-endian:
 *
 * <pre>
 *  BY_KEY     segment 8 |     key | time 8 | minor         the changelog's key behind the segment
 *  INDEX      segment 8 | 1 | key | time 8 | minor         the same, beside entries by time
 *  BY_TIME    segment 8 | 0 | time 8 | key | minor 4       window
 *             segment 8 | 0 | time 8 | minor 8 | key       session
 * </pre>
 *
 * Keys are not escaped. Between two entries of one key there may be entries of longer ones that begin with it, so a range holds all that
 * is asked for and perhaps more, and each entry of it is to be {@linkplain #matches matched}.
 */
public final class EntryKey {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private static final int WINDOW_MINOR = Integer.BYTES;
    private static final int SESSION_MINOR = Long.BYTES;

    /** On disk, never change. */
    private static final byte BY_TIME_MARK = 0;

    static final byte INDEX_MARK = 1;

    private enum Form {
        BY_KEY,
        INDEX,
        BY_TIME
    }

    private final Form form;
    private final int minorBytes;
    private final int prefixBytes;

    private EntryKey(Form form, int minorBytes) {
        this.form = form;
        this.minorBytes = minorBytes;
        this.prefixBytes = form == Form.BY_KEY ? Long.BYTES : Long.BYTES + 1;
    }

    static EntryKey ofWindows(boolean byTime) {
        return new EntryKey(byTime ? Form.BY_TIME : Form.BY_KEY, WINDOW_MINOR);
    }

    static EntryKey ofSessions(boolean byTime) {
        return new EntryKey(byTime ? Form.BY_TIME : Form.BY_KEY, SESSION_MINOR);
    }

    /** The form of the index beside entries of this form. */
    EntryKey index() {
        return new EntryKey(Form.INDEX, minorBytes);
    }

    /** The bytes of an entry's key. */
    public byte[] encode(long segment, byte[] key, long time, long minor) {
        byte[] bytes = begin(segment, key.length + Long.BYTES + minorBytes);
        int at = prefixBytes;
        if (form != Form.BY_TIME) {
            at = put(bytes, at, key);
            LONG.set(bytes, at, time);
            putMinor(bytes, at + Long.BYTES, minor);
        } else {
            LONG.set(bytes, at, time);
            at += Long.BYTES;
            if (minorBytes == SESSION_MINOR) {
                putMinor(bytes, at, minor);
                put(bytes, at + SESSION_MINOR, key);
            } else {
                putMinor(bytes, put(bytes, at, key), minor);
            }
        }
        return bytes;
    }

    /** How many bytes at the end of keys that are sorted by key tell entries of one key apart. */
    public int suffixBytes() {
        return Long.BYTES + minorBytes;
    }

    /** Whether entries are sorted by time first. */
    public boolean isByTime() {
        return form == Form.BY_TIME;
    }

    /** The bytes of an entry's key whose key in the changelog is {@code logged}. */
    public byte[] encodeLogged(long segment, byte[] logged) {
        if (form == Form.BY_TIME) {
            int keyLength = logged.length - Long.BYTES - minorBytes;
            return encode(
                    segment,
                    Arrays.copyOf(logged, keyLength),
                    loggedTime(logged),
                    readMinor(logged, keyLength + Long.BYTES));
        }
        byte[] bytes = begin(segment, logged.length);
        put(bytes, prefixBytes, logged);
        return bytes;
    }

    /** The time of an entry whose key in the changelog is {@code logged}. */
    long loggedTime(byte[] logged) {
        return (long) LONG.get(logged, logged.length - minorBytes - Long.BYTES);
    }

    /** The key in an entry's key. */
    public byte[] key(Slice entry) {
        int from = entry.offset() + keyOffset();
        return Arrays.copyOfRange(entry.array(), from, from + keyLength(entry));
    }

    /** The time in an entry's key. */
    public long time(Slice entry) {
        int at = form == Form.BY_TIME ? prefixBytes : entry.length() - minorBytes - Long.BYTES;
        return (long) LONG.get(entry.array(), entry.offset() + at);
    }

    /** The minor number in an entry's key. */
    public long minor(Slice entry) {
        boolean atTheEnd = form != Form.BY_TIME || minorBytes == WINDOW_MINOR;
        int at = atTheEnd ? entry.length() - minorBytes : prefixBytes + Long.BYTES;
        return readMinor(entry.array(), entry.offset() + at);
    }

    /** Whether an entry, which lies in the range of {@code bounds}, is asked for. */
    public boolean matches(Slice entry, EntryBounds bounds) {
        long time = time(entry);
        if (time < bounds.timeFrom() || time > bounds.timeTo() || minor(entry) > bounds.minorTo()) {
            return false;
        }
        byte[] keyFrom = bounds.keyFrom();
        byte[] keyTo = bounds.keyTo();
        if (keyFrom == null && keyTo == null) {
            return true;
        }
        byte[] array = entry.array();
        int from = entry.offset() + keyOffset();
        int to = from + keyLength(entry);
        if (keyFrom != null && keyFrom == keyTo) {
            // Sorted by key, all that lies between entries of one key begins with that key; another one is longer.
            return form == Form.BY_TIME
                    ? Arrays.equals(array, from, to, keyFrom, 0, keyFrom.length)
                    : to - from == keyFrom.length;
        }
        return (keyFrom == null || Arrays.compareUnsigned(array, from, to, keyFrom, 0, keyFrom.length) >= 0)
                && (keyTo == null || Arrays.compareUnsigned(array, from, to, keyTo, 0, keyTo.length) <= 0);
    }

    /**
     * A range of a segment that holds all entries within {@code bounds}. Of interest are only the times that the segment has: what was asked for
     * may go on in the next one, and the newest tables and memtables, which have that, are passed by here.
     */
    public KeyRange range(Segmentation segmentation, long segment, EntryBounds bounds) {
        long earliest = Math.max(bounds.timeFrom(), segmentation.earliestOf(segment));
        long latest = Math.min(bounds.timeTo(), segmentation.latestOf(segment));
        byte[] key = bounds.keyFrom();
        if (form != Form.BY_TIME && key != null && bounds.isOneKey()) {
            return rangeOfOneKey(segment, key, bounds, earliest, latest);
        }
        KeyRange range = form == Form.BY_TIME ? rangeOfTimes(segment, bounds) : rangeOfKeys(segment, bounds);
        return range.ofTimes(earliest, latest);
    }

    /** Made in one step: each record that is aggregated asks for one. */
    private KeyRange rangeOfOneKey(long segment, byte[] key, EntryBounds bounds, long earliest, long latest) {
        byte[] from = encode(segment, key, Math.max(0, bounds.timeFrom()), 0);
        byte[] behind = begin(segment, key.length + Long.BYTES + minorBytes + 1);
        putHighest(behind, key, key.length, bounds.timeTo());
        return new KeyRange(from, behind, earliest, latest, true);
    }

    private KeyRange rangeOfTimes(long segment, EntryBounds bounds) {
        byte[] from = begin(segment, Long.BYTES);
        LONG.set(from, prefixBytes, Math.max(0, bounds.timeFrom()));
        if (bounds.timeTo() < 0 || bounds.timeTo() == Long.MAX_VALUE) {
            byte[] end = begin(segment, 0);
            end[Long.BYTES] = BY_TIME_MARK + 1;
            return new KeyRange(from, end);
        }
        byte[] to = begin(segment, Long.BYTES);
        LONG.set(to, prefixBytes, bounds.timeTo() + 1);
        return new KeyRange(from, to);
    }

    private KeyRange rangeOfKeys(long segment, EntryBounds bounds) {
        byte[] keyFrom = bounds.keyFrom();
        byte[] keyTo = bounds.keyTo();
        byte[] from = begin(segment, keyFrom == null ? 0 : keyFrom.length);
        if (keyFrom != null) {
            put(from, prefixBytes, keyFrom);
        }
        return keyTo == null
                ? new KeyRange(from, KeyRange.prefix(begin(segment, 0)).to())
                : KeyRange.closed(from, highestUpTo(segment, keyTo, bounds.timeTo()));
    }

    /**
     * The highest entry of keys up to {@code key}. Not always one of {@code key} itself: the entries of a shorter key that it begins
     * with may lie behind, as their time stands where it has more of the key.
     */
    private byte[] highestUpTo(long segment, byte[] key, long timeTo) {
        byte[] highest = highest(segment, key, key.length, timeTo);
        for (int length = key.length - 1; length >= 0; length--) {
            byte[] shorter = highest(segment, key, length, timeTo);
            if (Arrays.compareUnsigned(shorter, highest) > 0) {
                highest = shorter;
            }
        }
        return highest;
    }

    private byte[] highest(long segment, byte[] key, int keyLength, long timeTo) {
        byte[] bytes = begin(segment, keyLength + Long.BYTES + minorBytes);
        putHighest(bytes, key, keyLength, timeTo);
        return bytes;
    }

    private void putHighest(byte[] bytes, byte[] key, int keyLength, long timeTo) {
        System.arraycopy(key, 0, bytes, prefixBytes, keyLength);
        int at = prefixBytes + keyLength;
        LONG.set(bytes, at, timeTo);
        putMinor(bytes, at + Long.BYTES, -1);
    }

    private byte[] begin(long segment, int behind) {
        byte[] bytes = new byte[prefixBytes + behind];
        LONG.set(bytes, 0, segment);
        if (form == Form.INDEX) {
            bytes[Long.BYTES] = INDEX_MARK;
        }
        return bytes;
    }

    private int keyOffset() {
        if (form != Form.BY_TIME) {
            return prefixBytes;
        }
        return prefixBytes + Long.BYTES + (minorBytes == SESSION_MINOR ? SESSION_MINOR : 0);
    }

    private int keyLength(Slice entry) {
        return entry.length() - prefixBytes - Long.BYTES - minorBytes;
    }

    private static int put(byte[] bytes, int at, byte[] key) {
        System.arraycopy(key, 0, bytes, at, key.length);
        return at + key.length;
    }

    private void putMinor(byte[] bytes, int at, long minor) {
        if (minorBytes == WINDOW_MINOR) {
            INT.set(bytes, at, (int) minor);
        } else {
            LONG.set(bytes, at, minor);
        }
    }

    private long readMinor(byte[] bytes, int at) {
        return minorBytes == WINDOW_MINOR ? (int) INT.get(bytes, at) : (long) LONG.get(bytes, at);
    }
}
