package io.streambed.kafka;

import io.streambed.kafka.internal.layout.KeyOrder;
import io.streambed.kafka.internal.store.LsmKeyValueSupplier;
import io.streambed.kafka.internal.store.LsmSessionSupplier;
import io.streambed.kafka.internal.store.LsmVersionedSupplier;
import io.streambed.kafka.internal.store.LsmWindowSupplier;
import java.time.Duration;
import java.util.Objects;
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
 * <p>Stores are configured by the keys of {@link LsmStoreConfig} when they are opened. Safe for use by several threads.
 */
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
     * Versioned key-value stores, for {@code Stores.versionedKeyValueStoreBuilder}; history ends in steps as those of {@code Stores} do.
     *
     * @param name any text; not {@code null}
     * @param historyRetention how far back versions can be asked for, and by how much records may be late, in stream time; not negative
     * @throws IllegalArgumentException if {@code historyRetention} is {@code null}, negative or too long for a number of ms
     */
    public static VersionedBytesStoreSupplier persistentVersionedKeyValueStore(String name, Duration historyRetention) {
        Objects.requireNonNull(name, "name cannot be null");
        long retention = historyRetention(historyRetention);
        return versionedStore(name, retention, defaultSegmentInterval(retention));
    }

    /**
     * Versioned key-value stores, for {@code Stores.versionedKeyValueStoreBuilder}.
     *
     * @param name any text; not {@code null}
     * @param historyRetention how far back versions can be asked for, and by how much records may be late, in stream time; not negative
     * @param segmentInterval in what steps history ends: up to so much more than {@code historyRetention} is kept. At least 1 ms. It has
     *     no other effect, and may be changed
     * @throws IllegalArgumentException if a duration is {@code null}, out of its range or too long for a number of ms
     */
    public static VersionedBytesStoreSupplier persistentVersionedKeyValueStore(
            String name, Duration historyRetention, Duration segmentInterval) {
        Objects.requireNonNull(name, "name cannot be null");
        long retention = historyRetention(historyRetention);
        long interval = Milliseconds.of(segmentInterval, "segmentInterval");
        if (interval < 1) {
            throw new IllegalArgumentException("segmentInterval cannot be zero or negative");
        }
        return versionedStore(name, retention, interval);
    }

    /**
     * Window stores, for {@code Stores.windowStoreBuilder}.
     *
     * @param name any text; not {@code null}
     * @param retentionPeriod how long a window is kept, counted in stream time from its start: at least {@code windowSize}, and more by
     *     the time that records may be late
     * @param windowSize size of the windows; not negative
     * @param retainDuplicates whether each record of a key and window start is kept, as joins of streams need it
     * @throws IllegalArgumentException if a duration is {@code null}, negative, or does not fit a number of ms; or if the retention period
     *     is shorter than a window
     */
    public static WindowBytesStoreSupplier persistentWindowStore(
            String name, Duration retentionPeriod, Duration windowSize, boolean retainDuplicates) {
        return windowStore(
                name, DslStoreFormat.PLAIN, KeyOrder.KEY_FIRST, false, retentionPeriod, windowSize, retainDuplicates);
    }

    /**
     * Window stores with timestamps, for {@code Stores.timestampedWindowStoreBuilder}.
     *
     * @param name any text; not {@code null}
     * @param retentionPeriod how long a window is kept, counted in stream time from its start: at least {@code windowSize}, and more by
     *     the time that records may be late
     * @param windowSize size of the windows; not negative
     * @param retainDuplicates whether each record of a key and window start is kept, as joins of streams need it
     * @throws IllegalArgumentException if a duration is {@code null}, negative, or does not fit a number of ms; or if the retention period
     *     is shorter than a window
     */
    public static WindowBytesStoreSupplier persistentTimestampedWindowStore(
            String name, Duration retentionPeriod, Duration windowSize, boolean retainDuplicates) {
        return windowStore(
                name,
                DslStoreFormat.TIMESTAMPED,
                KeyOrder.KEY_FIRST,
                false,
                retentionPeriod,
                windowSize,
                retainDuplicates);
    }

    /**
     * Window stores with timestamps and headers, for {@code Stores.timestampedWindowStoreWithHeadersBuilder}.
     *
     * @param name any text; not {@code null}
     * @param retentionPeriod how long a window is kept, counted in stream time from its start: at least {@code windowSize}, and more by
     *     the time that records may be late
     * @param windowSize size of the windows; not negative
     * @param retainDuplicates whether each record of a key and window start is kept, as joins of streams need it
     * @throws IllegalArgumentException if a duration is {@code null}, negative, or does not fit a number of ms; or if the retention period
     *     is shorter than a window
     */
    public static WindowBytesStoreSupplier persistentTimestampedWindowStoreWithHeaders(
            String name, Duration retentionPeriod, Duration windowSize, boolean retainDuplicates) {
        return windowStore(
                name, DslStoreFormat.HEADERS, KeyOrder.KEY_FIRST, false, retentionPeriod, windowSize, retainDuplicates);
    }

    /**
     * Session stores, for {@code Stores.sessionStoreBuilder}.
     *
     * @param name any text; not {@code null}
     * @param retentionPeriod how long a session is kept, counted in stream time from its end: at least the inactivity gap, and more by the
     *     time that records may be late
     * @throws IllegalArgumentException if the duration is {@code null}, negative, or does not fit a number of ms
     */
    public static SessionBytesStoreSupplier persistentSessionStore(String name, Duration retentionPeriod) {
        return sessionStore(name, DslStoreFormat.PLAIN, KeyOrder.KEY_FIRST, retentionPeriod);
    }

    /**
     * Session stores with headers, for {@code Stores.sessionStoreWithHeadersBuilder}.
     *
     * @param name any text; not {@code null}
     * @param retentionPeriod how long a session is kept, counted in stream time from its end: at least the inactivity gap, and more by the
     *     time that records may be late
     * @throws IllegalArgumentException if the duration is {@code null}, negative, or does not fit a number of ms
     */
    public static SessionBytesStoreSupplier persistentSessionStoreWithHeaders(String name, Duration retentionPeriod) {
        return sessionStore(name, DslStoreFormat.HEADERS, KeyOrder.KEY_FIRST, retentionPeriod);
    }

    static KeyValueBytesStoreSupplier keyValueStore(String name, DslStoreFormat format) {
        return LsmKeyValueSupplier.of(name, format, LsmStoreConfig::settingsOf);
    }

    private static VersionedBytesStoreSupplier versionedStore(String name, long retention, long segmentInterval) {
        return new LsmVersionedSupplier(name, retention, segmentInterval, LsmStoreConfig::settingsOf);
    }

    private static long historyRetention(Duration given) {
        long retention = Milliseconds.of(given, "historyRetention");
        if (retention < 0) {
            throw new IllegalArgumentException("historyRetention cannot be negative");
        }
        return retention;
    }

    /** A part of the history, and the longer the history, the smaller: as Streams chooses it, so that history ends at the same time. */
    private static long defaultSegmentInterval(long retention) {
        if (retention <= 60_000) {
            return Math.max(retention / 3, 2_000);
        }
        if (retention <= 300_000) {
            return Math.max(retention / 5, 20_000);
        }
        return retention <= 3_600_000 ? Math.max(retention / 12, 60_000) : Math.max(retention / 24, 300_000);
    }

    static WindowBytesStoreSupplier windowStore(
            String name,
            DslStoreFormat format,
            KeyOrder order,
            boolean onClose,
            Duration retentionPeriod,
            Duration windowSize,
            boolean retainDuplicates) {
        Objects.requireNonNull(name, "name cannot be null");
        long retention = Milliseconds.of(retentionPeriod, "retentionPeriod");
        long size = Milliseconds.of(windowSize, "windowSize");
        if (retention < 0) {
            throw new IllegalArgumentException("retentionPeriod cannot be negative");
        }
        if (size < 0) {
            throw new IllegalArgumentException("windowSize cannot be negative");
        }
        if (size > retention) {
            throw new IllegalArgumentException("The retention period of the window store " + name
                    + " must be no smaller than its window size. Got size=[" + windowSize + "], retention=["
                    + retentionPeriod + "]");
        }
        return LsmWindowSupplier.of(
                name, format, order, onClose, retention, size, retainDuplicates, LsmStoreConfig::settingsOf);
    }

    static SessionBytesStoreSupplier sessionStore(
            String name, DslStoreFormat format, KeyOrder order, Duration retentionPeriod) {
        Objects.requireNonNull(name, "name cannot be null");
        long retention = Milliseconds.of(retentionPeriod, "retentionPeriod");
        if (retention < 0) {
            throw new IllegalArgumentException("retentionPeriod cannot be negative");
        }
        return LsmSessionSupplier.of(name, format, order, retention, LsmStoreConfig::settingsOf);
    }
}
