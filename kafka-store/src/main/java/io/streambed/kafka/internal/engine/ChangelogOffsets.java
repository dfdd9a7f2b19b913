package io.streambed.kafka.internal.engine;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The committed offsets of a store's changelog; an immutable value. A global store has one for each partition of its topic, any other
 * one a single one.
 *
 * @param byPartition no {@code null} among them; -4, Streams' word for "unknown", may be
 */
record ChangelogOffsets(Map<TopicPartition, Long> byPartition) {
    static final ChangelogOffsets NONE = new ChangelogOffsets(Map.of());

    ChangelogOffsets {
        byPartition = Map.copyOf(byPartition);
    }

    /**
     * These offsets after {@code StateStore.commit(committed)}, by its rules: an empty map forgets all, a {@code null} value forgets
     * the one of its partition, any other value is kept from now on.
     */
    ChangelogOffsets with(Map<TopicPartition, @Nullable Long> committed) {
        if (committed.isEmpty()) {
            return NONE;
        }
        Map<TopicPartition, Long> next = new HashMap<>(byPartition);
        committed.forEach((partition, offset) -> {
            if (offset == null) {
                next.remove(partition);
            } else {
                next.put(partition, offset);
            }
        });
        return new ChangelogOffsets(next);
    }

    @Nullable
    Long of(TopicPartition partition) {
        return byPartition.get(partition);
    }

    @Override
    public String toString() {
        return byPartition.toString();
    }
}
