package io.streambed.kafka;

import io.streambed.lsm.LsmOptions;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sets options store by store: a class of the user's, named by {@link LsmStoreConfig#CONFIG_SETTER_CONFIG lsm.config.setter}, as
 * {@code rocksdb.config.setter} is for RocksDB's stores.
 *
 * <pre>{@code
 * public class SmallBlocks implements LsmConfigSetter {
 *     public void setConfig(String storeName, LsmOptions.Builder options, Map<String, Object> configs) {
 *         if (storeName.equals("lookups")) {
 *             options.blockBytes(1024);
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>Needs a public constructor without parameters. A new object is made each time that a store is opened, and is used by the
 * threads that open and close that store, one at a time. If it implements {@link org.apache.kafka.common.Configurable}, it is
 * given the configuration first.
 */
public interface LsmConfigSetter {
    /**
     * Called before a store is opened. What it throws stops the opening.
     *
     * @param storeName the store's name
     * @param options what the store would be opened with; already has what the {@code lsm.*} keys say. Name, commits, expiry, and
     *     the times and groups of keys are the store's own affair: what is set for {@link LsmOptions#name()}, {@link
     *     LsmOptions#commitEveryWrite()}, {@link LsmOptions#expiry()}, {@link LsmOptions#keyTime()} and {@link
     *     LsmOptions#groupSuffixBytes()} has no effect, and {@link LsmOptions#seekCompaction()} stays off in window stores. How long entries
     *     live is what {@link #timeToLive} says
     * @param configs the application's configuration; not to be changed
     */
    void setConfig(String storeName, LsmOptions.Builder options, Map<String, Object> configs);

    /**
     * How long the entries of a store live. Called after {@link #setConfig}.
     *
     * @param storeName the store's name
     * @param configured what {@link LsmStoreConfig#TTL_MS_CONFIG lsm.ttl.ms} says, {@code null} for ever
     * @return 1 ms or more; {@code null} for ever. A key-value store without timestamps that is given any does not open; windows, sessions and
     *     versions have a retention of their own, and go by that
     */
    default @Nullable Duration timeToLive(String storeName, @Nullable Duration configured) {
        return configured;
    }

    /**
     * Called after a store was closed, also after an opening that failed once its options were accepted.
     *
     * @param storeName the store's name
     * @param options what it was opened with
     */
    default void close(String storeName, LsmOptions options) {}
}
