package io.streambed.lsm;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.internal.compaction.ExpiredEntries;
import io.streambed.lsm.internal.compaction.TableFiles;
import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.sstable.BlockCodec;
import io.streambed.lsm.internal.sstable.ReadCounters;
import io.streambed.lsm.internal.sstable.ReadMode;
import io.streambed.lsm.internal.sstable.TableCache;
import io.streambed.lsm.internal.sstable.TableReader;
import io.streambed.lsm.internal.sstable.TableWriter;
import io.streambed.lsm.internal.version.FileNames;
import io.streambed.lsm.internal.version.TableMeta;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of one tree: their numbers, how tables are written, where open ones are found, and how they are deleted. */
final class TreeFiles implements TableFiles {
    private static final Logger LOG = LoggerFactory.getLogger(TreeFiles.class);

    /** Entries from one whole key to the next in a block: the block format's own default. */
    private static final int RESTART_INTERVAL = 16;

    /** Blocks that stand for a table, when it is asked how much of it has expired. */
    private static final int SAMPLED_BLOCKS = 8;

    /** No log has this number. */
    private static final long NO_LOG = 0;

    private final FileSystem fileSystem;
    private final TableCache tables;
    private final TableWriter.Settings settings;
    private final long tableBytes;
    private final @Nullable KeyTime keyTime;
    private final Recyclable recyclable;
    private final AtomicLong nextNumber;
    private final ReadCounters readCounters = new ReadCounters();

    /** Of the logs that are there, but for the one being written. */
    private final ConcurrentHashMap<Long, Long> logLengths = new ConcurrentHashMap<>();

    /** The log that became useless last, whose file the next one may take; or {@link #NO_LOG}. */
    private final AtomicLong usedLog = new AtomicLong(NO_LOG);

    /** Whether logs may take more room than they have records for: one is kept, or another one has its file. */
    private volatile boolean logsHaveRoom;

    /** What has to be done before the first log or table is created; see {@link #syncNamesOnce}. */
    private volatile @Nullable Step beforeFirstFile;

    /** What a crash left behind; see {@link #sweep}. */
    private volatile List<String> leftBehind = List.of();

    private volatile boolean closed;

    /** Something to be done with files. */
    interface Step {
        void run() throws IOException;
    }

    /**
     * Which logs' files are taken again, by their length in bytes. A shorter one is not worth keeping for its pages. A longer one, written with
     * larger write buffers or by many commits, would stay that long for ever.
     */
    private record Recyclable(long least, long most) {
        static Recyclable with(LsmOptions options) {
            // A log that is synced says so in its records, which those of an older one must not stand behind.
            return options.durability() == Durability.PROCESS
                    ? new Recyclable(options.writeBufferBytes() / 4, options.writeBufferBytes() * 4)
                    : new Recyclable(Long.MAX_VALUE, 0);
        }

        boolean has(long bytes) {
            return bytes >= least && bytes <= most;
        }
    }

    private TreeFiles(
            FileSystem fileSystem,
            TableCache tables,
            TableWriter.Settings settings,
            long tableBytes,
            @Nullable KeyTime keyTime,
            Recyclable recyclable,
            long nextNumber) {
        this.fileSystem = fileSystem;
        this.tables = tables;
        this.settings = settings;
        this.tableBytes = tableBytes;
        this.keyTime = keyTime;
        this.recyclable = recyclable;
        this.nextNumber = new AtomicLong(nextNumber);
    }

    /** The files in {@code fileSystem}; the first new one gets {@code nextNumber}. */
    static TreeFiles of(FileSystem fileSystem, LsmOptions options, LsmRuntime runtime, long nextNumber) {
        TableWriter.Settings settings = new TableWriter.Settings(
                options.blockBytes(), RESTART_INTERVAL, options.filterBitsPerKey(), codec(options.compression()));
        return new TreeFiles(
                fileSystem,
                runtime.tableCache(),
                settings,
                options.tableBytes(),
                options.keyTime(),
                Recyclable.with(options),
                nextNumber);
    }

    private static BlockCodec codec(Compression compression) {
        try {
            return switch (compression) {
                case NONE -> BlockCodec.NONE;
                case LZ4 -> BlockCodec.lz4();
                case ZSTD -> BlockCodec.zstd();
            };
        } catch (IllegalStateException e) {
            throw new LsmException(LsmException.Kind.INVALID, String.valueOf(e.getMessage()), e);
        }
    }

    /** What reads of the tree count. */
    ReadCounters readCounters() {
        return readCounters;
    }

    FileSystem fileSystem() {
        return fileSystem;
    }

    /** A number that no file has had. */
    long newNumber() {
        return nextNumber.getAndIncrement();
    }

    /** The number that the next file will get at the least. */
    long nextNumber() {
        return nextNumber.get();
    }

    /** The open table, from the cache or opened now. */
    TableReader reader(TableMeta table) throws IOException {
        String name = FileNames.table(table.number());
        TableReader reader = tables.get(fileSystem, name, table.number(), readCounters);
        requireOpen(table);
        return reader;
    }

    private void requireOpen(TableMeta table) throws ClosedChannelException {
        if (closed) {
            // Closing looks for open tables after it has said so: either it saw this one, or this sees that it said so.
            tables.evict(fileSystem, table.number());
            throw new ClosedChannelException();
        }
    }

    /** The share of expired values in some blocks of a table, 0 to 1. */
    double expiredShare(TableMeta table, ExpiredEntries expired) throws IOException {
        return reader(table).share(SAMPLED_BLOCKS, expired::contains);
    }

    /** Nobody knows whether the names in the directory were ever synced: they are, before the first file is created. */
    void namesMayBeUnsynced() {
        beforeFirstFile = fileSystem::syncDirectory;
    }

    /** The directory is new and has no manifest: {@code write} makes one, synced, before the first file is created. */
    void manifestIsMissing(Step write) {
        beforeFirstFile = write;
    }

    /**
     * To be called before a log or a table is created. A tree that is opened, and never written to, leaves no manifest behind; a
     * process that was killed in the middle of writing the very first one leaves a CURRENT whose name is in the page cache only. Were
     * there none, or were it lost, while the name of a log or table survives, the directory would look like one that has lost its
     * manifest.
     */
    void syncNamesOnce() throws IOException {
        Step step = beforeFirstFile;
        if (step != null) {
            step.run();
            beforeFirstFile = null;
        }
    }

    /** Files that recovery found and nothing names. */
    void leftBehind(List<String> names) {
        leftBehind = names;
    }

    /** Whether there is anything to {@link #sweep}. */
    boolean hasLeftBehind() {
        return !leftBehind.isEmpty();
    }

    /**
     * Deletes what a crash left behind, once {@code syncManifest} has made sure that the manifest which does not name it is on disk: what
     * recovery read may be in the page cache only, after the process was killed in the middle of an append, and an older manifest on
     * disk may name what the newer one does not. A thread of the background does that: to sync a manifest and to delete tables
     * that were being written takes longer than the rest of an opening.
     */
    void sweep(Step syncManifest) throws IOException {
        List<String> names = leftBehind;
        if (names.isEmpty()) {
            return;
        }
        leftBehind = List.of();
        syncManifest.run();
        for (String name : names) {
            // A new manifest has brought its own, and renamed it.
            if (!name.equals(FileNames.NEXT_CURRENT)) {
                delete(name);
            }
        }
    }

    @Override
    public NewTable create() throws IOException {
        syncNamesOnce();
        long number = newNumber();
        return new NewTable(number, new TableWriter(fileSystem, FileNames.table(number), number, settings));
    }

    @Override
    public InternalIterator readThrough(TableMeta table) throws IOException {
        return reader(table).iterator(ReadMode.SEQUENTIAL);
    }

    @Override
    public KeyFilter filter(TableMeta table) throws IOException {
        return reader(table)::mayContain;
    }

    @Override
    public KeyFilter uncheckedFilter(TableMeta table) throws IOException {
        String name = FileNames.table(table.number());
        TableReader reader = tables.getUnloaded(fileSystem, name, table.number(), readCounters);
        requireOpen(table);
        return reader::mayContainUnchecked;
    }

    @Override
    public boolean keysHaveTimes() {
        return keyTime != null;
    }

    @Override
    public long timeOf(Slice key) {
        return Objects.requireNonNull(keyTime).of(key);
    }

    @Override
    public void discard(long number) {
        delete(FileNames.table(number));
    }

    @Override
    public void syncNames() throws IOException {
        fileSystem.syncDirectory();
    }

    @Override
    public long tableBytes() {
        return tableBytes;
    }

    void deleteTable(long number) {
        if (closed) {
            return;
        }
        tables.evict(fileSystem, number);
        delete(FileNames.table(number));
        // A point read on an old view may have opened the table between the two.
        tables.evict(fileSystem, number);
    }

    /** A log takes no more records, and has this length. */
    void logEnded(long number, long bytes) {
        logLengths.put(number, bytes);
    }

    /** Bytes of all logs but the one being written. */
    long logBytes() {
        return logLengths.values().stream().mapToLong(Long::longValue).sum();
    }

    /** A log is not needed any more: deletes it, or keeps it for the next one to take its file. */
    void deleteLog(long number) {
        if (!closed && recyclable.has(logLengths.getOrDefault(number, 0L))) {
            deleteUsedLog(usedLog.getAndSet(number));
            logsHaveRoom = true;
        } else {
            deleteUsedLog(number);
        }
    }

    /**
     * Gives the file of a log that is not needed any more to a new log.
     *
     * @param name of the new log, which the file has from here on
     * @return whether there was one; if not, the new log has to be created
     */
    boolean takeUsedLog(String name) {
        long number = usedLog.getAndSet(NO_LOG);
        if (number == NO_LOG) {
            return false;
        }
        logLengths.remove(number);
        try {
            fileSystem.rename(FileNames.log(number), name);
            return true;
        } catch (IOException e) {
            // Nothing needs that file, so nothing fails for it; the next opening deletes what it finds unnamed.
            LOG.warn(
                    "{}: could not take {} again, which is not needed any more; a new log is created instead",
                    fileSystem,
                    FileNames.log(number),
                    e);
            return false;
        }
    }

    /** Whether there is anything to {@link #giveLogRoomBack}. */
    boolean logsHaveRoom() {
        return logsHaveRoom;
    }

    /**
     * Gives back what logs take beyond their records, as nobody is going to need it soon.
     *
     * @param cutOffLogs has the files of logs that are being written end where these end; says whether it could
     */
    void giveLogRoomBack(BooleanSupplier cutOffLogs) {
        // First, so that a log that is kept from here on counts for the next time.
        logsHaveRoom = false;
        deleteUsedLog();
        if (!cutOffLogs.getAsBoolean()) {
            logsHaveRoom = true;
        }
    }

    /** Nobody is going to take the used log soon. */
    void deleteUsedLog() {
        deleteUsedLog(usedLog.getAndSet(NO_LOG));
    }

    private void deleteUsedLog(long number) {
        if (number != NO_LOG) {
            logLengths.remove(number);
            delete(FileNames.log(number));
        }
    }

    /** Closes all tables; whoever opens one from now on is refused, and a table not needed any more stays for the next opening. */
    void closeTables() {
        closed = true;
        tables.evictAll(fileSystem);
    }

    private void delete(String name) {
        try {
            fileSystem.delete(name);
        } catch (IOException e) {
            // Nothing names the file any more; the next opening deletes what it finds unnamed.
            LOG.warn("{}: could not delete {}, which is not needed any more", fileSystem, name, e);
        }
    }
}
