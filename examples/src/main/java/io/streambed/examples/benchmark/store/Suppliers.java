package io.streambed.examples.benchmark.store;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.streams.state.DslStoreSuppliers;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.SessionBytesStoreSupplier;
import org.apache.kafka.streams.state.WindowBytesStoreSupplier;

/** Where stores under test come from: what an application would call, and how it would be configured. */
public interface Suppliers {
    /** Whose they are. */
    Side side();

    /** Whether what they store outlives the process. */
    boolean persistent();

    /** What the application's configuration says about stores. */
    Map<String, Object> configs();

    /** Key-value stores. */
    KeyValueBytesStoreSupplier keyValue(String name);

    /**
     * Window stores.
     *
     * @throws UnsupportedOperationException if this side has none
     */
    WindowBytesStoreSupplier window(String name, Duration retention, Duration size);

    /**
     * Session stores.
     *
     * @throws UnsupportedOperationException if this side has none
     */
    SessionBytesStoreSupplier session(String name, Duration retention);

    /**
     * What makes all stores of a topology this side's.
     *
     * @throws UnsupportedOperationException if this side has none
     */
    DslStoreSuppliers dsl();

    /** The same suppliers in an application that has further settings; a side ignores those that are not its own. */
    default Suppliers configured(Map<String, Object> further) {
        Suppliers plain = this;
        Map<String, Object> all = new HashMap<>(plain.configs());
        all.putAll(further);
        return new Suppliers() {
            @Override
            public Side side() {
                return plain.side();
            }

            @Override
            public boolean persistent() {
                return plain.persistent();
            }

            @Override
            public Map<String, Object> configs() {
                return Map.copyOf(all);
            }

            @Override
            public KeyValueBytesStoreSupplier keyValue(String name) {
                return plain.keyValue(name);
            }

            @Override
            public WindowBytesStoreSupplier window(String name, Duration retention, Duration size) {
                return plain.window(name, retention, size);
            }

            @Override
            public SessionBytesStoreSupplier session(String name, Duration retention) {
                return plain.session(name, retention);
            }

            @Override
            public DslStoreSuppliers dsl() {
                return plain.dsl();
            }
        };
    }
}
