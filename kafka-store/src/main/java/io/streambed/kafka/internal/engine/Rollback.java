package io.streambed.kafka.internal.engine;

import io.streambed.lsm.Direction;
import io.streambed.lsm.KeyRange;
import io.streambed.lsm.LsmIterator;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.WriteBatch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.query.Position;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far back a store may go and still be completed from its changelog. A store that was written to after its last commit, and lost
 * that in a crash, gets the rest from there; but the changelog is compacted. A deletion is a tombstone in it, which Kafka keeps for
 * {@code delete.retention.ms} and no longer. So if the store deleted a key after its last commit, longer ago than that, the key may be
 * in the store, its tombstone gone, and restoring would bring a deleted key back to life for good.
 *
 * <pre>
 *  commit           put, delete, put, ...                      crash    opened
 *  |  |                                                        |        |
 *  |  written since ──── its tombstones may be gone after this long ──► too far: emptied, restored from the start
 *  committed at
 * </pre>
 *
 * What counts is the time of the first write after the last commit, and not the time of that commit: a store that was closed cleanly,
 * or that nobody wrote to, has lost nothing by a crash, however long ago it was committed. So the first write after a commit is preceded by
 * another commit, of the very same state, that says when; it is taken back by the next commit of a task that writes, and kept by those of
 * one that restores, as no one tells a store that all of it is back. Only where that can matter:
 *
 * <ul>
 *   <li>Under exactly-once without {@code LsmClientSupplier}. Streams does not commit the store of a running task there, so what it has
 *       written since its last commit may be the work of weeks.
 *   <li>Not with the supplier, nor under at-least-once: what is lost is one transaction or one commit interval, which ended with the
 *       process. As long as no one else goes on with the task that is the end of the changelog, which Kafka does not compact.
 *   <li>Not while restoring, nor for standby tasks and global tables: Streams commits those all the time.
 *   <li>Not without a changelog: there is nothing that could be restored, so the last commit is the best there is.
 * </ul>
 *
 * What is written elsewhere after a store was closed is another matter, and the same for every store of Kafka Streams: the directory of a
 * task that went to another instance is deleted after {@code state.cleanup.delay.ms}, and one of an application that was away for too
 * long at its start, if {@code state.cleanup.dir.max.age.ms} says so.
 *
 * <p>The store is emptied here, by itself, and its offsets become "unknown". Both matter. Restoring from the start over what is there
 * would keep the keys whose tombstones are gone. And without any offset Streams would call the whole task corrupted under exactly-once, and
 * wipe and restore all of its stores; "unknown" lets it restore this one from the start.
 *
 * @param mayBeLong whether Streams may let the store run on without committing it
 * @param tombstonesMillis how long the changelog surely keeps a tombstone: {@code topic.delete.retention.ms} of the application, or 24
 *     hours, Kafka's own default. That of a single topic cannot be seen from here
 */
record Rollback(boolean mayBeLong, long tombstonesMillis) {
    private static final Logger LOG = LoggerFactory.getLogger(Rollback.class);

    private static final String TOMBSTONES_CONFIG = StreamsConfig.topicPrefix(TopicConfig.DELETE_RETENTION_MS_CONFIG);

    /** Streams' word for an offset that is not known. */
    private static final long UNKNOWN = -4;

    /** Where, in a task's directory, Kafka's own persistent stores are. */
    private static final String ROCKSDB_FOLDER = "rocksdb";

    /** Keys that are deleted by one batch. */
    private static final int BATCH = 1000;

    /** What holds for the stores of a task in an application with such a configuration. */
    static Rollback of(TaskId task, Map<String, Object> configs) {
        boolean exactlyOnce =
                StreamsConfig.EXACTLY_ONCE_V2.equals(configs.get(StreamsConfig.PROCESSING_GUARANTEE_CONFIG));
        // Global tables are in a task of no partition.
        return new Rollback(exactlyOnce && task.partition() >= 0, tombstonesMillis(configs));
    }

    private static long tombstonesMillis(Map<String, Object> configs) {
        Object configured = configs.get(TOMBSTONES_CONFIG);
        if (configured == null) {
            return Duration.ofDays(1).toMillis();
        }
        try {
            return Long.parseLong(configured.toString().strip());
        } catch (NumberFormatException e) {
            throw new ConfigException(TOMBSTONES_CONFIG, configured, "it must be a number of milliseconds");
        }
    }

    /** Whether a state with these offsets, which is about to be written to, is to say so. */
    boolean isToldBy(ChangelogOffsets offsets) {
        return mayBeLong && isRestoredFromSomewhere(offsets);
    }

    /**
     * The commit to go on from: the last one, or, if that lies too far back, one of an empty store of which no offset is known.
     *
     * @param now wall-clock time
     */
    CommitMetadata from(CommitMetadata last, LsmTree tree, long now) {
        if (last.writtenSinceMillis() == CommitMetadata.NEVER || !isRestoredFromSomewhere(last.offsets())) {
            return last;
        }
        // A clock that was set back by more than that says nothing about the age.
        long age = now - last.writtenSinceMillis();
        if (Math.abs(age) <= tombstonesMillis) {
            return last;
        }
        LOG.warn(
                "Store {} was not committed for {} when it was written to last, and its process ended without closing it. The"
                        + " changelog {} keeps tombstones for {}, so what was deleted since might not be found there: the"
                        + " store is emptied and restored from the start. With"
                        + " default.client.supplier=io.streambed.kafka.LsmClientSupplier it commits with each transaction.",
                last.storeName(),
                age < 0 ? "a time that the clock does not tell" : "up to " + Duration.ofMillis(age),
                last.offsets(),
                Duration.ofMillis(tombstonesMillis));
        empty(tree);
        CommitMetadata none = new CommitMetadata(
                last.format(),
                last.storeName(),
                now,
                CommitMetadata.NEVER,
                // Stays: what had expired by then is not wanted back.
                last.streamTimeMillis(),
                unknown(last),
                Position.emptyPosition(),
                last.segmentation());
        tree.commit(none.encode());
        return none;
    }

    /**
     * What a store says of an offset that its commits do not tell. "Unknown", if it never had a commit: then it is empty, whatever was
     * written to it, and is to be restored from the start. Under exactly-once Streams takes {@code null} for a sign that the stores of the
     * task may hold what no transaction has committed, and wipes all of them; a store that is new in a topology, or whose first life ended
     * before its first commit, would cost its neighbours all that they have.
     *
     * <p>{@code null} where RocksDB's stores are neighbours, or were there before: of those it is true, and what a topology has left that
     * moved over is to go, or it would be believed again if that topology ever moved back.
     */
    @Nullable
    Long offsetOfNone(LsmTree tree, Path stateDirectory) {
        boolean isNew = tree.committedMetadata() == null;
        return mayBeLong && isNew && !Files.exists(stateDirectory.resolve(ROCKSDB_FOLDER)) ? UNKNOWN : null;
    }

    private static boolean isRestoredFromSomewhere(ChangelogOffsets offsets) {
        return offsets.byPartition().values().stream().anyMatch(offset -> offset != UNKNOWN);
    }

    private static ChangelogOffsets unknown(CommitMetadata last) {
        Map<TopicPartition, Long> unknown = new HashMap<>();
        last.offsets().byPartition().keySet().forEach(partition -> unknown.put(partition, UNKNOWN));
        return new ChangelogOffsets(unknown);
    }

    /** Key by key, so that a crash on the way finds the last commit as it was; and restoring takes longer anyway. */
    private static void empty(LsmTree tree) {
        WriteBatch batch = new WriteBatch();
        try (LsmIterator entries = tree.iterator(KeyRange.all(), Direction.FORWARD)) {
            while (entries.next()) {
                batch.delete(entries.key().toByteArray());
                if (batch.count() == BATCH) {
                    tree.write(batch);
                    batch.clear();
                }
            }
        }
        tree.write(batch);
    }
}
