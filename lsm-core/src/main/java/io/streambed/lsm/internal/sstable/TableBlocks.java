package io.streambed.lsm.internal.sstable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of one open table that are in memory: an array with a slot for each block, by its ordinal. A hit is one read of
 * the slot: no hashing, no lock, no allocation. What goes in and out is up to the {@link BlockCache}, whose shards own the
 * slots; used by any number of threads.
 *
 * <p>A block lies in memory as it does in an uncompressed file: with a trailer's bytes behind it, which count for nothing then.
 */
final class TableBlocks {
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(byte[][].class);

    /** Beyond this a further use tells nothing more. */
    private static final int MOST_USES = 3;

    private final BlockCache cache;
    private final ReadCounters counters;
    private final int salt;
    private final byte[] @Nullable [] slots;

    /** Uses of each block since the cache last looked. Written without order: to lose one does no harm. */
    private final byte[] uses;

    /** When each block was missed last and not kept, in the count of its shard; 0: never. Written without order, too. */
    private final char[] misses;

    /** Invariant: once this is set, no block is put in any more, and those that are in are about to be taken out. */
    volatile boolean dropped;

    TableBlocks(BlockCache cache, ReadCounters counters, int blocks, int salt) {
        this.cache = cache;
        this.counters = counters;
        this.salt = salt;
        this.slots = new byte[blocks][];
        this.uses = new byte[blocks];
        this.misses = new char[blocks];
    }

    /** The block, or {@code null} if it is not in memory. Counts as a use. */
    byte @Nullable [] get(int ordinal) {
        if (slots.length == 0) {
            return null;
        }
        byte[] block = (byte[]) SLOT.getAcquire(slots, ordinal);
        if (block != null) {
            counters.blockHit();
            int used = uses[ordinal];
            if (used < MOST_USES) {
                uses[ordinal] = (byte) (used + 1);
            }
        }
        return block;
    }

    /** Whether a block that was not found should be read to be kept, and offered then. Counts as a miss. */
    boolean wants(int ordinal, int length) {
        counters.blockMiss(length);
        return slots.length > 0 && cache.wants(this, ordinal, length);
    }

    /** So many bytes of a block were read, which is not to be kept. Counts as a miss. */
    void readInPieces(int bytes) {
        counters.blockMiss(bytes);
    }

    /** Offers a block that was just read and checked. */
    void offer(int ordinal, byte[] block) {
        cache.offer(this, ordinal, block);
    }

    /** Gives all blocks back to the cache; none is kept from now on. */
    void drop() {
        cache.drop(this);
    }

    /** Number of blocks that the table has; 0 if none of them is kept. */
    int length() {
        return slots.length;
    }

    /** Memory held, without the blocks. */
    long bytes() {
        return 7L * uses.length + 96;
    }

    /** Spreads the blocks of a table, and tables among one another. */
    int spread(int ordinal) {
        int mixed = (ordinal + salt) * 0x9e37_79b9;
        return mixed ^ mixed >>> 15;
    }

    boolean isEmpty(int ordinal) {
        return slots[ordinal] == null;
    }

    void put(int ordinal, byte[] block) {
        uses[ordinal] = 0;
        SLOT.setRelease(slots, ordinal, block);
    }

    void remove(int ordinal) {
        SLOT.setRelease(slots, ordinal, null);
    }

    char missedAt(int ordinal) {
        return misses[ordinal];
    }

    void setMissedAt(int ordinal, char step) {
        misses[ordinal] = step;
    }

    int uses(int ordinal) {
        return uses[ordinal];
    }

    void setUses(int ordinal, int count) {
        uses[ordinal] = (byte) count;
    }
}
