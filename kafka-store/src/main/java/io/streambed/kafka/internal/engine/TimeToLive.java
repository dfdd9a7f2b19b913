package io.streambed.kafka.internal.engine;

import io.streambed.kafka.internal.layout.ValueTime;
import io.streambed.lsm.bytes.Slice;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * The retention of a key-value store whose entries expire: an entry lives until stream time is past its timestamp by more than {@code
 * millis}. One without a timestamp, of a store that was plain before, lives for ever.
 *
 * @param time where a value's timestamp is
 * @param millis how long an entry lives, in ms
 */
record TimeToLive(ValueTime time, long millis) implements Retention {
    /**
     * What a store is opened with; {@code null} if its entries do not expire by their timestamps. Windows, sessions and versions have a
     * retention of their own.
     *
     * @throws ConfigException if the store's values have no timestamps
     */
    static @Nullable TimeToLive of(String storeName, StoreFormat format, @Nullable Long millis) {
        if (millis == null) {
            return null;
        }
        return switch (format) {
            case KEY_VALUE_TIMESTAMPED -> new TimeToLive(ValueTime.TIMESTAMPED, millis);
            case KEY_VALUE_HEADERS -> new TimeToLive(ValueTime.WITH_HEADERS, millis);
            case KEY_VALUE_PLAIN ->
                throw new ConfigException(
                        "lsm.ttl.ms",
                        millis,
                        "the entries of the store " + storeName + " have no timestamps to expire by. Give it"
                                + " LsmStores.persistentTimestampedKeyValueStore and Stores.timestampedKeyValueStoreBuilder, or"
                                + " exempt it by timeToLive of a class named by lsm.config.setter");
            case WINDOW_PLAIN, WINDOW_TIMESTAMPED, WINDOW_HEADERS, SESSION_PLAIN, SESSION_HEADERS, VERSIONED -> null;
        };
    }

    @Override
    public boolean isExpired(Slice key, Slice value, long streamTime) {
        long timestamp = time.of(value);
        return timestamp >= 0 && streamTime - timestamp > millis;
    }
}
