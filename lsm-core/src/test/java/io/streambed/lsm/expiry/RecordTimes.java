package io.streambed.lsm.expiry;

import io.streambed.lsm.Expiry;
import io.streambed.lsm.bytes.Slice;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Values begin with their time; commits have the time as their metadata; what is older than {@link #TTL} has expired. */
final class RecordTimes implements Expiry {
    static final long TTL = 100;

    /** Moved by the test. */
    volatile long now;

    @Override
    public boolean isExpired(Slice key, Slice value) {
        return isExpired(time(value.toByteArray()), now);
    }

    @Override
    public Expiry asOf(byte @Nullable [] metadata) {
        RecordTimes then = new RecordTimes();
        then.now = metadata == null ? Long.MIN_VALUE : ByteBuffer.wrap(metadata).getLong();
        return then;
    }

    static boolean isExpired(long time, long now) {
        return now != Long.MIN_VALUE && now - time >= TTL;
    }

    static byte[] value(long time, int tag) {
        return ByteBuffer.allocate(20).putLong(time).putInt(tag).array();
    }

    static long time(byte[] value) {
        return ByteBuffer.wrap(value).getLong();
    }

    byte[] metadata() {
        return ByteBuffer.allocate(8).putLong(now).array();
    }
}
