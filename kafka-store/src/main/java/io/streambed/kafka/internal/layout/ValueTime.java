package io.streambed.kafka.internal.layout;

import io.streambed.lsm.bytes.Slice;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The timestamp in a value, as Streams writes it, without reading the rest.
 *
 * <pre>
 *  timestamped     timestamp 8 | value …
 *  with headers    size of the headers, a zigzag varint | headers … | timestamp 8 | value …      big-endian
 * </pre>
 */
public enum ValueTime {
    /** Of a value with a timestamp. */
    TIMESTAMPED {
        @Override
        public long of(Slice value) {
            return longAt(value, 0);
        }
    },

    /** Of a value with timestamp and headers. */
    WITH_HEADERS {
        @Override
        public long of(Slice value) {
            int raw = 0;
            int at = 0;
            int shift = 0;
            byte next;
            do {
                if (at == value.length() || shift > LAST_SHIFT) {
                    return NONE;
                }
                next = value.array()[value.offset() + at++];
                raw |= (next & 0x7f) << shift;
                shift += 7;
            } while (next < 0);
            int headers = (raw >>> 1) ^ -(raw & 1);
            return headers < 0 || headers > value.length() - at ? NONE : longAt(value, at + headers);
        }
    };

    /** No timestamp; as Streams has it. */
    public static final long NONE = -1;

    private static final int LAST_SHIFT = 28;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** The timestamp of a value, {@link #NONE} of one that has none or is no such value. */
    public abstract long of(Slice value);

    private static long longAt(Slice value, int at) {
        return at > value.length() - Long.BYTES ? NONE : (long) LONGS.get(value.array(), value.offset() + at);
    }
}
