package io.streambed.lsm.internal.sstable;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.bytes.KeyHash;
import io.streambed.lsm.fs.Fault;
import io.streambed.lsm.fs.FaultFileSystem;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.internal.entry.InternalIterator;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TableCacheTest {
    private static final int TABLES = 8;
    private static final int KEYS = 200;

    private final MemoryFileSystem memory = new MemoryFileSystem();
    private final FaultFileSystem fs = new FaultFileSystem(memory);
    private final ExecutorService threads = Executors.newFixedThreadPool(4);

    TableCacheTest() throws IOException {
        for (int number = 1; number <= TABLES; number++) {
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < KEYS; i++) {
                entries.add(Entry.put(key(i), number, value(number, i)));
            }
            Tables.write(memory, number, Tables.SMALL, entries);
        }
    }

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    @Test
    void oneTableHasOneReader() throws IOException {
        TableCache cache = Tables.cache();
        TableReader reader = get(cache, 1);
        assertSame(reader, get(cache, 1));
        assertNotSame(reader, get(cache, 2));
        assertEquals(2, cache.tables());
        assertEquals(2, cache.openFiles());
        assertEquals(reader.bytes() + get(cache, 2).bytes(), cache.memoryBytes());
    }

    @Test
    void tablesOfTwoTreesAreToldApart() throws IOException {
        MemoryFileSystem other = new MemoryFileSystem();
        Tables.write(other, 1, Tables.SMALL, List.of(Entry.put("other", 1, "tree")));
        TableCache cache = Tables.cache();
        assertNull(Tables.get(get(cache, 1), "other"));
        TableReader reader = cache.get(other, Tables.name(1), 1);
        assertArrayEquals(Entry.bytes("tree"), Tables.get(reader, "other"));
        cache.evictAll(fs);
        assertEquals(1, cache.tables());
        assertArrayEquals(Entry.bytes("tree"), Tables.get(reader, "other"));
    }

    @Test
    void aTableIsLoadedOnceIfSeveralThreadsAsk() throws Exception {
        for (int round = 0; round < 50; round++) {
            TableCache cache = Tables.cache();
            long readsBefore = fs.count(Fault.Operation.READ);
            CyclicBarrier start = new CyclicBarrier(4);
            List<Future<TableReader>> readers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                readers.add(threads.submit(() -> {
                    start.await();
                    return get(cache, 1);
                }));
            }
            for (Future<TableReader> reader : readers) {
                assertSame(get(cache, 1), reader.get());
            }
            assertEquals(1, fs.count(Fault.Operation.READ) - readsBefore);
            cache.evictAll(fs);
        }
    }

    @Test
    void noMoreFilesAreOpenThanAllowed() throws IOException {
        TableCache cache = new TableCache(new BlockCache(0), 3, 1 << 30);
        for (int round = 0; round < 3; round++) {
            for (int number = 1; number <= TABLES; number++) {
                checkAllKeys(get(cache, number), number);
                assertTrue(memory.openHandles() <= 3);
                assertEquals(memory.openHandles(), cache.openFiles());
            }
        }
        assertEquals(TABLES, cache.tables());
    }

    @Test
    void aFileThatIsUsedStaysOpen() throws IOException {
        TableCache cache = new TableCache(new BlockCache(0), 3, 1 << 30);
        TableReader used = get(cache, 1);
        for (int number = 2; number <= TABLES; number++) {
            checkAllKeys(used, 1);
            get(cache, number);
        }
        long opensBefore = fs.count(Fault.Operation.OPEN);
        checkAllKeys(used, 1);
        assertEquals(opensBefore, fs.count(Fault.Operation.OPEN));
    }

    @Test
    void noMoreMemoryIsHeldThanAllowed() throws IOException {
        long one = get(Tables.cache(), 1).bytes();
        BlockCache blocks = new BlockCache(1 << 20);
        TableCache cache = new TableCache(blocks, 100, 3 * one + one / 2);
        for (int round = 0; round < 3; round++) {
            for (int number = 1; number <= TABLES; number++) {
                checkAllKeys(get(cache, number), number);
                assertTrue(cache.memoryBytes() <= 3 * one + one / 2);
            }
        }
        assertEquals(3, Math.round((double) cache.memoryBytes() / one));
        // With a table's index its blocks have gone as well.
        assertTrue(blocks.stats().blocks() < 4 * KEYS / 2);
    }

    @Test
    void whatIsAskedUncheckedIsNotLoadedAndAnsweredAlike() throws IOException {
        TableCache cache = Tables.cache();
        TableReader reader = cache.getUnloaded(fs, Tables.name(1), 1, new ReadCounters());
        List<Boolean> unloaded = new ArrayList<>();
        for (int i = 0; i < 2 * KEYS; i++) {
            unloaded.add(reader.mayContainUnchecked(KeyHash.of(Entry.bytes(key(i)))));
        }
        assertEquals(0, cache.memoryBytes());
        reader.load();
        for (int i = 0; i < 2 * KEYS; i++) {
            long hash = KeyHash.of(Entry.bytes(key(i)));
            assertEquals(reader.mayContain(hash), unloaded.get(i));
            assertEquals(reader.mayContain(hash), reader.mayContainUnchecked(hash));
        }
        assertTrue(unloaded.contains(false), "of the keys that the table has not, most are known to be missing");
    }

    @Test
    void iteratorsGoOnWhateverIsTakenFromTheirTable() throws IOException {
        TableCache cache = new TableCache(new BlockCache(0), 1, 0);
        List<InternalIterator> iterators = new ArrayList<>();
        for (int number = 1; number <= TABLES; number++) {
            iterators.add(get(cache, number).iterator(number % 2 == 0 ? ReadMode.CACHED : ReadMode.SEQUENTIAL));
        }
        for (int i = 0; i < KEYS; i++) {
            for (int number = 1; number <= TABLES; number++) {
                InternalIterator at = iterators.get(number - 1);
                assertTrue(i == 0 ? at.first() : at.next());
                assertArrayEquals(Entry.bytes(value(number, i)), at.value().toByteArray());
            }
        }
        for (InternalIterator at : iterators) {
            assertFalse(at.next());
            at.close();
        }
        assertTrue(memory.openHandles() <= 1);
    }

    @Test
    void anEvictedTableGivesEverythingBackAndIsReadNoMore() throws IOException {
        BlockCache blocks = new BlockCache(1 << 20);
        TableCache cache = new TableCache(blocks, 10, 1 << 30);
        TableReader reader = get(cache, 1);
        checkAllKeys(reader, 1);
        cache.evict(fs, 1);
        cache.evict(fs, 1);
        assertEquals(0, memory.openHandles());
        assertEquals(0, cache.openFiles());
        assertEquals(0, cache.memoryBytes());
        assertEquals(0, blocks.stats().bytes());
        assertThrows(TableRetiredException.class, () -> Tables.get(reader, key(0)));
        assertThrows(TableRetiredException.class, () -> reader.iterator(ReadMode.CACHED));
        assertEquals(0, memory.openHandles());
        // Whoever asks anew gets a new one.
        checkAllKeys(get(cache, 1), 1);
        cache.evictAll(fs);
        assertEquals(0, memory.openHandles());
    }

    @Test
    void aTableThatCannotBeOpenedIsTriedAgain() throws IOException {
        TableCache cache = Tables.cache();
        for (Fault.Operation operation : List.of(Fault.Operation.OPEN, Fault.Operation.READ)) {
            cache.evictAll(fs);
            fs.inject(Fault.on(operation).once("too many open files"));
            assertThrows(IOException.class, () -> get(cache, 1));
            fs.heal();
            checkAllKeys(get(cache, 1), 1);
            assertEquals(1, cache.openFiles());
        }
        assertThrows(NoSuchFileException.class, () -> get(cache, 99));
        assertEquals(1, cache.tables());
        assertEquals(1, cache.openFiles());
    }

    @Test
    void manyThreadsWithHardlyAnyRoom() throws Exception {
        BlockCache blocks = new BlockCache(20_000);
        TableCache cache = new TableCache(blocks, 1, 1);
        List<Future<?>> running = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Random random = new Random(t);
            running.add(threads.submit((Callable<?>) () -> {
                for (int i = 0; i < 3000; i++) {
                    int number = 1 + random.nextInt(TABLES);
                    int key = random.nextInt(KEYS);
                    byte[] found = Tables.get(get(cache, number), key(key));
                    assertArrayEquals(Entry.bytes(value(number, key)), found);
                }
                return null;
            }));
        }
        await(running);
        assertTrue(memory.openHandles() <= 1, memory.openHandleNames().toString());
        assertEquals(memory.openHandles(), cache.openFiles());
        cache.evictAll(fs);
        assertEquals(0, memory.openHandles());
        assertEquals(0, cache.openFiles());
        assertEquals(0, cache.memoryBytes());
        assertEquals(0, blocks.stats().bytes());
    }

    @Test
    void manyThreadsWhileTablesAreEvicted() throws Exception {
        BlockCache blocks = new BlockCache(1 << 20);
        TableCache cache = new TableCache(blocks, 3, 20_000);
        List<Future<?>> running = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Random random = new Random(t);
            boolean evicts = t == 0;
            running.add(threads.submit((Callable<?>) () -> {
                for (int i = 0; i < 5000; i++) {
                    int number = 1 + random.nextInt(TABLES);
                    int key = random.nextInt(KEYS);
                    if (evicts) {
                        cache.evict(fs, number);
                        continue;
                    }
                    try {
                        byte[] found = Tables.get(get(cache, number), key(key));
                        assertArrayEquals(Entry.bytes(value(number, key)), found);
                    } catch (TableRetiredException e) {
                        // Between the look-up and the read.
                    }
                }
                return null;
            }));
        }
        await(running);
        cache.evictAll(fs);
        assertEquals(0, memory.openHandles());
        assertEquals(0, cache.openFiles());
        assertEquals(0, cache.memoryBytes());
        assertEquals(0, blocks.stats().bytes());
    }

    private static void await(List<Future<?>> running) throws InterruptedException, ExecutionException {
        for (Future<?> thread : running) {
            thread.get();
        }
    }

    private TableReader get(TableCache cache, long number) throws IOException {
        return cache.get(fs, Tables.name(number), number);
    }

    private static void checkAllKeys(TableReader reader, int number) throws IOException {
        for (int i = 0; i < KEYS; i++) {
            assertArrayEquals(Entry.bytes(value(number, i)), Tables.get(reader, key(i)));
        }
    }

    private static String key(int i) {
        return "key %05d".formatted(i);
    }

    private static String value(int number, int i) {
        return "value " + i + " of table " + number;
    }
}
