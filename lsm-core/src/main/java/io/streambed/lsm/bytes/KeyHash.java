package io.streambed.lsm.bytes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The 64-bit hash of a key: taken once for a point read, then used by the memtable and by every filter on the way down.
 *
 * <p>On disk, never change: filters hold its bits. Sixteen bytes a step go through one 64×64→128-bit multiplication whose
 * halves are folded together, the idea of Wang Yi's wyhash; the constants and the handling of short keys are our own. It
 * spreads well; it is not made to withstand somebody who chooses keys in order to collide.
 */
public final class KeyHash {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    // Odd, with about as many ones as zeros in every byte, drawn at random once.
    private static final long K0 = 0x9d6c_3a95_e1b4_5c2bL;
    private static final long K1 = 0x5ac6_b38d_72e9_1d4fL;
    private static final long K2 = 0xc39a_56d1_4be2_78a5L;

    private KeyHash() {}

    /** Hash of {@code length} bytes from {@code offset} on. */
    public static long of(byte[] array, int offset, int length) {
        long state = K0 ^ length;
        long low;
        long high;
        if (length >= 8) {
            int at = offset;
            for (int left = length; left > 16; left -= 16, at += 16) {
                state = fold((long) LONG.get(array, at) ^ K1, (long) LONG.get(array, at + 8) ^ state);
            }
            // The last 16 bytes, or all 8 to 15; what the loop or the other half has seen may be in it once more.
            // Nothing outside the key may be: the same key has the same hash wherever it stands.
            low = (long) LONG.get(array, Math.max(offset, offset + length - 16));
            high = (long) LONG.get(array, offset + length - 8);
        } else if (length >= 4) {
            low = (int) INT.get(array, offset) & 0xffff_ffffL;
            high = (int) INT.get(array, offset + length - 4) & 0xffff_ffffL;
        } else if (length > 0) {
            low = (array[offset] & 0xff)
                    | (array[offset + (length >>> 1)] & 0xff) << 8
                    | (array[offset + length - 1] & 0xff) << 16;
            high = 0;
        } else {
            low = 0;
            high = 0;
        }
        return fold(fold(low ^ K1, high ^ state) ^ K2, K0 ^ length);
    }

    /** Hash of a whole array. */
    public static long of(byte[] array) {
        return of(array, 0, array.length);
    }

    private static long fold(long a, long b) {
        return Math.multiplyHigh(a, b) ^ (a * b);
    }
}
