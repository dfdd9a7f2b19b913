package io.streambed.lsm.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.streambed.lsm.Direction;
import io.streambed.lsm.KeyRange;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Maps of byte strings in the engine's order: what a tree is compared with. */
public final class ByteMaps {
    private static final int LONGEST_SHOWN = 24;

    private ByteMaps() {}

    /** An empty map. */
    public static NavigableMap<byte[], byte[]> create() {
        return new TreeMap<>(Arrays::compareUnsigned);
    }

    /** A copy, which later changes do not touch. The arrays are shared. */
    public static NavigableMap<byte[], byte[]> copy(NavigableMap<byte[], byte[]> map) {
        return new TreeMap<>(map);
    }

    /** The part of {@code map} in {@code range}, in the order of {@code direction}. */
    public static NavigableMap<byte[], byte[]> part(
            NavigableMap<byte[], byte[]> map, KeyRange range, Direction direction) {
        NavigableMap<byte[], byte[]> part = map;
        if (range.isEmpty()) {
            part = create();
        } else {
            if (range.from() != null) {
                part = part.tailMap(range.from(), true);
            }
            if (range.to() != null) {
                part = part.headMap(range.to(), false);
            }
        }
        return direction == Direction.FORWARD ? part : part.descendingMap();
    }

    /** Whether both hold the same keys and values. */
    public static boolean equal(NavigableMap<byte[], byte[]> a, NavigableMap<byte[], byte[]> b) {
        if (a.size() != b.size()) {
            return false;
        }
        Iterator<Map.Entry<byte[], byte[]>> others = b.entrySet().iterator();
        for (Map.Entry<byte[], byte[]> entry : a.entrySet()) {
            Map.Entry<byte[], byte[]> other = others.next();
            if (!Arrays.equals(entry.getKey(), other.getKey()) || !Arrays.equals(entry.getValue(), other.getValue())) {
                return false;
            }
        }
        return true;
    }

    /** Bytes of a text, one for each character. */
    public static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }

    /** Text of bytes, one character for each. */
    public static String text(byte[] bytes) {
        return new String(bytes, ISO_8859_1);
    }

    /** A short text for a message: printable, the beginning and the length of what is long; "none" for null. */
    public static String show(byte[] bytes) {
        if (bytes == null) {
            return "none";
        }
        StringBuilder shown = new StringBuilder("'");
        for (int i = 0; i < Math.min(bytes.length, LONGEST_SHOWN); i++) {
            int b = bytes[i] & 0xff;
            if (b >= ' ' && b < 127 && b != '\\') {
                shown.append((char) b);
            } else {
                shown.append(String.format("\\x%02x", b));
            }
        }
        shown.append('\'');
        return bytes.length > LONGEST_SHOWN ? shown + "..(" + bytes.length + ")" : shown.toString();
    }

    /** A short text for a message. */
    public static String show(NavigableMap<byte[], byte[]> map) {
        StringBuilder shown = new StringBuilder("{");
        int count = 0;
        for (Map.Entry<byte[], byte[]> entry : map.entrySet()) {
            if (count++ == 60) {
                return shown.append(", ... (").append(map.size()).append(")}").toString();
            }
            shown.append(count == 1 ? "" : ", ")
                    .append(show(entry.getKey()))
                    .append('=')
                    .append(show(entry.getValue()));
        }
        return shown.append('}').toString();
    }
}
