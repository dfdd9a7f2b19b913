package io.streambed.kafka.internal.engine;

import io.streambed.kafka.internal.layout.Segmentation;
import io.streambed.kafka.internal.layout.ValueTime;
import io.streambed.lsm.LsmException;
import io.streambed.lsm.LsmOptions;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.WriteBatch;
import io.streambed.lsm.bytes.Slice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.Position;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of one store: opened in the task's directory, committed with its changelog offsets and position, restored, closed, and
 * perhaps opened again (Streams revives a task with the same store objects). Every kind of store has one and adds its shape to it.
 *
 * <pre>
 *  STATE.DIR/APPLICATION/TASK/lsm/STORE/      one tree: entries, and offsets and position in its last commit's metadata
 * </pre>
 *
 * <p>Opened, committed, restored and closed by one thread at a time, which may change; read by any threads beside it.
 */
public final class StoreEngine {
    private static final Logger LOG = LoggerFactory.getLogger(StoreEngine.class);

    /** Our folder in a task's directory. On disk, never change. */
    private static final String FOLDER = "lsm";

    /** Where Kafka Streams before 4.3 kept the offsets of a task's stores. */
    private static final String LEGACY_CHECKPOINT = ".checkpoint";

    private final String storeName;
    private final StoreFormat format;
    private final EntryTimes times;
    private final StoreSettings.Source settingsSource;
    private final LongSupplier wallClock;

    private volatile @Nullable Opening opening;
    private volatile InputPosition position = new InputPosition(Position.emptyPosition());
    private volatile @Nullable StateStoreContext context;
    private final StreamTime streamTime = new StreamTime();

    /** That of the directory, if it has one: set when the store is opened. */
    private volatile @Nullable Segmentation segmentation;

    /** Where values have their timestamps, if entries expire by them; set when the store is opened. */
    private volatile @Nullable ValueTime timestamps;

    /** Of the writing thread, which Streams' metric is tagged with; made when it is needed, as few stores ever drop a record. */
    private @Nullable Runnable droppedRecords;

    /** What one opening holds, and what it still has to give back. */
    private record Opening(
            OpenTree tree,
            SharedRuntime.Share share,
            ThreadTransactions.Share transaction,
            Path stateDirectory,
            Runnable removeGauges,
            Runnable onClose) {}

    // Under this object's lock, as every change of life is.
    private ChangelogOffsets offsets = ChangelogOffsets.NONE;
    private long committedStreamTime = StreamTime.NONE;
    private boolean offsetsAsked;
    private Rollback rollback = new Rollback(false, 0);
    private long writtenSince = CommitMetadata.NEVER;

    /** What is said of an offset that no commit has told. */
    private @Nullable Long offsetOfNone;

    /** Partitions of its changelog: those whose offsets Streams has asked for. A store that has no changelog is never asked. */
    private final Set<TopicPartition> changelog = new HashSet<>();

    /** An engine that is not open yet. */
    public StoreEngine(String storeName, StoreFormat format, EntryTimes times, StoreSettings.Source settingsSource) {
        this(storeName, format, times, settingsSource, System::currentTimeMillis);
    }

    StoreEngine(
            String storeName,
            StoreFormat format,
            EntryTimes times,
            StoreSettings.Source settingsSource,
            LongSupplier wallClock) {
        this.storeName = storeName;
        this.format = format;
        this.times = times;
        this.segmentation = times.segmentation();
        this.settingsSource = settingsSource;
        this.wallClock = wallClock;
    }

    /** The store's name. */
    public String storeName() {
        return storeName;
    }

    /**
     * Opens the store where the task keeps its state, at its last commit, and registers it with the task.
     *
     * @param root what Streams knows the store as
     * @param applier how records of the changelog become entries
     * @throws org.apache.kafka.common.config.ConfigException if a setting is wrong
     * @throws ProcessorStateException if the directory is in use, damaged, or of another store, format or order
     */
    public synchronized void open(StateStoreContext newContext, StateStore root, ChangelogApplier applier) {
        if (opening != null) {
            throw new ProcessorStateException("Store " + storeName + " is open already");
        }
        StoreSettings settings = settingsSource.of(storeName, newContext.appConfigs());
        Path stateDirectory = newContext.stateDir().toPath();
        Path directory = stateDirectory.resolve(FOLDER).resolve(DirectoryName.of(storeName));
        SharedRuntime.Share share = null;
        LsmTree tree = null;
        try {
            share = SharedRuntime.process().join(settings.runtime());
            // Until the last commit was read there is no time, and nothing has expired.
            streamTime.reset(StreamTime.NONE);
            tree = share.open(directory, optionsOf(settings, newContext));
            rollback = Rollback.of(newContext.taskId(), newContext.appConfigs());
            offsetOfNone = rollback.offsetOfNone(tree, stateDirectory);
            CommitMetadata last = rollback.from(
                    new LastCommit(storeName, format, times.segmentation()).read(tree, directory),
                    tree,
                    wallClock.getAsLong());
            // All entries, whatever expires: there is no time yet.
            last = FormatUpgrade.apply(last, format, tree);
            segmentation = last.segmentation();
            offsets = last.offsets();
            writtenSince = last.writtenSinceMillis();
            offsetsAsked = false;
            position = new InputPosition(last.position());
            streamTime.reset(last.streamTimeMillis());
            committedStreamTime = last.streamTimeMillis();
            context = newContext;
            QueryIsolation isolation = isolation(settings, newContext, root);
            OpenIterators iterators = new OpenIterators(storeName, wallClock);
            OpenTree opened =
                    new OpenTree(storeName, tree, newContext, position, isolation, iterators, this::beforeFirstWrite);
            Runnable removeGauges =
                    StoreGauges.add(newContext, storeName, new StoreGauges.Source(tree, share, iterators));
            // The thread that opens a store of a task is the one that will commit the task's transactions.
            ThreadTransactions.Share transaction = ThreadTransactions.process().join(this);
            droppedRecords = null;
            opening = new Opening(opened, share, transaction, stateDirectory, removeGauges, settings.onClose());
        } catch (LsmException e) {
            abandon(tree, share, settings);
            throw new ProcessorStateException(
                    "Store " + storeName + " cannot be opened in " + directory + ": " + e.getMessage() + advice(e), e);
        } catch (RuntimeException e) {
            abandon(tree, share, settings);
            throw e;
        }
        try {
            applier.opened(opening.tree());
        } catch (RuntimeException e) {
            // Streams does not know the store yet, so it would not close it.
            close();
            throw e;
        }
        boolean positionsInChangelog = KafkaInternals.keepsPositionsInChangelog(newContext.appConfigs());
        newContext.register(
                root, KafkaInternals.restoreCallback(records -> restore(records, applier, positionsInChangelog)));
    }

    private LsmOptions optionsOf(StoreSettings settings, StateStoreContext newContext) {
        LsmOptions.Builder options = settings.options().toBuilder()
                .name(newContext.taskId() + "/" + storeName)
                .keyTime(times.keyTime())
                .groupSuffixBytes(times.suffixBytes())
                .seekCompaction(settings.options().seekCompaction() && !times.readByTime())
                .commitEveryWrite(false);
        TimeToLive byTimestamp = TimeToLive.of(storeName, format, settings.timeToLiveMillis());
        timestamps = byTimestamp == null ? null : byTimestamp.time();
        Retention retention = times.retention();
        Retention expires = retention == null ? byTimestamp : retention;
        return options.expiry(expires == null ? null : new StoreExpiry(format, expires, streamTime::millis))
                .build();
    }

    /**
     * How the store's time is cut into segments: as it was when its directory was made, whatever its retention period has become since.
     * {@code null} if it has no segments.
     */
    public @Nullable Segmentation segmentation() {
        return segmentation;
    }

    /** Whether the store is open. */
    public boolean isOpen() {
        return opening != null;
    }

    /**
     * The tree, to read and write entries.
     *
     * @throws InvalidStateStoreException if the store is closed
     */
    public OpenTree tree() {
        Opening now = opening;
        if (now == null) {
            throw new InvalidStateStoreException("Store " + storeName + " is currently closed");
        }
        return now.tree();
    }

    /** The store's stream time. Goes back to that of the last commit when the store is opened again; none if nothing of it expires. */
    public StreamTime streamTime() {
        return streamTime;
    }

    /** Moves stream time on to the timestamp of a value that is about to be written, if the store's entries expire by theirs. */
    public void observe(byte @Nullable [] value) {
        ValueTime time = timestamps;
        if (time != null && value != null) {
            streamTime.observe(time.of(Slice.of(value)));
        }
    }

    /** Counts a record as dropped, in the task's own metric. To be called by the writing thread, after opening. */
    public void recordDropped() {
        Runnable sensor = droppedRecords;
        if (sensor == null) {
            sensor = KafkaInternals.droppedRecords(Objects.requireNonNull(context));
            droppedRecords = sensor;
        }
        sensor.run();
    }

    /** Partition of the task that has the store, or {@code null} before the first opening. */
    public @Nullable Integer partition() {
        StateStoreContext last = context;
        return last == null ? null : last.taskId().partition();
    }

    /**
     * How far the store has taken in its input, as far as the calling thread may see it; moves on while the store is written. Empty before
     * the first opening. Not to be changed.
     */
    public Position position() {
        Opening now = opening;
        return now == null ? position.now() : now.tree().position();
    }

    /**
     * Makes all that was written recoverable, with the offsets of the changelog that it stands for; nothing of a transaction that was
     * aborted or is still open.
     *
     * @param changelogOffsets offsets to keep from now on beside those already known. A {@code null} value forgets the one of
     *     that partition, an empty map forgets all. -4, Streams' word for "unknown", is kept as any other
     */
    public synchronized void commit(Map<TopicPartition, Long> changelogOffsets) {
        Opening now = opening;
        if (now == null) {
            return;
        }
        now.tree().lookForForgottenIterators();
        ChangelogOffsets next = offsets.with(changelogOffsets);
        boolean forgets = changelogOffsets.isEmpty() && !offsets.equals(next);
        if (isLegacyCheckpoint(now, changelogOffsets) || (!forgets && isInDoubt(now))) {
            return;
        }
        commit(now, next);
    }

    /**
     * Commits what a transaction has written, after that transaction was committed; nothing if it has written nothing here.
     *
     * @param acknowledged offset of the last record of each partition that the transaction's commit covers, among them those of this
     *     store's changelog
     */
    synchronized void transactionCommitted(Map<TopicPartition, Long> acknowledged) {
        Opening now = opening;
        if (now == null || now.tree().uncommitted() != Uncommitted.WRITTEN) {
            return;
        }
        Map<TopicPartition, Long> own = new HashMap<>();
        for (TopicPartition partition : changelog) {
            Long offset = acknowledged.get(partition);
            if (offset != null) {
                own.put(partition, offset);
            }
        }
        commit(now, own.isEmpty() ? offsets : offsets.with(own));
    }

    /** Keeps what a transaction has written here from ever being committed, as that transaction will not be. */
    synchronized void transactionAborted() {
        Opening now = opening;
        if (now != null && now.tree().uncommitted() == Uncommitted.WRITTEN) {
            now.tree().abort();
        }
    }

    private void commit(Opening now, ChangelogOffsets next) {
        // Streams' test driver commits after every record, and a start of the application commits every store once.
        if (now.tree().uncommitted() == Uncommitted.NOTHING && next.equals(offsets)) {
            return;
        }
        if (now.tree().uncommitted() == Uncommitted.WRITTEN) {
            // A task that writes has restored what there was to restore. Until then what was lost stays lost.
            writtenSince = CommitMetadata.NEVER;
        }
        commitAt(now, next, streamTime.millis());
    }

    private void commitAt(Opening now, ChangelogOffsets next, long time) {
        now.tree()
                .commit(new CommitMetadata(
                                format,
                                storeName,
                                wallClock.getAsLong(),
                                writtenSince,
                                time,
                                next,
                                position.now(),
                                segmentation)
                        .encode());
        offsets = next;
        offsetOfNone = null;
        committedStreamTime = time;
    }

    /** Commits what is committed already, with the time from which on that is not all that there is. */
    private synchronized void beforeFirstWrite() {
        Opening now = opening;
        if (now != null && rollback.isToldBy(offsets) && !now.transaction().isOfProducer()) {
            // Not the time now: the record that is about to be written may have moved it.
            writtenSince = wallClock.getAsLong();
            commitAt(now, offsets, committedStreamTime);
        }
    }

    /**
     * Whether what was written is part of a transaction that is not committed (yet). Streams commits its stores after its
     * transactions, but for one case: a task that is closed dirty as another one was found corrupted. It is about to delete the
     * directory then; a crash in between must not find what was aborted among what was committed.
     */
    private boolean isInDoubt(Opening now) {
        return switch (now.tree().uncommitted()) {
            case NOTHING, RESTORED -> false;
            case WRITTEN -> now.transaction().isOpen();
            case ABORTED -> true;
        };
    }

    /**
     * The offset last committed for a partition of the changelog, -4 if that is to be found out by restoring from the start, or {@code null}.
     *
     * @throws InvalidStateStoreException if the store is closed
     */
    public synchronized @Nullable Long committedOffset(TopicPartition partition) {
        tree();
        offsetsAsked = true;
        changelog.add(partition);
        Long offset = offsets.of(partition);
        return offset == null ? offsetOfNone : offset;
    }

    /**
     * Closes iterators and the tree. What was not committed is void at the next opening. Closing twice is harmless.
     *
     * @throws ProcessorStateException if the last writes fail; the store is closed nevertheless
     */
    public synchronized void close() {
        Opening closing = opening;
        if (closing == null) {
            return;
        }
        opening = null;
        closing.transaction().close();
        try {
            closing.removeGauges().run();
        } finally {
            giveBack(closing);
        }
    }

    private static void giveBack(Opening closing) {
        try {
            closing.tree().close();
        } finally {
            closing.share().close();
            closing.onClose().run();
        }
    }

    private void restore(
            Collection<ConsumerRecord<byte[], byte[]>> records,
            ChangelogApplier applier,
            boolean positionsInChangelog) {
        OpenTree tree = tree();
        tree.restoring();
        WriteBatch batch = new WriteBatch();
        Position carried = Position.emptyPosition();
        Set<Bytes> inBatch = new HashSet<>();
        for (ConsumerRecord<byte[], byte[]> changelogRecord : records) {
            if (positionsInChangelog) {
                KafkaInternals.mergePosition(changelogRecord, carried);
            }
            if (applier.readsItsKey() && !inBatch.add(Bytes.wrap(changelogRecord.key()))) {
                // Its position comes with the rest: nobody may see that before the data.
                tree.restore(batch, Position.emptyPosition());
                batch.clear();
                inBatch.clear();
                inBatch.add(Bytes.wrap(changelogRecord.key()));
            }
            applier.apply(changelogRecord, batch);
        }
        tree.restore(batch, carried);
    }

    /**
     * Whether a commit is the one by which Streams hands over the offsets of a checkpoint file. Such a file tells of the files of
     * another store (one of RocksDB's, before the topology moved over) or of a state that we did not commit; to believe it would be
     * to skip records that this store never saw. Streams hands them over after opening and before asking for ours, while the file is
     * there, and deletes it afterwards.
     */
    private boolean isLegacyCheckpoint(Opening now, Map<TopicPartition, Long> changelogOffsets) {
        if (changelogOffsets.isEmpty()
                || offsetsAsked
                || now.tree().uncommitted() != Uncommitted.NOTHING
                || !Files.exists(now.stateDirectory().resolve(LEGACY_CHECKPOINT))) {
            return false;
        }
        LOG.warn(
                "Store {} does not take over the offsets {} of {}: they tell of files that are not its own. It goes on from its"
                        + " own last commit, {}.",
                storeName,
                changelogOffsets,
                now.stateDirectory().resolve(LEGACY_CHECKPOINT),
                offsets);
        return true;
    }

    private QueryIsolation isolation(StoreSettings settings, StateStoreContext newContext, StateStore root) {
        // Streams gives global stores the task -1_-1. No transaction writes to them, and tasks that join them are to
        // see all of them.
        boolean isGlobal = newContext.taskId().subtopology() < 0;
        QueryIsolation isolation = isGlobal ? QueryIsolation.READ_UNCOMMITTED : settings.queryIsolation();
        if (isolation == QueryIsolation.READ_COMMITTED && KafkaInternals.isBehindCache(root)) {
            LOG.warn(
                    "Store {} has a record cache of Kafka Streams before it, where queries find what is not committed yet,"
                            + " whatever lsm.query.isolation says. Disable the cache: Materialized.withCachingDisabled(),"
                            + " or {}=0 for the whole application.",
                    storeName,
                    StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG);
        }
        return isolation;
    }

    private static void abandon(@Nullable LsmTree tree, SharedRuntime.@Nullable Share share, StoreSettings settings) {
        if (tree != null) {
            tree.close();
        }
        if (share != null) {
            share.close();
        }
        settings.onClose().run();
    }

    private static String advice(LsmException e) {
        return e.kind() == LsmException.Kind.CORRUPTION
                ? ". If a restart says the same, stop the application and delete that directory: the store is then restored from its"
                        + " changelog, if it has one."
                : "";
    }
}
