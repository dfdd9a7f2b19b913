package io.streambed.lsm;

import io.streambed.lsm.fs.DiskFileSystem;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.internal.compaction.Helpers;
import io.streambed.lsm.internal.log.LogBuffers;
import io.streambed.lsm.internal.runtime.BackgroundThreads;
import io.streambed.lsm.internal.runtime.DelayedExecution;
import io.streambed.lsm.internal.runtime.RateLimit;
import io.streambed.lsm.internal.runtime.WriteBufferBudget;
import io.streambed.lsm.internal.sstable.BlockCache;
import io.streambed.lsm.internal.sstable.TableCache;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the trees of a process share: memory, open tables and background threads, so that memory, file handles and threads have one
 * bound for all of them. Usually there is one per process. Safe for use by several threads.
 *
 * <p><b>Memory.</b> One budget, {@link Builder#memoryBytes}, is divided as it is needed:
 *
 * <pre>
 *  0                                                              memoryBytes
 *  | write buffers: up to 1/2 | indexes and filters: up to 3/8 | block cache |
 *  | memtables, log buffers   | of tables in use               | the rest    |
 * </pre>
 *
 * The block cache holds blocks of compressed tables. Those that are not compressed are read from mapped files, which the operating
 * system keeps in its page cache; only where files cannot be mapped they are cached, too.
 *
 * All of it is Java heap. What comes on top: 8 MiB for each background thread at work, what open iterators have in hand, memtables
 * that were flushed while an iterator was on them, a batch that is being written, and some 10 KiB for each open tree. A tree
 * that has failed keeps its memtables until it is closed.
 */
public final class LsmRuntime implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LsmRuntime.class);

    private final long memoryBytes;
    private final BlockCache blockCache;
    private final TableCache tableCache;
    private final WriteBufferBudget writeBuffers;
    private final LogBuffers logBuffers;
    private final @Nullable BackgroundThreads threads;
    private final Executor flushExecutor;
    private final Executor compactionExecutor;
    private final Executor logExecutor;
    private final Executor replayExecutor;
    private final Helpers compactionHelpers;
    private final RateLimit compactionRate;
    private final LongSupplier nanoClock;
    private final Consumer<LsmEvent> listener;
    private final Set<LsmTree> openTrees = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();

    private LsmRuntime(Builder builder) {
        long memory = builder.memoryBytes;
        this.memoryBytes = memory;
        this.blockCache = new BlockCache(builder.blockCache ? memory : 0);
        this.tableCache = new TableCache(blockCache, builder.openTables, memory / 8 * 3);
        this.writeBuffers = new WriteBufferBudget(memory / 2, blockCache::reserve);
        this.logBuffers = new LogBuffers(memory / 16);
        Executor given = builder.executor;
        if (given == null) {
            this.threads = new BackgroundThreads(builder.backgroundThreads);
            this.flushExecutor = threads.flushes();
            this.compactionExecutor = threads.compactions();
            this.logExecutor = threads.logs();
            this.replayExecutor = threads.replays();
        } else {
            this.threads = null;
            this.flushExecutor = given;
            this.compactionExecutor = given;
            this.logExecutor = given;
            this.replayExecutor = given;
        }
        this.compactionHelpers = new Helpers(compactionExecutor, given == null ? builder.backgroundThreads - 1 : 0);
        this.nanoClock = builder.nanoClock;
        this.compactionRate = new RateLimit(builder.compactionBytesPerSecond, nanoClock);
        this.listener = builder.listener;
    }

    /** A builder with settings that are right for a Kafka Streams application. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Opens the tree in a directory, or creates both. To be closed by the caller, before or together with the runtime.
     *
     * @throws LsmException IN_USE if the directory is open elsewhere; CORRUPTION if its files are damaged; IO; CLOSED if the
     *     runtime is
     */
    public LsmTree open(Path directory, LsmOptions options) {
        try {
            return open(DiskFileSystem.at(directory), options);
        } catch (IOException e) {
            throw Errors.wrap("opening", options.name(), e);
        }
    }

    /** Opens the tree in a file system of its own, or creates it; otherwise as the other method. */
    public LsmTree open(FileSystem fileSystem, LsmOptions options) {
        return open(fileSystem, options, false);
    }

    /** Opens a tree that closes this runtime when it is closed. */
    LsmTree openOwned(Path directory, LsmOptions options) {
        try {
            return open(DiskFileSystem.at(directory), options, true);
        } catch (IOException e) {
            throw Errors.wrap("opening", options.name(), e);
        }
    }

    private LsmTree open(FileSystem fileSystem, LsmOptions options, boolean ownsRuntime) {
        if (closed.get()) {
            throw new LsmException(
                    LsmException.Kind.CLOSED, "cannot open tree " + options.name() + ": its LsmRuntime is closed");
        }
        LsmTree tree = LsmTree.open(fileSystem, options, this, ownsRuntime);
        openTrees.add(tree);
        return tree;
    }

    /** How memory and files are divided among the trees now. */
    public RuntimeMetrics metrics() {
        BlockCache.Stats cached = blockCache.stats();
        return new RuntimeMetrics(
                memoryBytes,
                writeBuffers.usedBytes(),
                tableCache.memoryBytes(),
                cached.bytes(),
                cached.evictions(),
                tableCache.openFiles(),
                openTrees.size());
    }

    /** Closes the trees that are still open, and ends the threads. Closing twice is harmless. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        LsmException failure = null;
        for (LsmTree tree : openTrees) {
            try {
                tree.close();
            } catch (LsmException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (threads != null) {
            threads.close();
        }
        if (failure != null) {
            throw failure;
        }
    }

    BlockCache blockCache() {
        return blockCache;
    }

    TableCache tableCache() {
        return tableCache;
    }

    WriteBufferBudget writeBuffers() {
        return writeBuffers;
    }

    LogBuffers logBuffers() {
        return logBuffers;
    }

    Executor flushExecutor() {
        return flushExecutor;
    }

    Executor compactionExecutor() {
        return compactionExecutor;
    }

    /** Creates logs before they are needed. */
    Executor logExecutor() {
        return logExecutor;
    }

    /** Reads the logs that a crash has left. */
    Executor replayExecutor() {
        return replayExecutor;
    }

    /** Starts compactions later; {@code null} where they run in threads of somebody else's, whose time is not ours to plan. */
    @Nullable
    DelayedExecution compactionTimer() {
        return threads == null ? null : threads.later();
    }

    /** Who may take slices of a large compaction. */
    Helpers compactionHelpers() {
        return compactionHelpers;
    }

    /** How fast compactions may write, all together. */
    RateLimit compactionRate() {
        return compactionRate;
    }

    LongSupplier nanoClock() {
        return nanoClock;
    }

    void closed(LsmTree tree) {
        openTrees.remove(tree);
    }

    /** Tells the listener; what it throws is logged and goes no further, for nothing may depend on it. */
    void tell(LsmEvent event) {
        try {
            listener.accept(event);
        } catch (RuntimeException e) {
            LOG.warn("listener failed on {}", event, e);
        }
    }

    /** Sets what a runtime is made of. Used by one thread at a time. */
    public static final class Builder {
        private long memoryBytes = defaultMemoryBytes();
        private boolean blockCache = true;
        private int openTables = 1000;
        private int backgroundThreads =
                Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors() - 1));
        private long compactionBytesPerSecond;
        private @Nullable Executor executor;
        private LongSupplier nanoClock = System::nanoTime;
        private Consumer<LsmEvent> listener = event -> {};

        private static final long LEAST_MEMORY_BYTES = 256 << 10;

        private Builder() {}

        private static long defaultMemoryBytes() {
            return Math.max(LEAST_MEMORY_BYTES, Runtime.getRuntime().maxMemory() / 4);
        }

        /**
         * Memory for write buffers, block cache, and indexes and filters of tables, for all trees together, in bytes of the Java
         * heap: 256 KiB to 1 TiB, but less than the heap's largest size; a quarter of that if not set. How it is divided is
         * drawn at {@link LsmRuntime}. With less than about 2 MiB for each tree that is written all the time, memtables become
         * small and are compacted more often. Indexes and filters take one to two bytes a key; where they find no room, tables
         * that are read seldom are loaded again and again.
         */
        public Builder memoryBytes(long bytes) {
            LsmOptions.checkRange("memoryBytes", bytes, LEAST_MEMORY_BYTES, 1L << 40);
            long heap = Runtime.getRuntime().maxMemory();
            if (bytes >= heap) {
                throw new LsmException(
                        LsmException.Kind.INVALID,
                        "memoryBytes is " + bytes + ", but the Java heap can have " + heap
                                + " bytes at the most: lower it, or raise -Xmx");
            }
            this.memoryBytes = bytes;
            return this;
        }

        /** Whether blocks of tables may be kept in memory; if not, the operating system's page cache has to do. They may if not set. */
        public Builder blockCache(boolean kept) {
            this.blockCache = kept;
            return this;
        }

        /** How many tables are held open, for all trees together: 16 to 1,000,000; 1,000 if not set. Each is a file handle. */
        public Builder openTables(int tables) {
            LsmOptions.checkRange("openTables", tables, 16, 1_000_000);
            this.openTables = tables;
            return this;
        }

        /** How many compactions, or slices of a large one, run at once, 1 to 64; one less than there are processors, but 1 to 4, if not set. */
        public Builder backgroundThreads(int count) {
            LsmOptions.checkRange("backgroundThreads", count, 1, 64);
            this.backgroundThreads = count;
            return this;
        }

        /**
         * How many bytes of entries compactions may write in a second, for all trees together: 1 to 1 TiB, or 0 for as many as they
         * can, which is so if not set. Flushes are not limited. A limit below what is written, times the write amplification, makes
         * writers wait in the end.
         */
        public Builder compactionBytesPerSecond(long bytes) {
            LsmOptions.checkRange("compactionBytesPerSecond", bytes, 0, 1L << 40);
            this.compactionBytesPerSecond = bytes;
            return this;
        }

        /** Runs flushes and compactions instead of threads of the runtime's own; {@code Runnable::run} does them in the writer's. */
        public Builder executor(Executor newExecutor) {
            this.executor = newExecutor;
            return this;
        }

        /** Tells nanoseconds, from any beginning; {@link System#nanoTime} if not set. */
        public Builder nanoClock(LongSupplier clock) {
            this.nanoClock = clock;
            return this;
        }

        /** Is told what happens in the trees. */
        public Builder eventListener(Consumer<LsmEvent> newListener) {
            this.listener = newListener;
            return this;
        }

        /** The runtime. */
        public LsmRuntime build() {
            return new LsmRuntime(this);
        }
    }
}
