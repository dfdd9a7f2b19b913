package io.streambed.lsm.internal.sstable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.bytes.MalformedBytesException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class BlockScratchTest {
    private static final int BLOCK = 4096;

    @Test
    void whatWasGivenBackIsTakenAgain() throws MalformedBytesException {
        BlockScratch.Pool pool = new BlockScratch.Pool();
        Set<BlockScratch> given = taken(pool, 10);
        given.forEach(pool::giveBack);
        Set<BlockScratch> again = taken(pool, 10);
        assertTrue(again.containsAll(given));
        assertTrue(taken(pool, 10).stream().noneMatch(given::contains), "nothing is taken twice");
    }

    @Test
    void keepsNoMoreThanItsShare() throws MalformedBytesException {
        BlockScratch.Pool pool = new BlockScratch.Pool();
        Set<BlockScratch> given = taken(pool, 100);
        given.forEach(pool::giveBack);
        Set<BlockScratch> again = taken(pool, 100);
        again.retainAll(given);
        assertEquals((64 << 10) / (BLOCK + BlockTrailer.BYTES), again.size());
    }

    @Test
    void whatIsTooLargeIsNotKept() throws MalformedBytesException {
        BlockScratch.Pool pool = new BlockScratch.Pool();
        BlockScratch large = pool.take();
        decompress(large, 64 << 10);
        pool.giveBack(large);
        assertNotSame(large, pool.take());
    }

    @Test
    void whatHasGrownForLongKeysIsNotKept() throws MalformedBytesException {
        BlockScratch.Pool pool = new BlockScratch.Pool();
        BlockScratch grown = pool.take();
        String longKey = "k".repeat(64 << 10);
        byte[] block = DataBlockTest.block(2, Entry.put(longKey + "1", 1, ""), Entry.put(longKey + "2", 1, ""));
        grown.cursor().enter(block, 0, block.length - BlockTrailer.BYTES);
        assertTrue(grown.cursor().last());
        grown.cursor().release();
        pool.giveBack(grown);
        assertNotSame(grown, pool.take());
    }

    private static Set<BlockScratch> taken(BlockScratch.Pool pool, int count) throws MalformedBytesException {
        Set<BlockScratch> taken = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < count; i++) {
            BlockScratch scratch = pool.take();
            decompress(scratch, BLOCK);
            taken.add(scratch);
        }
        assertEquals(count, taken.size());
        return taken;
    }

    /** Makes it hold a block of so many bytes. */
    private static void decompress(BlockScratch scratch, int bytes) throws MalformedBytesException {
        byte[] compressed = new byte[bytes + 64];
        int length = BlockCodec.lz4().compress(new byte[bytes], 0, bytes, compressed, 0);
        scratch.decompress(BlockCodec.lz4(), compressed, 0, length);
    }
}
