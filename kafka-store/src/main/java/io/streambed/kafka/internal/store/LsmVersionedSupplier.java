package io.streambed.kafka.internal.store;

import io.streambed.kafka.internal.engine.StoreSettings;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.VersionedBytesStoreSupplier;

/**
 * Makes versioned stores of one name, one for each task that Streams asks for.
 *
 * @param name the stores' name
 * @param historyRetentionMs how far back versions can be asked for and records may be late, in ms; not negative
 * @param segmentIntervalMs in what steps history ends, in ms; positive
 * @param settings where the stores' configuration comes from
 */
public record LsmVersionedSupplier(
        String name, long historyRetentionMs, long segmentIntervalMs, StoreSettings.Source settings)
        implements VersionedBytesStoreSupplier {

    @Override
    public KeyValueStore<Bytes, byte[]> get() {
        return new VersionedBytes(new LsmVersionedStore(name, historyRetentionMs, segmentIntervalMs, settings));
    }

    @Override
    public String metricsScope() {
        return "lsm";
    }
}
