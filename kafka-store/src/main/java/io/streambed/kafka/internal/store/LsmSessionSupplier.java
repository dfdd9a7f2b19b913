package io.streambed.kafka.internal.store;

import io.streambed.kafka.internal.engine.StoreSettings;
import io.streambed.kafka.internal.layout.KeyOrder;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.DslStoreFormat;
import org.apache.kafka.streams.state.HeadersBytesStoreSupplier;
import org.apache.kafka.streams.state.SessionBytesStoreSupplier;
import org.apache.kafka.streams.state.SessionStore;

/** Makes session stores of one name, format and shape, one for each task that Streams asks for. */
public class LsmSessionSupplier implements SessionBytesStoreSupplier {
    /** The supplier of stores with headers has to be known as such, before it makes one. */
    private static final class WithHeaders extends LsmSessionSupplier implements HeadersBytesStoreSupplier {
        private WithHeaders(String name, SegmentedTree.Shape shape, StoreSettings.Source settings) {
            super(name, true, shape, settings);
        }
    }

    private final String name;
    private final boolean hasHeaders;
    private final SegmentedTree.Shape shape;
    private final StoreSettings.Source settings;

    private LsmSessionSupplier(
            String name, boolean hasHeaders, SegmentedTree.Shape shape, StoreSettings.Source settings) {
        this.name = name;
        this.hasHeaders = hasHeaders;
        this.shape = shape;
        this.settings = settings;
    }

    /**
     * A supplier of stores of a format and order, which are configured when they are opened. Sessions have no format of values with
     * timestamps only: a session ends when its last record came.
     */
    public static SessionBytesStoreSupplier of(
            String name, DslStoreFormat format, KeyOrder order, long retentionMillis, StoreSettings.Source settings) {
        SegmentedTree.Shape shape = new SegmentedTree.Shape(order, retentionMillis, false);
        return format == DslStoreFormat.HEADERS
                ? new WithHeaders(name, shape, settings)
                : new LsmSessionSupplier(name, false, shape, settings);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public SessionStore<Bytes, byte[]> get() {
        return hasHeaders
                ? new LsmSessionStore.WithHeaders(name, shape, settings)
                : new LsmSessionStore(name, shape, settings);
    }

    @Override
    public String metricsScope() {
        return "lsm";
    }

    @Override
    public long segmentIntervalMs() {
        return shape.segmentIntervalMillis();
    }

    @Override
    public long retentionPeriod() {
        return shape.retentionMillis();
    }
}
