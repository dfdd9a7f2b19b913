package io.streambed.kafka.internal.engine;

import io.streambed.lsm.LsmOptions;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a store is opened with.
 *
 * @param options of its tree; the store sets name and commits itself
 * @param runtime of the process
 * @param queryIsolation what queries see
 * @param timeToLiveMillis how long an entry of a key-value store lives in stream time; {@code null} for ever
 * @param onClose to be run when the store is closed
 */
public record StoreSettings(
        LsmOptions options,
        RuntimeSettings runtime,
        QueryIsolation queryIsolation,
        @Nullable Long timeToLiveMillis,
        Runnable onClose) {

    /** Where settings come from: the one way from what users configure down to the engine. */
    @FunctionalInterface
    public interface Source {
        /**
         * The settings of one store.
         *
         * @param storeName the store's name
         * @param configs all of the application's configuration
         * @throws org.apache.kafka.common.config.ConfigException naming key, value and what it may be
         */
        StoreSettings of(String storeName, Map<String, Object> configs);
    }
}
