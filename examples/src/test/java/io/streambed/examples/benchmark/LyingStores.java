package io.streambed.examples.benchmark;

import io.streambed.examples.benchmark.store.Side;
import io.streambed.examples.benchmark.store.Suppliers;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers;
import org.apache.kafka.streams.state.DslKeyValueParams;
import org.apache.kafka.streams.state.DslSessionParams;
import org.apache.kafka.streams.state.DslStoreSuppliers;
import org.apache.kafka.streams.state.DslWindowParams;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.SessionBytesStoreSupplier;
import org.apache.kafka.streams.state.SessionStore;
import org.apache.kafka.streams.state.StoreSupplier;
import org.apache.kafka.streams.state.WindowBytesStoreSupplier;
import org.apache.kafka.streams.state.WindowStore;
import org.jspecify.annotations.Nullable;

/**
 * Stores of Kafka's that lie: a value has its last bit wrong, a key that is not there has a value, and an iterator leaves out its first
 * entry, or has one where there is none.
 */
final class LyingStores implements Suppliers {
    private static final Side HONEST = Side.ROCKSDB;

    @Override
    public Side side() {
        return HONEST;
    }

    @Override
    public boolean persistent() {
        return true;
    }

    @Override
    public Map<String, Object> configs() {
        return Map.of();
    }

    @Override
    public KeyValueBytesStoreSupplier keyValue(String name) {
        return lying(KeyValueBytesStoreSupplier.class, KeyValueStore.class, HONEST.keyValue(name), true);
    }

    @Override
    public WindowBytesStoreSupplier window(String name, Duration retention, Duration size) {
        return lying(WindowBytesStoreSupplier.class, WindowStore.class, HONEST.window(name, retention, size), true);
    }

    @Override
    public SessionBytesStoreSupplier session(String name, Duration retention) {
        return lying(SessionBytesStoreSupplier.class, SessionStore.class, HONEST.session(name, retention), true);
    }

    @Override
    public DslStoreSuppliers dsl() {
        return new LyingDsl();
    }

    /** The same for topologies, but that nothing is invented: that could not even be read as a count. */
    public static final class LyingDsl extends BuiltInDslStoreSuppliers.InMemoryDslStoreSuppliers {
        @Override
        public KeyValueBytesStoreSupplier keyValueStore(DslKeyValueParams params) {
            return lying(KeyValueBytesStoreSupplier.class, KeyValueStore.class, super.keyValueStore(params), false);
        }

        @Override
        public WindowBytesStoreSupplier windowStore(DslWindowParams params) {
            return lying(WindowBytesStoreSupplier.class, WindowStore.class, super.windowStore(params), false);
        }

        @Override
        public SessionBytesStoreSupplier sessionStore(DslSessionParams params) {
            return lying(SessionBytesStoreSupplier.class, SessionStore.class, super.sessionStore(params), false);
        }
    }

    private static <S extends StoreSupplier<?>> S lying(
            Class<S> supplier, Class<?> store, S honest, boolean inventing) {
        return supplier.cast(Proxy.newProxyInstance(
                LyingStores.class.getClassLoader(), new Class<?>[] {supplier}, (proxy, method, arguments) -> {
                    Object result = method.invoke(honest, arguments);
                    return method.getName().equals("get") ? lyingStore(store, result, inventing) : result;
                }));
    }

    private static Object lyingStore(Class<?> type, Object honest, boolean inventing) {
        return Proxy.newProxyInstance(
                LyingStores.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    Object result;
                    try {
                        result = method.invoke(honest, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    if (result instanceof KeyValueIterator<?, ?> entries) {
                        if (entries.hasNext()) {
                            entries.next();
                            return result;
                        }
                        return inventing && type == KeyValueStore.class ? invented(entries) : result;
                    }
                    boolean read =
                            method.getName().equals("get") || method.getName().equals("fetch");
                    return read && (inventing || result != null) ? lie((byte @Nullable []) result) : result;
                });
    }

    /** An iterator that has an entry where there is none. */
    private static KeyValueIterator<Bytes, byte[]> invented(KeyValueIterator<?, ?> empty) {
        return new KeyValueIterator<>() {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public KeyValue<Bytes, byte[]> next() {
                return KeyValue.pair(peekNextKey(), new byte[] {1});
            }

            @Override
            public Bytes peekNextKey() {
                return Bytes.wrap(new byte[] {1});
            }

            @Override
            public void close() {
                empty.close();
            }
        };
    }

    private static byte[] lie(byte @Nullable [] value) {
        if (value == null) {
            return new byte[] {1};
        }
        byte[] other = value.clone();
        other[other.length - 1] ^= 1;
        return other;
    }
}
