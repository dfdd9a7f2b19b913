package io.streambed.kafka.internal.engine;

import io.streambed.kafka.internal.layout.Segmentation;
import io.streambed.lsm.Direction;
import io.streambed.lsm.KeyRange;
import io.streambed.lsm.LsmIterator;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.WriteBatch;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.kafka.streams.state.HeadersBytesStore;
import org.apache.kafka.streams.state.TimestampedBytesStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From an older format of values to a newer one, as Streams' own stores go it when a topology asks for more than it did: what has no
 * timestamp gets -1, what has no headers gets none. There is no way back, as that would lose something.
 *
 * <pre>
 *  key-value, window   plain ──► timestamped ──► with headers         session   plain ──► with headers
 * </pre>
 *
 * <p>The store is converted once, by the first opening in the new format: entry by entry, and then one commit with the new format in its
 * metadata. A crash on the way falls back to the last commit, all of it old; so no entry has to tell which format it has, and reading
 * costs the same as ever. Offsets and position stay, nothing is restored. It takes as long as reading and writing the store once.
 *
 * @param from what the entries are
 * @param to what they become
 * @param converter of one value
 */
record FormatUpgrade(StoreFormat from, StoreFormat to, UnaryOperator<byte[]> converter) {
    private static final Logger LOG = LoggerFactory.getLogger(FormatUpgrade.class);

    /** Bytes that are written at once. */
    private static final int BATCH_BYTES = 1 << 20;

    /** The way from one format to another, if there is one. */
    static Optional<FormatUpgrade> between(StoreFormat from, StoreFormat to) {
        UnaryOperator<byte[]> converter = switch (to) {
            case KEY_VALUE_TIMESTAMPED -> from == StoreFormat.KEY_VALUE_PLAIN ? addTimestamp() : null;
            case WINDOW_TIMESTAMPED -> from == StoreFormat.WINDOW_PLAIN ? addTimestamp() : null;
            case KEY_VALUE_HEADERS -> addHeaders(from, StoreFormat.KEY_VALUE_PLAIN, StoreFormat.KEY_VALUE_TIMESTAMPED);
            case WINDOW_HEADERS -> addHeaders(from, StoreFormat.WINDOW_PLAIN, StoreFormat.WINDOW_TIMESTAMPED);
            case SESSION_HEADERS -> addHeaders(from, null, StoreFormat.SESSION_PLAIN);
            case KEY_VALUE_PLAIN, WINDOW_PLAIN, SESSION_PLAIN, VERSIONED -> null;
        };
        return Optional.ofNullable(converter).map(found -> new FormatUpgrade(from, to, found));
    }

    private static UnaryOperator<byte[]> addTimestamp() {
        return TimestampedBytesStore::convertToTimestampedFormat;
    }

    private static @Nullable UnaryOperator<byte[]> addHeaders(
            StoreFormat from, @Nullable StoreFormat withoutTimestamp, StoreFormat complete) {
        if (from == complete) {
            return HeadersBytesStore::convertToHeaderFormat;
        }
        return from == withoutTimestamp ? HeadersBytesStore::convertFromPlainToHeaderFormat : null;
    }

    /**
     * The commit to go on from: the last one, or, if it is of an older format, one of the converted store.
     *
     * @param last of a format that is {@code format} or can be converted to it
     */
    static CommitMetadata apply(CommitMetadata last, StoreFormat format, LsmTree tree) {
        if (last.format() == format) {
            // At nearly every opening. The lambdas below are linked when they are first met, which takes a millisecond
            // or more.
            return last;
        }
        return between(last.format(), format)
                .map(upgrade -> upgrade.convert(last, tree))
                .orElse(last);
    }

    private CommitMetadata convert(CommitMetadata last, LsmTree tree) {
        LOG.info(
                "Store {} was written as a {} store and is opened as a {} one: its entries are converted now, once.",
                last.storeName(),
                from,
                to);
        Segmentation segmentation = last.segmentation();
        WriteBatch batch = new WriteBatch();
        long count = 0;
        try (LsmIterator entries = tree.iterator(KeyRange.all(), Direction.FORWARD)) {
            while (entries.next()) {
                if (segmentation != null && segmentation.isIndex(entries.key())) {
                    continue;
                }
                batch.put(
                        entries.key().toByteArray(),
                        converter.apply(entries.value().toByteArray()));
                count++;
                if (batch.bytes() >= BATCH_BYTES) {
                    tree.write(batch);
                    batch.clear();
                }
            }
        }
        tree.write(batch);
        CommitMetadata converted = new CommitMetadata(
                to,
                last.storeName(),
                last.committedAtMillis(),
                last.writtenSinceMillis(),
                last.streamTimeMillis(),
                last.offsets(),
                last.position(),
                segmentation);
        tree.commit(converted.encode());
        LOG.info("Store {} is converted: {} entries.", last.storeName(), count);
        return converted;
    }
}
