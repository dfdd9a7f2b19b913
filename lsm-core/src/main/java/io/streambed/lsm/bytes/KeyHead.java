package io.streambed.lsm.bytes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The first eight bytes of a key as a number, to be kept side by side where keys are compared often: as long as two heads differ, their
 * order is that of the keys, and none of the keys has to come from memory. Equal heads decide nothing.
 */
public final class KeyHead {
    private static final VarHandle BIG_ENDIAN_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private KeyHead() {}

    /** The head of the bytes from {@code offset} on, zeros where they end; signed order of heads is the unsigned order of bytes. */
    public static long of(byte[] key, int offset, int length) {
        long head;
        if (length >= Long.BYTES) {
            head = (long) BIG_ENDIAN_LONG.get(key, offset);
        } else {
            head = 0;
            for (int i = 0; i < length; i++) {
                head |= (key[offset + i] & 0xffL) << (56 - 8 * i);
            }
        }
        return head ^ Long.MIN_VALUE;
    }
}
