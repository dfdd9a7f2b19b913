package io.streambed.lsm.bytes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Tells keys apart that are neighbours in order. Nearly all of those differ in their last sixteen bytes: keys of windows in eight of them that
 * the same four follow each time. So these are looked at first, as two numbers; to compare whole keys takes several times as long.
 */
public final class KeyTail {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private KeyTail() {}

    /** Whether {@code key} is the first {@code length} bytes of {@code other}. */
    public static boolean isSameKey(Slice key, byte[] other, int length) {
        if (key.length() != length) {
            return false;
        }
        byte[] array = key.array();
        int start = key.offset();
        if (length >= 2 * Long.BYTES) {
            int end = start + length;
            long differing = ((long) LONG.get(array, end - Long.BYTES) ^ (long) LONG.get(other, length - Long.BYTES))
                    | ((long) LONG.get(array, end - 2 * Long.BYTES) ^ (long) LONG.get(other, length - 2 * Long.BYTES));
            if (differing != 0) {
                return false;
            }
        }
        return Arrays.equals(array, start, start + length, other, 0, length);
    }
}
