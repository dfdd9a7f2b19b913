package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.fs.FileSystem;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The readers of all tables of a process, and the bounds of what they hold: open files, and the memory of indexes and filters.
 * Safe for use by any number of threads.
 *
 * <p>The protocol, in full:
 * <ol>
 *   <li>There is one {@link TableReader} for a table, from the first {@link #get} to {@link #evict}. It is a small object that
 *       stays; nobody has to come back here for it.
 *   <li>What a reader holds (a file handle, index and filter with the blocks in memory) may be taken from it at any moment, in
 *       the middle of a read too. It gets it again by itself. So no read pins anything, and no read fails for a bound.
 *   <li>Invariant: a file is not deleted, and its reader not evicted, before the last pin of a version that names the table is
 *       gone. Iterators pin theirs, so a table is there for as long as an iterator over it is open. Point reads pin nothing:
 *       theirs may be gone, and they get {@link TableRetiredException} or {@link NoSuchFileException}.
 * </ol>
 *
 * <p>Each tree is told apart by its {@link FileSystem} object, and each of its tables by number.
 */
public final class TableCache {
    private record Key(FileSystem fileSystem, long fileNumber) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key that && fileSystem == that.fileSystem && fileNumber == that.fileNumber;
        }

        @Override
        public int hashCode() {
            return 31 * System.identityHashCode(fileSystem) + Long.hashCode(fileNumber);
        }
    }

    private final BlockCache blockCache;
    private final SecondChance<TableFile> openFiles;
    private final SecondChance<TableMemory> inMemory;
    private final BlockScratch.Pool pool = new BlockScratch.Pool();
    private final ConcurrentHashMap<Key, TableReader> readers = new ConcurrentHashMap<>();

    /**
     * @param blockCache where the readers keep data blocks
     * @param maxOpenFiles bound of {@link #openFiles()}; passed only by reads under way at the same time
     * @param maxMemoryBytes bound of {@link #memoryBytes()}; passed only by one table that is larger. Should hold all tables that
     *     are read often: to load one again costs a read of 1 to 2 bytes for each of its keys
     */
    public TableCache(BlockCache blockCache, int maxOpenFiles, long maxMemoryBytes) {
        if (maxOpenFiles < 1 || maxMemoryBytes < 0) {
            throw new IllegalArgumentException(
                    "table cache of " + maxOpenFiles + " files and " + maxMemoryBytes + " bytes");
        }
        this.blockCache = blockCache;
        this.openFiles = new SecondChance<>(maxOpenFiles);
        this.inMemory = new SecondChance<>(maxMemoryBytes);
    }

    /**
     * The reader of a table. Its index and filter are loaded when this returns, by one thread if several ask.
     *
     * @param counters of the tree that has the table
     * @throws io.streambed.lsm.fs.CorruptFileException if the file is not the table that was written under this number
     * @throws io.streambed.lsm.fs.UnsupportedFormatException if a later release wrote it
     * @throws IOException if it cannot be read
     */
    public TableReader get(FileSystem fileSystem, String fileName, long fileNumber, ReadCounters counters)
            throws IOException {
        TableReader reader = getUnloaded(fileSystem, fileName, fileNumber, counters);
        try {
            reader.load();
        } catch (NoSuchFileException e) {
            // Whoever asks for a table that is gone already must not leave its reader here for good.
            readers.remove(new Key(fileSystem, fileNumber), reader);
            throw e;
        }
        return reader;
    }

    /** As {@link #get}, but nothing is loaded, and the file not even looked for. For a table whose version is pinned. */
    public TableReader getUnloaded(FileSystem fileSystem, String fileName, long fileNumber, ReadCounters counters) {
        return readers.computeIfAbsent(new Key(fileSystem, fileNumber), absent -> {
            TableFile file = new TableFile(fileSystem, fileName, fileNumber, openFiles);
            return new TableReader(file, new TableMemory(file, blockCache, counters, inMemory), pool);
        });
    }

    /** As the other, for whoever does not want to know what is counted. */
    public TableReader get(FileSystem fileSystem, String fileName, long fileNumber) throws IOException {
        return get(fileSystem, fileName, fileNumber, new ReadCounters());
    }

    /** Gives up a table that is obsolete, or whose tree is closed: its blocks leave the cache, its file is closed. */
    public void evict(FileSystem fileSystem, long fileNumber) {
        TableReader reader = readers.remove(new Key(fileSystem, fileNumber));
        if (reader != null) {
            reader.retire();
        }
    }

    /** Gives up all tables of a tree that is being closed. */
    public void evictAll(FileSystem fileSystem) {
        for (Key key : readers.keySet()) {
            if (key.fileSystem == fileSystem) {
                evict(fileSystem, key.fileNumber);
            }
        }
    }

    /** Number of tables that somebody asked for and nobody gave up. */
    public int tables() {
        return readers.size();
    }

    /** Number of files that are open now. */
    public long openFiles() {
        return openFiles.held();
    }

    /** Memory of the indexes and filters that are loaded now; the block cache is counted by itself. */
    public long memoryBytes() {
        return inMemory.held();
    }
}
