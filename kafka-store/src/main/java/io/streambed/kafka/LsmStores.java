package io.streambed.kafka;

import io.streambed.kafka.internal.store.LsmKeyValueSupplier;
import java.time.Duration;
import org.apache.kafka.streams.DslStoreFormat;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.SessionBytesStoreSupplier;
import org.apache.kafka.streams.state.VersionedBytesStoreSupplier;
import org.apache.kafka.streams.state.WindowBytesStoreSupplier;

/**
 * Suppliers of persistent stores, with the names and signatures of {@link org.apache.kafka.streams.state.Stores}: changing {@code
 * Stores.} to {@code LsmStores.} moves a topology over. The builders stay those of {@code Stores}.
 *
 * <pre>{@code
 * Stores.keyValueStoreBuilder(LsmStores.persistentKeyValueStore("counts"), Serdes.String(), Serdes.Long())
 * }</pre>
 *
 * <p>Key-value stores are there in all three formats. The other kinds throw {@link UnsupportedOperationException}, whose message
 * names what to use instead.
 *
 * <p>Stores are configured by the keys of {@link LsmStoreConfig} when they are opened. Safe for use by several threads.
 */
@SuppressWarnings("DoNotCallSuggester") // What is not there yet will be, under the same name.
public final class LsmStores {
    private LsmStores() {}

    /**
     * Key-value stores, for {@code Stores.keyValueStoreBuilder}.
     *
     * @param name any text; not {@code null}
     */
    public static KeyValueBytesStoreSupplier persistentKeyValueStore(String name) {
        return keyValueStore(name, DslStoreFormat.PLAIN);
    }

    /**
     * Key-value stores with timestamps, for {@code Stores.timestampedKeyValueStoreBuilder}.
     *
     * @param name any text; not {@code null}
     */
    public static KeyValueBytesStoreSupplier persistentTimestampedKeyValueStore(String name) {
        return keyValueStore(name, DslStoreFormat.TIMESTAMPED);
    }

    /**
     * Key-value stores with timestamps and headers, for {@code Stores.timestampedKeyValueStoreWithHeadersBuilder}.
     *
     * @param name any text; not {@code null}
     */
    public static KeyValueBytesStoreSupplier persistentTimestampedKeyValueStoreWithHeaders(String name) {
        return keyValueStore(name, DslStoreFormat.HEADERS);
    }

    /**
     * Not there yet.
     *
     * @throws UnsupportedOperationException always
     */
    public static VersionedBytesStoreSupplier persistentVersionedKeyValueStore(String name, Duration historyRetention) {
        throw notYet("persistentVersionedKeyValueStore", name);
    }

    /**
     * Not there yet.
     *
     * @throws UnsupportedOperationException always
     */
    public static VersionedBytesStoreSupplier persistentVersionedKeyValueStore(
            String name, Duration historyRetention, Duration segmentInterval) {
        throw notYet("persistentVersionedKeyValueStore", name);
    }

    /**
     * Not there yet.
     *
     * @throws UnsupportedOperationException always
     */
    public static WindowBytesStoreSupplier persistentWindowStore(
            String name, Duration retentionPeriod, Duration windowSize, boolean retainDuplicates) {
        throw notYet("persistentWindowStore", name);
    }

    /**
     * Not there yet.
     *
     * @throws UnsupportedOperationException always
     */
    public static WindowBytesStoreSupplier persistentTimestampedWindowStore(
            String name, Duration retentionPeriod, Duration windowSize, boolean retainDuplicates) {
        throw notYet("persistentTimestampedWindowStore", name);
    }

    /**
     * Not there yet.
     *
     * @throws UnsupportedOperationException always
     */
    public static WindowBytesStoreSupplier persistentTimestampedWindowStoreWithHeaders(
            String name, Duration retentionPeriod, Duration windowSize, boolean retainDuplicates) {
        throw notYet("persistentTimestampedWindowStoreWithHeaders", name);
    }

    /**
     * Not there yet.
     *
     * @throws UnsupportedOperationException always
     */
    public static SessionBytesStoreSupplier persistentSessionStore(String name, Duration retentionPeriod) {
        throw notYet("persistentSessionStore", name);
    }

    /**
     * Not there yet.
     *
     * @throws UnsupportedOperationException always
     */
    public static SessionBytesStoreSupplier persistentSessionStoreWithHeaders(String name, Duration retentionPeriod) {
        throw notYet("persistentSessionStoreWithHeaders", name);
    }

    static KeyValueBytesStoreSupplier keyValueStore(String name, DslStoreFormat format) {
        return LsmKeyValueSupplier.of(name, format, LsmStoreConfig::settingsOf);
    }

    private static UnsupportedOperationException notYet(String method, String name) {
        return new UnsupportedOperationException("LsmStores." + method + " is not there yet: give the store " + name
                + " Stores." + method + " of org.apache.kafka.streams.state meanwhile");
    }
}
