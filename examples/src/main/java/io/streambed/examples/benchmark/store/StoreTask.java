package io.streambed.examples.benchmark.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.CommitCallback;
import org.apache.kafka.streams.processor.StateStore;

/**
 * A task with one open store. Each write stands for one record of the task's input and of the changelog, and writes commit as often as asked.
 *
 * <p>Used by the thread that writes.
 */
final class StoreTask implements AutoCloseable {
    private static final TopicPartition CHANGELOG = new TopicPartition("changelog", 0);

    /** To ask for the time costs as much as some writes do. */
    private static final int WRITES_A_LOOK = 64;

    private final Path directory;
    private final TaskContext context;
    private final StateStore store;
    private final long commitNanos;
    private long nextCommit;
    private long offset;
    private long userBytes;

    /** Opens the store in the task's directory, which may be there already. */
    StoreTask(Suppliers side, StateStore store, Path directory, long commitNanos) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.directory = directory;
        this.context = TaskContext.of(directory, side.configs());
        this.store = store;
        this.commitNanos = commitNanos;
        store.init(context, store);
        nextCommit = commitNanos == Subject.NEVER ? Subject.NEVER : System.nanoTime() + commitNanos;
    }

    Path directory() {
        return directory;
    }

    /** Bytes written so far. */
    long userBytes() {
        return userBytes;
    }

    /** The next record, which is about to write so many bytes. Commits if it is time to. */
    void next(int bytes) {
        userBytes += bytes;
        context.at(++offset);
        if (offset % WRITES_A_LOOK == 0 && commitNanos != Subject.NEVER) {
            long now = System.nanoTime();
            if (now - nextCommit >= 0) {
                nextCommit = now + commitNanos;
                commit();
            }
        }
    }

    /** Commits as Streams does, with the offset of the changelog that has been reached. */
    void commit() {
        store.commit(Map.of(CHANGELOG, offset));
        CommitCallback callback = context.commitCallback(store);
        if (callback == null) {
            return;
        }
        try {
            callback.onCommit();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The offset of the changelog that was committed last; 0 if none was. */
    long committedOffset() {
        Long committed = store.committedOffset(CHANGELOG);
        return committed == null ? 0 : committed;
    }

    /** The offset of the next record of the changelog. */
    long offset() {
        return offset;
    }

    /** Goes on from an offset of the changelog. */
    void goTo(long changelogOffset) {
        offset = changelogOffset;
    }

    /** The next record of the changelog. */
    ConsumerRecord<byte[], byte[]> changelogRecord(byte[] key, byte[] value) {
        return new ConsumerRecord<>(CHANGELOG.topic(), CHANGELOG.partition(), offset++, key, value);
    }

    /** Hands the store a batch of its changelog. */
    void restore(List<ConsumerRecord<byte[], byte[]>> records) {
        context.restore(store, records);
        for (ConsumerRecord<byte[], byte[]> changelogRecord : records) {
            userBytes += changelogRecord.key().length + changelogRecord.value().length;
        }
    }

    /** Closes the store. What was not committed may be lost. */
    @Override
    public void close() {
        store.close();
        context.close();
    }
}
