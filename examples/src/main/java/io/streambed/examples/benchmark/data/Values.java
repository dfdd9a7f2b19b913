package io.streambed.examples.benchmark.data;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Values that are made from a key's number and a version, and can be told from each other. Made and checked at the price of a copy, so
 * that every value read can be checked and the check doesn't become what is measured.
 *
 * <pre>
 *  0                     8         12
 *  | mix(id, version)  8 | version 4 | bytes of a common pool, from a place that the mix says |      big-endian
 * </pre>
 *
 * <p>An immutable value.
 */
public final class Values {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final int HEADER = 12;
    private static final int PLACES = 1 << 13;

    private final int length;
    private final byte[] pool;

    /** Values of so many bytes. */
    public Values(int length) {
        this.length = length;
        this.pool = new byte[PLACES + length];
        new SplittableRandom(length).nextBytes(pool);
    }

    /** Bytes of each value. */
    public int length() {
        return length;
    }

    /** The value of a version of an entry. */
    public byte[] value(long id, int version) {
        long mix = mix(id, version);
        byte[] value = new byte[length];
        LONG.set(value, 0, mix);
        INT.set(value, 8, version);
        System.arraycopy(pool, place(mix), value, HEADER, length - HEADER);
        return value;
    }

    /** Which version of that entry a value is; -1 if it is none. */
    public int versionOf(long id, byte[] value) {
        if (value.length != length) {
            return -1;
        }
        int version = (int) INT.get(value, 8);
        long mix = mix(id, version);
        int place = place(mix);
        boolean right = (long) LONG.get(value, 0) == mix
                && Arrays.equals(value, HEADER, length, pool, place, place + length - HEADER);
        return right ? version : -1;
    }

    private static long mix(long id, int version) {
        return Mix.mix(id * 0x9e3779b97f4a7c15L + version);
    }

    private static int place(long mix) {
        return (int) mix & (PLACES - 1);
    }
}
