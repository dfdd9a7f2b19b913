package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.MalformedBytesException;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.fs.CorruptFileException;
import io.streambed.lsm.internal.entry.EntryView;
import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.entry.Lookup;
import io.streambed.lsm.internal.entry.SeqRanges;
import java.io.IOException;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads one table. There is one reader for a table, from {@link TableCache#get}, and it stays the same for as long as the
 * table exists: keep it, and spare yourself the look-up. Safe for use by any number of threads, without locks and pins.
 *
 * <p>What it holds, it can get again: its file handle ({@link TableFile}), and index and filter ({@link TableMemory}). The
 * {@link TableCache} takes either away when others need the room more, and the next read brings it back.
 *
 * <p>{@link TableCache#evict} ends a reader. What is read after that fails with {@link TableRetiredException}; a reader that pins
 * its read view never meets it.
 */
public final class TableReader {
    private final TableFile file;
    private final TableMemory memory;
    private final BlockScratch.Pool pool;

    /** Once it was needed. Written without order, as it is immutable: two threads may both find it. */
    private @Nullable FilterInFile filterInFile;

    TableReader(TableFile file, TableMemory memory, BlockScratch.Pool pool) {
        this.file = file;
        this.memory = memory;
        this.pool = pool;
    }

    /** What the table's properties say, and the length of the file. */
    public TableSummary summary() throws IOException {
        return memory.get().summary();
    }

    /** Memory of index and filter, if they are in memory now. */
    public long bytes() {
        return memory.bytes();
    }

    /** Whether the table may hold the key with this hash. {@code false} is never wrong; {@code true} is, once in a hundred. */
    public boolean mayContain(long keyHash) throws IOException {
        return memory.get().filter().mayContain(keyHash);
    }

    /**
     * As {@link #mayContain}, for whoever may be told something wrong: a filter that is not in memory is not loaded but asked where it
     * lies, and what is read there has no checksum.
     */
    public boolean mayContainUnchecked(long keyHash) throws IOException {
        Contents loaded = memory.peek();
        if (loaded != null) {
            return loaded.filter().mayContain(keyHash);
        }
        FilterInFile inFile = filterInFile;
        if (inFile == null) {
            inFile = FilterInFile.of(file);
            filterInFile = inFile;
        }
        return inFile.mayContain(keyHash);
    }

    /**
     * The newest version of a key, not counting what is too new or void. Does not ask the filter: ask {@link #mayContain}
     * first, best of all for several tables in a row, whose filters then come from memory at the same time.
     *
     * @param keyHash the key's {@link io.streambed.lsm.bytes.KeyHash}
     * @param maxSeqNo newer versions do not count
     * @param voids versions with these numbers do not count
     * @return a copy of the value; {@link Lookup#TOMBSTONE} if the key was deleted; {@code null} if no version counts
     */
    public byte @Nullable [] get(byte[] key, int offset, int length, long keyHash, long maxSeqNo, SeqRanges voids)
            throws IOException {
        Contents table = memory.get();
        // All versions of a key stand one behind the other, at most going on in the next blocks.
        for (int ordinal = table.index().find(key, offset, length);
                ordinal < table.index().count();
                ordinal++) {
            byte[] found = getFromBlock(table, ordinal, key, offset, length, keyHash, maxSeqNo, voids);
            if (found != BlockLookup.GOES_ON) {
                return found;
            }
        }
        return null;
    }

    /**
     * The share of values, 0 to 1, that a predicate holds for, in some blocks spread over the table; past the block cache.
     * Tombstones do not count.
     */
    public double share(int blocks, BiPredicate<Slice, Slice> predicate) throws IOException {
        Contents table = memory.get();
        int count = table.index().count();
        int values = 0;
        int matching = 0;
        BlockScratch scratch = pool.take();
        BlockCursor cursor = scratch.cursor();
        for (int i = 0; i < Math.min(blocks, count); i++) {
            int ordinal = (int) ((2L * i + 1) * count / (2L * Math.min(blocks, count)));
            long position = table.index().position(ordinal);
            scratch.read(file, position, table.index().storedLength(ordinal), table.checked(), ordinal);
            try {
                cursor.enter(scratch.block(), 0, scratch.length());
                EntryView entry = cursor.entry();
                for (boolean on = cursor.first(); on; on = cursor.next()) {
                    if (!entry.isTombstone()) {
                        values++;
                        matching += predicate.test(entry.key(), entry.value()) ? 1 : 0;
                    }
                }
            } catch (MalformedBytesException e) {
                throw new CorruptFileException(file.name(), position, e);
            }
        }
        cursor.release();
        pool.giveBack(scratch);
        return values == 0 ? 0 : (double) matching / values;
    }

    /** An iterator over all entries, not positioned yet. Good for as long as the table exists. */
    public InternalIterator iterator(ReadMode mode) throws IOException {
        Contents table = memory.get();
        return switch (mode) {
            case CACHED -> new TableIterator(file, table.index(), new CachedBlocks(file, table, pool));
            case SEQUENTIAL -> new TableIterator(file, table.index(), new SequentialBlocks(file, table.index()));
        };
    }

    /**
     * Reads the whole file and checks that every byte is as it was written and makes sense: checksums, order, filter, index and
     * properties.
     *
     * @throws CorruptFileException if something is wrong
     */
    public void verify() throws IOException {
        new TableCheck(file, memory.get()).run();
    }

    /** Loads what reads need, so that the first one finds it. */
    void load() throws IOException {
        memory.get();
    }

    /** Gives everything up for good. */
    void retire() {
        file.retire();
        memory.retire();
    }

    private byte @Nullable [] getFromBlock(
            Contents table,
            int ordinal,
            byte[] key,
            int offset,
            int length,
            long keyHash,
            long maxSeqNo,
            SeqRanges voids)
            throws IOException {
        byte[] block = table.blocks().get(ordinal);
        try {
            if (block == null) {
                long position = table.index().position(ordinal);
                int stored = table.index().storedLength(ordinal);
                if (table.checked().contains(ordinal)) {
                    BlockScratch scratch = pool.take();
                    scratch.beginPieces(file, position, stored);
                    byte[] found = BlockLookup.get(
                            scratch.block(), stored, scratch, key, offset, length, keyHash, maxSeqNo, voids);
                    table.blocks().readInPieces(scratch.endPieces());
                    pool.giveBack(scratch);
                    return found;
                }
                if (!table.blocks().wants(ordinal, stored)) {
                    BlockScratch scratch = pool.take();
                    scratch.read(file, position, stored, table.checked(), ordinal);
                    byte[] found = BlockLookup.get(
                            scratch.block(), scratch.length(), null, key, offset, length, keyHash, maxSeqNo, voids);
                    pool.giveBack(scratch);
                    return found;
                }
                block = file.readBlock(position, stored);
                table.blocks().offer(ordinal, block);
            }
            int end = block.length - BlockTrailer.BYTES;
            return BlockLookup.get(block, end, null, key, offset, length, keyHash, maxSeqNo, voids);
        } catch (MalformedBytesException e) {
            throw new CorruptFileException(file.name(), table.index().position(ordinal), e);
        }
    }
}
