package io.streambed.kafka.internal.store;

import io.streambed.kafka.internal.engine.StoreSettings;
import java.util.Objects;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.DslStoreFormat;
import org.apache.kafka.streams.state.HeadersBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;

/** Makes key-value stores of one name and format, one for each task that Streams asks for. */
public class LsmKeyValueSupplier implements KeyValueBytesStoreSupplier {
    /** The supplier of stores with headers has to be known as such, before it makes one. */
    private static final class WithHeaders extends LsmKeyValueSupplier implements HeadersBytesStoreSupplier {
        private WithHeaders(String name, StoreSettings.Source settings) {
            super(name, DslStoreFormat.HEADERS, settings);
        }
    }

    private final String name;
    private final DslStoreFormat format;
    private final StoreSettings.Source settings;

    private LsmKeyValueSupplier(String name, DslStoreFormat format, StoreSettings.Source settings) {
        this.name = name;
        this.format = format;
        this.settings = settings;
    }

    /** A supplier of stores of a format, which are configured when they are opened. */
    public static KeyValueBytesStoreSupplier of(String name, DslStoreFormat format, StoreSettings.Source settings) {
        Objects.requireNonNull(name, "name cannot be null");
        return format == DslStoreFormat.HEADERS
                ? new WithHeaders(name, settings)
                : new LsmKeyValueSupplier(name, format, settings);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public KeyValueStore<Bytes, byte[]> get() {
        return switch (format) {
            case PLAIN -> new LsmKeyValueStore(name, settings);
            case TIMESTAMPED -> new LsmKeyValueStore.Timestamped(name, settings);
            case HEADERS -> new LsmKeyValueStore.WithHeaders(name, settings);
        };
    }

    @Override
    public String metricsScope() {
        return "lsm";
    }
}
