package io.streambed.kafka.internal.store;

import io.streambed.kafka.internal.engine.StoreSettings;
import io.streambed.kafka.internal.layout.KeyOrder;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.DslStoreFormat;
import org.apache.kafka.streams.state.HeadersBytesStoreSupplier;
import org.apache.kafka.streams.state.WindowBytesStoreSupplier;
import org.apache.kafka.streams.state.WindowStore;

/** Makes window stores of one name, format and shape, one for each task that Streams asks for. */
public class LsmWindowSupplier implements WindowBytesStoreSupplier {
    /** The supplier of stores with headers has to be known as such, before it makes one. */
    private static final class WithHeaders extends LsmWindowSupplier implements HeadersBytesStoreSupplier {
        private WithHeaders(String name, LsmWindowStore.Shape shape, StoreSettings.Source settings) {
            super(name, DslStoreFormat.HEADERS, shape, settings);
        }
    }

    private final String name;
    private final DslStoreFormat format;
    private final LsmWindowStore.Shape shape;
    private final StoreSettings.Source settings;

    private LsmWindowSupplier(
            String name, DslStoreFormat format, LsmWindowStore.Shape shape, StoreSettings.Source settings) {
        this.name = name;
        this.format = format;
        this.shape = shape;
        this.settings = settings;
    }

    /**
     * A supplier of stores of a format and order, which are configured when they are opened.
     *
     * @param onClose whether the windows are emitted when they close, and read at the last moment
     */
    public static WindowBytesStoreSupplier of(
            String name,
            DslStoreFormat format,
            KeyOrder order,
            boolean onClose,
            long retentionMillis,
            long windowSizeMillis,
            boolean retainDuplicates,
            StoreSettings.Source settings) {
        LsmWindowStore.Shape shape = new LsmWindowStore.Shape(
                new SegmentedTree.Shape(order, retentionMillis, onClose), windowSizeMillis, retainDuplicates);
        return format == DslStoreFormat.HEADERS
                ? new WithHeaders(name, shape, settings)
                : new LsmWindowSupplier(name, format, shape, settings);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public WindowStore<Bytes, byte[]> get() {
        return switch (format) {
            case PLAIN -> new LsmWindowStore(name, shape, settings);
            case TIMESTAMPED -> new LsmWindowStore.Timestamped(name, shape, settings);
            case HEADERS -> new LsmWindowStore.WithHeaders(name, shape, settings);
        };
    }

    @Override
    public String metricsScope() {
        return "lsm";
    }

    @Override
    public long segmentIntervalMs() {
        return shape.entries().segmentIntervalMillis();
    }

    @Override
    public long windowSize() {
        return shape.windowSizeMillis();
    }

    @Override
    public boolean retainDuplicates() {
        return shape.retainDuplicates();
    }

    @Override
    public long retentionPeriod() {
        return shape.entries().retentionMillis();
    }
}
