package io.streambed.lsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.fs.MemoryFileSystem;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a tree says of itself is what was done with it. */
class MetricsTest {
    private final AtomicLong clock = new AtomicLong();
    private final MemoryFileSystem files = new MemoryFileSystem();
    private final LsmRuntime runtime = LsmRuntime.builder()
            .executor(Runnable::run)
            .nanoClock(clock::get)
            .memoryBytes(16 << 20)
            .build();
    private LsmTree tree = open();

    @AfterEach
    void close() {
        runtime.close();
    }

    private LsmTree open() {
        return runtime.open(
                files, LsmOptions.builder().name("t").commitEveryWrite(false).build());
    }

    @Test
    void readsAreCountedWhereTheyEnd() {
        fill(0, 1_000);
        tree.flush();
        fill(1_000, 1_100);
        for (int i = 0; i < 100; i++) {
            tree.get(key(1_000 + i));
            tree.get(key(i));
            // Between two keys of the table, so that only the filter can tell.
            tree.get(ByteBuffer.allocate(5).putInt(i).array());
        }
        LsmMetrics.Reads reads = tree.metrics().reads();
        assertEquals(100, reads.memtableHits());
        assertEquals(100, reads.tableHits());
        assertEquals(100, reads.notFound());
        assertEquals(300, reads.gets());
        assertEquals(200 * 100, reads.valueBytes());
        assertEquals(1.0 / 3, reads.memtableHitRatio(), 1e-9);
        assertEquals(100, reads.filterSkips() + reads.tablesInVain());
        assertTrue(reads.filterUsefulness() > 0.9, reads.toString());
        assertEquals(100 + reads.tablesInVain(), reads.blockHits() + reads.blockMisses());
        assertTrue(reads.blockMisses() > 0 && reads.blockHitRatio() > 0.5, reads.toString());
        assertTrue(reads.bytesFromFiles() >= reads.blockMisses() * 1_000, reads.toString());
        assertEquals((100.0 + reads.tablesInVain()) / 300, tree.metrics().readAmplification(), 1e-9);
    }

    @Test
    void writesAreCountedOnEachOfTheirWays() {
        LsmMetrics empty = tree.metrics();
        assertEquals(0, empty.writeAmplification());
        assertEquals(0, empty.spaceAmplification());
        fill(0, 1_000);
        tree.commit(new byte[0]);
        LsmMetrics written = tree.metrics();
        assertEquals(1_000 * (4 + 100), written.writes().userBytes());
        assertTrue(written.writes().logBytes() > written.writes().userBytes());
        assertEquals(written.writes().logBytes(), written.logFileBytes());
        assertTrue(written.memtableBytes() > written.writes().userBytes());
        tree.flush();
        LsmMetrics flushed = tree.metrics();
        assertEquals(0, flushed.logFileBytes(), "the log has gone with the memtable");
        assertEquals(1, flushed.flushes().count());
        assertEquals(flushed.tableBytes(), flushed.flushes().writtenBytes());
        assertEquals(1, flushed.tables());
        assertEquals(1, flushed.runs());
        assertEquals(1.0, flushed.spaceAmplification());
        fill(0, 1_000);
        tree.compact();
        LsmMetrics compacted = tree.metrics();
        assertEquals(compacted.tableBytes(), compacted.compactions().writtenBytes());
        assertTrue(compacted.compactions().readBytes() > compacted.compactions().writtenBytes());
        double amplification = compacted.writeAmplification();
        assertTrue(
                amplification > 2.5 && amplification < 3.5, "log, flush, and half of a compaction: " + amplification);
    }

    @Test
    void logsThatRecoveryFoundCountToo() {
        fill(0, 1_000);
        tree.commit(new byte[0]);
        long bytes = tree.metrics().logFileBytes();
        tree.close();
        tree = open();
        assertEquals(bytes, tree.metrics().logFileBytes());
        tree.flush();
        assertEquals(0, tree.metrics().logFileBytes());
    }

    @Test
    void theLastCommitHasAnAge() {
        clock.addAndGet(50);
        assertEquals(50, tree.metrics().nanosSinceCommit(), "none yet: since opening");
        tree.commit(new byte[] {1});
        clock.addAndGet(7);
        assertEquals(7, tree.metrics().nanosSinceCommit());
        tree.commit(new byte[] {1});
        assertEquals(0, tree.metrics().nanosSinceCommit(), "nothing had to be written, but it was asked for");
    }

    @Test
    void theRuntimeTellsHowMemoryIsDivided() {
        fill(0, 1_000);
        RuntimeMetrics before = runtime.metrics();
        assertEquals(16 << 20, before.memoryBytes());
        assertTrue(before.writeBufferBytes() >= tree.metrics().memtableBytes());
        assertEquals(1, before.openTrees());
        tree.flush();
        tree.get(key(1));
        RuntimeMetrics after = runtime.metrics();
        assertTrue(after.writeBufferBytes() < before.writeBufferBytes());
        assertTrue(after.tableMemoryBytes() > 1_000);
        assertTrue(after.blockCacheBytes() > 1_000);
        assertEquals(1, after.openTables());
        tree.close();
        assertEquals(new RuntimeMetrics(16 << 20, 0, 0, 0, 0, 0, 0), runtime.metrics(), "a tree takes all of it along");
    }

    private void fill(int from, int to) {
        for (int i = from; i < to; i++) {
            tree.put(key(i), new byte[100]);
        }
    }

    private static byte[] key(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }
}
