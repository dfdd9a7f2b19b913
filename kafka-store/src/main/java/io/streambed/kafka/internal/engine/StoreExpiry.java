package io.streambed.kafka.internal.engine;

import io.streambed.lsm.Expiry;
import io.streambed.lsm.bytes.MalformedBytesException;
import io.streambed.lsm.bytes.Slice;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A store's retention as the tree asks for it: by the store's time now for readers, and by that of the last commit for what is removed
 * for good.
 *
 * @param format of the entries that the retention is about: those of an older one, which are being converted, do not expire
 */
record StoreExpiry(StoreFormat format, Retention retention, LongSupplier streamTime) implements Expiry {
    @Override
    public boolean isExpired(Slice key, Slice value) {
        return retention.isExpired(key, value, streamTime.getAsLong());
    }

    @Override
    public Expiry asOf(byte @Nullable [] metadata) {
        long committed = streamTimeOf(metadata);
        return new StoreExpiry(format, retention, () -> committed);
    }

    private long streamTimeOf(byte @Nullable [] metadata) {
        if (metadata == null) {
            return StreamTime.NONE;
        }
        try {
            CommitMetadata commit = CommitMetadata.decode(metadata);
            return commit.format() == format ? commit.streamTimeMillis() : StreamTime.NONE;
        } catch (MalformedBytesException e) {
            // A directory that is being opened, and will be refused for this in a moment: nothing of it may be removed.
            return StreamTime.NONE;
        }
    }
}
