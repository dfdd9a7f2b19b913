package io.streambed.lsm.internal.sstable;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps the blocks that are read most, up to so many bytes, for all trees of a process. Blocks come in checked and
 * decompressed, so that a hit finds them ready. Safe for use by any number of threads.
 *
 * <p>Hits do not come by here: each open table has its own array of blocks ({@link TableBlocks}), and a hit is a read of that
 * and a mark beside it. This class decides what is in those arrays. Its shards are locked only for the moment of putting one
 * block in and others out, which few misses do once the cache is full ({@link BlockCacheShard}).
 *
 * <p>A block that would take more than an eighth of a shard is not kept, and neither are the blocks of a table that is not compressed
 * and is read from a mapped file: the page cache has them already, and to copy and check one costs less than what the collector
 * does for a heap full of them ({@code docs/performance.md}, "Memory").
 */
public final class BlockCache {
    /**
     * What the cache did since it was made, and what it holds.
     *
     * @param evictions blocks taken out to make room
     * @param blocks blocks in it now
     * @param bytes their size, with what keeping them costs
     */
    public record Stats(long evictions, long blocks, long bytes) {}

    private static final int MOST_SHARDS = 16;

    /** A shard is to hold some thousand blocks, else its queues say little about what is used. */
    private static final long LEAST_SHARD_BYTES = 4 << 20;

    /** The capacity changes in steps of 1/64, so that the shards are seldom locked for it. */
    private static final int STEPS = 64;

    private final BlockCacheShard[] shards;
    private final long capacity;
    private final AtomicInteger salts = new AtomicInteger();

    // Under this object's lock.
    private long reserved;
    private long reservedSteps;

    /** @param capacityBytes bound of {@link Stats#bytes()} and what others reserve of it; 0 keeps nothing */
    public BlockCache(long capacityBytes) {
        if (capacityBytes < 0) {
            throw new IllegalArgumentException("block cache of " + capacityBytes + " bytes");
        }
        this.capacity = capacityBytes;
        int count = 1;
        while (count < MOST_SHARDS && capacityBytes / (2L * count) >= LEAST_SHARD_BYTES) {
            count *= 2;
        }
        shards = new BlockCacheShard[count];
        for (int i = 0; i < count; i++) {
            shards[i] = new BlockCacheShard(capacityBytes / count);
        }
    }

    /** The bound that it was made with. */
    public long capacityBytes() {
        return capacity;
    }

    /**
     * Takes some of the capacity away for others who share it, or gives it back if {@code bytes} is negative. Blocks that find no
     * room any more leave at once.
     */
    public synchronized void reserve(long bytes) {
        reserved += bytes;
        assert reserved >= 0 : reserved;
        long step = Math.max(1, capacity / STEPS);
        long steps = (reserved + step - 1) / step;
        if (steps != reservedSteps) {
            reservedSteps = steps;
            long left = Math.max(0, capacity - steps * step);
            for (BlockCacheShard shard : shards) {
                shard.resize(left / shards.length);
            }
        }
    }

    /** What happened so far. */
    public Stats stats() {
        long evictions = 0;
        long blocks = 0;
        long bytes = 0;
        for (BlockCacheShard shard : shards) {
            evictions += shard.evictions();
            blocks += shard.blocks();
            bytes += shard.held();
        }
        return new Stats(evictions, blocks, bytes);
    }

    /**
     * Room for the blocks of a table that was opened.
     *
     * @param blocks how many it has; 0 if none of them is to be kept
     */
    TableBlocks register(int blocks, ReadCounters counters) {
        return new TableBlocks(this, counters, blocks, salts.getAndAdd(0x61c8_8647));
    }

    boolean wants(TableBlocks table, int ordinal, int length) {
        return !table.dropped && shard(table, ordinal).wants(table, ordinal, length);
    }

    void offer(TableBlocks table, int ordinal, byte[] block) {
        shard(table, ordinal).offer(table, ordinal, block);
    }

    void drop(TableBlocks table) {
        // Order matters. Whoever offers a block looks at this flag while it holds the shard's lock: it either sees
        // the flag, or has put its block in before the shard is swept.
        table.dropped = true;
        if (table.length() == 0) {
            return;
        }
        for (BlockCacheShard shard : shards) {
            shard.sweep(table);
        }
    }

    private BlockCacheShard shard(TableBlocks table, int ordinal) {
        return shards[table.spread(ordinal) & (shards.length - 1)];
    }
}
