package io.streambed.lsm.internal.sstable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

final class BlockCacheTest {
    private static final int BLOCK = 1000;

    @Test
    void givesBackWhatItWasGiven() {
        BlockCache cache = new BlockCache(1 << 20);
        ReadCounters counters = new ReadCounters();
        TableBlocks table = cache.register(10, counters);
        byte[] block = new byte[BLOCK];
        assertNull(table.get(3));
        assertTrue(table.wants(3, BLOCK));
        table.offer(3, block);
        assertSame(block, table.get(3));
        assertNull(table.get(4));
        assertEquals(1, counters.blockHits());
        assertEquals(1, counters.blockMisses());
        assertEquals(BLOCK, counters.bytesFromFiles());
        assertEquals(1, cache.stats().blocks());
        assertTrue(cache.stats().bytes() >= BLOCK);
    }

    @Test
    void keepsTheFirstOfTwoThatReadTheSameBlock() {
        BlockCache cache = new BlockCache(1 << 20);
        TableBlocks table = cache.register(1, new ReadCounters());
        byte[] block = new byte[BLOCK];
        table.offer(0, block);
        table.offer(0, new byte[BLOCK]);
        assertSame(block, table.get(0));
        assertEquals(1, cache.stats().blocks());
    }

    @Test
    void staysWithinItsBound() {
        for (long capacity : new long[] {0, 10_000, 100_000, 40 << 20}) {
            BlockCache cache = new BlockCache(capacity);
            Random random = new Random(1);
            List<TableBlocks> tables = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                tables.add(cache.register(20_000, new ReadCounters()));
            }
            for (int i = 0; i < 100_000; i++) {
                TableBlocks table = tables.get(random.nextInt(5));
                int ordinal = random.nextInt(20_000);
                if (table.get(ordinal) == null) {
                    int length = random.nextInt(2 * BLOCK);
                    if (table.wants(ordinal, length)) {
                        table.offer(ordinal, new byte[length]);
                    }
                }
                if (i % 100 == 0) {
                    assertTrue(cache.stats().bytes() <= capacity);
                }
            }
            BlockCache.Stats stats = cache.stats();
            assertEquals(inSlots(tables), stats.blocks());
            assertTrue(capacity == 0 || stats.bytes() > capacity * 9 / 10, stats.toString());
        }
    }

    @Test
    void whatOthersReserveIsTakenFromItsBoundAndGivenBack() {
        BlockCache cache = new BlockCache(1 << 20);
        TableBlocks table = cache.register(2_000, new ReadCounters());
        for (int i = 0; i < 2_000; i++) {
            read(table, i);
        }
        assertTrue(cache.stats().bytes() > 900_000);
        cache.reserve(700_000);
        long left = (1 << 20) - 700_000;
        assertTrue(cache.stats().bytes() <= left, "blocks leave at once");
        assertTrue(cache.stats().bytes() > left / 2);
        cache.reserve(2 << 20);
        assertEquals(0, cache.stats().bytes(), "more than there is leaves nothing");
        cache.reserve(-(2 << 20) - 700_000);
        for (int i = 0; i < 2_000; i++) {
            read(table, i);
        }
        assertTrue(cache.stats().bytes() > 900_000);
    }

    @Test
    void doesNotKeepABlockThatWouldTakeMostOfIt() {
        BlockCache cache = new BlockCache(100_000);
        TableBlocks table = cache.register(2, new ReadCounters());
        assertFalse(table.wants(0, 20_000));
        table.offer(0, new byte[20_000]);
        assertNull(table.get(0));
        table.offer(1, new byte[10_000]);
        assertNotNull(table.get(1));
    }

    @Test
    void aScanDoesNotWashOutWhatIsUsed() {
        // Room for some 900 blocks; 400 are read again and again, while 50,000 others pass by.
        BlockCache cache = new BlockCache(1 << 20);
        TableBlocks hot = cache.register(400, new ReadCounters());
        TableBlocks scanned = cache.register(50_000, new ReadCounters());
        Random random = new Random(2);
        for (int i = 0; i < 20_000; i++) {
            read(hot, random.nextInt(400));
        }
        int misses = 0;
        int reads = 0;
        for (int i = 0; i < 50_000; i++) {
            read(scanned, i);
            if (i % 5 == 0) {
                reads++;
                misses += read(hot, random.nextInt(400)) ? 0 : 1;
            }
        }
        assertTrue(misses < reads / 100, misses + " of " + reads + " reads of used blocks missed");
    }

    @Test
    void whatIsUsedComesInThoughTheCacheIsFullOfWhatWas() {
        BlockCache cache = new BlockCache(1 << 20);
        TableBlocks old = cache.register(800, new ReadCounters());
        TableBlocks now = cache.register(800, new ReadCounters());
        Random random = new Random(3);
        for (int i = 0; i < 50_000; i++) {
            read(old, random.nextInt(800));
        }
        int hits = 0;
        for (int i = 0; i < 50_000; i++) {
            boolean hit = read(now, random.nextInt(800));
            hits += hit && i >= 40_000 ? 1 : 0;
        }
        assertTrue(hits > 9_900, hits + " of the last 10,000");
    }

    @Test
    void findsMostOfWhatIsAskedForUnevenly() {
        // Zipf with exponent 1 over 20,000 blocks and room for 900: to keep always the most popular ones would hit 68
        // %.
        BlockCache cache = new BlockCache(1 << 20);
        TableBlocks table = cache.register(20_000, new ReadCounters());
        Random random = new Random(4);
        int hits = 0;
        int reads = 200_000;
        for (int i = 0; i < 2 * reads; i++) {
            int ordinal = (int) Math.pow(20_000, random.nextDouble());
            boolean hit = read(table, ordinal * 7919 % 20_000);
            hits += hit && i >= reads ? 1 : 0;
        }
        assertTrue(hits > 0.6 * reads, hits + " of " + reads);
    }

    @Test
    void aDroppedTableLeavesAtOnceAndForGood() {
        BlockCache cache = new BlockCache(40 << 20);
        TableBlocks table = cache.register(1000, new ReadCounters());
        TableBlocks other = cache.register(1000, new ReadCounters());
        for (int i = 0; i < 1000; i++) {
            read(table, i);
            read(other, i);
        }
        assertEquals(2000, cache.stats().blocks());
        table.drop();
        assertEquals(1000, cache.stats().blocks());
        assertEquals(0, inSlots(List.of(table)));
        assertEquals(1000, inSlots(List.of(other)));
        read(table, 5);
        assertNull(table.get(5));
        other.drop();
        assertEquals(0, cache.stats().bytes());
    }

    @Test
    void manyThreadsAtATime() throws InterruptedException, ExecutionException {
        BlockCache cache = new BlockCache(200_000);
        TableBlocks[] tables = new TableBlocks[4];
        for (int i = 0; i < tables.length; i++) {
            tables[i] = cache.register(300, new ReadCounters());
        }
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                Random random = new Random(t);
                boolean drops = t == 0;
                running.add(threads.submit((Callable<?>) () -> {
                    for (int i = 0; i < 50_000; i++) {
                        int which = random.nextInt(4);
                        TableBlocks table;
                        synchronized (tables) {
                            table = tables[which];
                        }
                        int ordinal = random.nextInt(300);
                        byte[] block = table.get(ordinal);
                        if (block == null) {
                            block = new byte[BLOCK + ordinal];
                            if (table.wants(ordinal, block.length)) {
                                table.offer(ordinal, block);
                            }
                        }
                        assertEquals(BLOCK + ordinal, block.length);
                        if (drops && i % 500 == 0) {
                            synchronized (tables) {
                                tables[which] = cache.register(300, new ReadCounters());
                            }
                            table.drop();
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> thread : running) {
                thread.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertTrue(cache.stats().bytes() <= 200_000);
        assertEquals(inSlots(List.of(tables)), cache.stats().blocks());
        for (TableBlocks table : tables) {
            table.drop();
        }
        assertEquals(0, cache.stats().bytes());
        assertEquals(0, cache.stats().blocks());
    }

    /** Whether the block was there. */
    private static boolean read(TableBlocks table, int ordinal) {
        if (table.get(ordinal) != null) {
            return true;
        }
        if (table.wants(ordinal, BLOCK)) {
            table.offer(ordinal, new byte[BLOCK]);
        }
        return false;
    }

    private static long inSlots(List<TableBlocks> tables) {
        long blocks = 0;
        for (TableBlocks table : tables) {
            for (int i = 0; i < table.length(); i++) {
                blocks += table.isEmpty(i) ? 0 : 1;
            }
        }
        return blocks;
    }
}
