package io.streambed.lsm.bytes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A copy of a key, to tell its neighbours in order from it. Nearly all of those differ in their last sixteen bytes: keys of windows in eight of
 * them that the same four follow each time. So these are looked at first, as two numbers; to compare whole keys takes several times as long.
 *
 * <p>Takes no memory before it keeps a key, and then as much as the longest of its keys needed. Used by one thread at a time.
 */
public final class KeptKey {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final byte[] NOTHING = {};
    private static final int LEAST_BYTES = 64;

    private byte[] bytes = NOTHING;

    /** No key has this length. */
    private int length = -1;

    /** Keeps {@code key}, and the one before no longer. */
    public void keep(Slice key) {
        length = key.length();
        if (bytes.length < length) {
            bytes = new byte[Math.max(LEAST_BYTES, 2 * length)];
        }
        System.arraycopy(key.array(), key.offset(), bytes, 0, length);
    }

    /** Whether {@code other} is the key that is kept; no key is while none is kept. */
    public boolean is(Slice other) {
        int compared = length;
        if (other.length() != compared) {
            return false;
        }
        byte[] array = other.array();
        int start = other.offset();
        if (compared >= 2 * Long.BYTES) {
            int end = start + compared;
            long differing = ((long) LONG.get(array, end - Long.BYTES) ^ (long) LONG.get(bytes, compared - Long.BYTES))
                    | ((long) LONG.get(array, end - 2 * Long.BYTES)
                            ^ (long) LONG.get(bytes, compared - 2 * Long.BYTES));
            if (differing != 0) {
                return false;
            }
        }
        return Arrays.equals(array, start, start + compared, bytes, 0, compared);
    }

    /** Points {@code slice} at the kept key, until another one is kept; returns it. One must be kept. */
    public Slice show(Slice slice) {
        return slice.set(bytes, 0, length);
    }

    /** Memory that it has grown to, in bytes. */
    public int memoryBytes() {
        return bytes.length;
    }
}
