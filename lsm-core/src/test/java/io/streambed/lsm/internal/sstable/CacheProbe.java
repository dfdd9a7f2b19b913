package io.streambed.lsm.internal.sstable;

/** The block cache by itself, as a table uses it that has so many blocks: for benchmarks, which live elsewhere. */
public final class CacheProbe {
    private final TableBlocks blocks;

    /** A cache of its own, for one table. */
    public CacheProbe(long capacityBytes, int blockCount) {
        this.blocks = new BlockCache(capacityBytes).register(blockCount, new ReadCounters());
    }

    /**
     * Reads a block; one that is missed is copied from {@code source}, into the cache or past it into {@code scratch}.
     *
     * @return whether it was in the cache
     */
    public boolean read(int ordinal, byte[] source, byte[] scratch) {
        if (blocks.get(ordinal) != null) {
            return true;
        }
        if (blocks.wants(ordinal, source.length)) {
            blocks.offer(ordinal, source.clone());
        } else {
            System.arraycopy(source, 0, scratch, 0, source.length);
        }
        return false;
    }
}
