package io.streambed.kafka.internal.engine;

import io.streambed.lsm.WriteBatch;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Turns a record of the changelog into what the store would have written for it. */
@FunctionalInterface
public interface ChangelogApplier {
    /** Called once for each opening, when the store is at its last commit and before any record is applied. */
    default void opened(OpenTree tree) {}

    /** Adds the writes for {@code changelogRecord}, whose key is not {@code null}, to {@code batch}. */
    void apply(ConsumerRecord<byte[], byte[]> changelogRecord, WriteBatch batch);

    /**
     * Whether it reads what is there of a record's key, and so must not find an earlier record of that key in the same batch, not yet
     * written.
     */
    default boolean readsItsKey() {
        return false;
    }
}
