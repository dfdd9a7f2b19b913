package io.streambed.kafka.internal.store;

import io.streambed.kafka.internal.engine.StoreEngine;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.query.Position;
import org.jspecify.annotations.Nullable;

/** What every store answers by its engine alone. */
interface StoreOnEngine extends StateStore {
    /** The store's engine. */
    StoreEngine engine();

    @Override
    default String name() {
        return engine().storeName();
    }

    @Override
    default boolean persistent() {
        return true;
    }

    @Override
    default boolean isOpen() {
        return engine().isOpen();
    }

    @Override
    default void commit(Map<TopicPartition, Long> changelogOffsets) {
        engine().commit(changelogOffsets);
    }

    @Override
    default @Nullable Long committedOffset(TopicPartition partition) {
        return engine().committedOffset(partition);
    }

    @Override
    @SuppressWarnings(
            "deprecation") // Deprecated in Streams because every store is to do this; until then, one has to say so.
    default boolean managesOffsets() {
        return true;
    }

    @Override
    default Position getPosition() {
        return engine().position();
    }

    @Override
    default void close() {
        engine().close();
    }
}
