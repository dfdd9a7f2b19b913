package io.streambed.lsm.expiry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.Direction;
import io.streambed.lsm.Durability;
import io.streambed.lsm.KeyRange;
import io.streambed.lsm.LsmIterator;
import io.streambed.lsm.LsmMetrics;
import io.streambed.lsm.LsmOptions;
import io.streambed.lsm.LsmRuntime;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.testing.ByteMaps;
import io.streambed.lsm.testing.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.NavigableMap;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What has expired is invisible at once, does not come back, and goes from disk; and no crash can tell. */
class ExpiryTest {
    private final RecordTimes times = new RecordTimes();
    private final LsmRuntime runtime =
            LsmRuntime.builder().executor(Runnable::run).memoryBytes(8 << 20).build();
    private MemoryFileSystem files = new MemoryFileSystem();
    private LsmTree tree = open(Durability.PROCESS);

    private LsmTree open(Durability durability) {
        return runtime.open(
                files,
                LsmOptions.builder()
                        .durability(durability)
                        .commitEveryWrite(false)
                        .writeBufferBytes(64 << 10)
                        .tableBytes(64 << 10)
                        .blockBytes(512)
                        .expiry(times)
                        .build());
    }

    @AfterEach
    void close() {
        runtime.close();
    }

    @Test
    void invisibleAtOnceWhereverItIs() {
        for (boolean onDisk : new boolean[] {false, true}) {
            times.now = 1_000;
            tree.put(key(1), RecordTimes.value(900 + 1, 1));
            tree.put(key(2), RecordTimes.value(1_000, 2));
            if (onDisk) {
                tree.flush();
            }
            assertNotNull(tree.get(key(1)));
            assertEquals(2, count(Direction.FORWARD));
            try (LsmIterator open = tree.iterator(KeyRange.all(), Direction.FORWARD)) {
                times.now = 1_001;
                assertNull(tree.get(key(1)));
                assertTrue(open.next());
                assertEquals(2, ByteBuffer.wrap(open.key().toByteArray()).getInt(), "also to an iterator that is open");
            }
            assertEquals(1, count(Direction.FORWARD));
            assertEquals(1, count(Direction.REVERSE));
        }
    }

    @Test
    void anOlderValueDoesNotComeToLight() {
        tree.put(key(1), RecordTimes.value(500, 1));
        tree.commit(times.metadata());
        tree.flush();
        // A late record: newer, and of an earlier time.
        tree.put(key(1), RecordTimes.value(100, 2));
        tree.flush();
        times.now = 300;
        assertNull(tree.get(key(1)));
        tree.commit(times.metadata());
        tree.put(key(2), RecordTimes.value(300, 3));
        tree.flush();
        tree.compact();
        assertNull(tree.get(key(1)));
        assertEquals(1, count(Direction.FORWARD));
    }

    @Test
    void onlyWhatHadExpiredAtTheCommitIsRemovedForGood() {
        times.now = 0;
        tree.put(key(1), RecordTimes.value(0, 1));
        tree.commit(times.metadata());
        times.now = 1_000;
        tree.put(key(2), RecordTimes.value(1_000, 2));
        tree.flush();
        tree.compact();
        assertNull(tree.get(key(1)));
        tree.close();
        // Time goes back with the data: the application will see again what moved it.
        times.now = 0;
        tree = open(Durability.PROCESS);
        assertArrayEquals(RecordTimes.value(0, 1), tree.get(key(1)));
        assertNull(tree.get(key(2)));
    }

    @Test
    void goneFromDiskThoughNothingIsWrittenThereAnyMore() {
        for (int i = 0; i < 5_000; i++) {
            tree.put(key(i), RecordTimes.value(0, i));
        }
        tree.commit(times.metadata());
        tree.flush();
        tree.compact();
        assertEquals(5_000, entries());
        times.now = 1_000;
        for (int round = 0; round < 20 && entries() > 100; round++) {
            tree.put(key(1_000_000 + round), RecordTimes.value(1_000, round));
            tree.commit(times.metadata());
            tree.flush();
        }
        assertTrue(entries() <= 100, () -> entries() + " entries are left");
        assertTrue(tree.metrics().tableBytes() < 10_000);
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void answersAsAModelDoes(Durability durability) throws IOException {
        tree.close();
        long seed = Seeds.seed("ExpiryTest " + durability);
        Random random = new Random(seed);
        files = new MemoryFileSystem();
        times.now = 0;
        tree = open(durability);
        NavigableMap<byte[], byte[]> model = ByteMaps.create();
        NavigableMap<byte[], byte[]> committed = ByteMaps.create();
        long committedTime = 0;
        for (int step = 0; step < Seeds.scaled(30_000); step++) {
            byte[] key = key(random.nextInt(400));
            int what = random.nextInt(1_000);
            if (what < 500) {
                byte[] value = RecordTimes.value(times.now - random.nextInt(150), step);
                tree.put(key, value);
                model.put(key, value);
                long later = times.now + (random.nextInt(20) == 0 ? random.nextInt(30) : 0);
                times.now = later;
            } else if (what < 550) {
                tree.delete(key);
                model.remove(key);
            } else if (what < 970) {
                assertArrayEquals(visible(model.get(key)), tree.get(key));
            } else if (what < 985) {
                tree.commit(times.metadata());
                committed = copy(model);
                committedTime = times.now;
            } else if (what < 990) {
                tree.flush();
            } else if (what < 993) {
                tree.compact();
            } else if (what < 996) {
                checkAll(model);
            } else {
                // What was not committed is void, and time goes back to the commit.
                tree.close();
                model = copy(committed);
                times.now = committedTime;
                tree = open(durability);
                checkAll(model);
            }
        }
        tree.commit(times.metadata());
        tree.flush();
        tree.compact();
        checkAll(model);
        long visible = model.values().stream()
                .filter(value -> !RecordTimes.isExpired(RecordTimes.time(value), times.now))
                .count();
        assertEquals(visible, entries(), "nothing else is left on disk");
    }

    private void checkAll(NavigableMap<byte[], byte[]> model) {
        NavigableMap<byte[], byte[]> expected = copy(model);
        expected.values().removeIf(value -> RecordTimes.isExpired(RecordTimes.time(value), times.now));
        for (Direction direction : Direction.values()) {
            var rest = (direction == Direction.FORWARD ? expected : expected.descendingMap())
                    .entrySet()
                    .iterator();
            try (LsmIterator entries = tree.iterator(KeyRange.all(), direction)) {
                while (entries.next()) {
                    var next = rest.next();
                    assertArrayEquals(next.getKey(), entries.key().toByteArray());
                    assertArrayEquals(next.getValue(), entries.value().toByteArray());
                }
            }
            assertTrue(!rest.hasNext(), "an entry is missing");
        }
    }

    private byte[] visible(byte[] value) {
        return value == null || RecordTimes.isExpired(RecordTimes.time(value), times.now) ? null : value;
    }

    private int count(Direction direction) {
        int count = 0;
        try (LsmIterator entries = tree.iterator(KeyRange.all(), direction)) {
            while (entries.next()) {
                count++;
            }
        }
        return count;
    }

    private long entries() {
        return tree.metrics().levels().stream()
                .mapToLong(LsmMetrics.Level::entries)
                .sum();
    }

    private static NavigableMap<byte[], byte[]> copy(NavigableMap<byte[], byte[]> map) {
        NavigableMap<byte[], byte[]> copy = ByteMaps.create();
        copy.putAll(map);
        return copy;
    }

    private static byte[] key(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }
}
