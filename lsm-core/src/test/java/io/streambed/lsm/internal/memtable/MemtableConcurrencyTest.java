package io.streambed.lsm.internal.memtable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.bytes.KeyHash;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.EntryKind;
import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.entry.Lookup;
import io.streambed.lsm.testing.Seeds;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Readers beside the writer. Key and sequence number determine kind and value, so whatever a reader finds can be checked; and
 * key i is put for the first time with sequence number i + 1, so what must be there is known from {@code lastSeqNo} alone.
 */
class MemtableConcurrencyTest {
    private static final int KEYS = 150_000;

    /** Two or three keys are alike in the bytes before so many, as a rule. */
    private static final int GROUP_SUFFIX = 6;

    private final Memtable memtable = new Memtable();
    private final long seed = Seeds.seed("MemtableConcurrencyTest");

    @Test
    void readersSeeWholeEntriesOfOneMomentWhileTheWriterWrites() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(5);
        try {
            List<Future<Long>> readers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                Random random = new Random(seed + i);
                readers.add(threads.submit(whileWriting(() -> get(random))));
                readers.add(threads.submit(whileWriting(() -> random.nextBoolean() ? scan(random) : group(random))));
            }
            Future<?> writer = threads.submit(this::write);
            writer.get(2, TimeUnit.MINUTES);
            for (Future<Long> reader : readers) {
                assertTrue(reader.get(2, TimeUnit.MINUTES) > 0);
            }
        } finally {
            threads.shutdownNow();
        }
        walkAll();
    }

    private Callable<Long> whileWriting(Callable<Void> step) {
        return () -> {
            long steps = 0;
            do {
                step.call();
                steps++;
            } while (memtable.lastSeqNo() < 2L * KEYS);
            return steps;
        };
    }

    /** First each key once, then as many puts on keys at random, on a few of them very often. */
    private void write() {
        Random random = new Random(~seed);
        for (long seqNo = 1; seqNo <= 2L * KEYS; seqNo++) {
            int index = seqNo <= KEYS ? (int) seqNo - 1 : random.nextInt(random.nextBoolean() ? 20 : KEYS);
            byte[] key = key(index);
            byte[] value = value(index, seqNo);
            memtable.put(seqNo, kind(seqNo), key, 0, key.length, KeyHash.of(key), value, 0, value.length);
        }
    }

    private Void get(Random random) {
        long last = memtable.lastSeqNo();
        int present = (int) Math.min(last, KEYS);
        if (present > 0) {
            int index = random.nextInt(8) == 0 ? present - 1 : random.nextInt(present);
            byte[] key = key(index);
            byte[] found = memtable.get(key, 0, key.length, KeyHash.of(key), last);
            assertNotNull(found, "a key that was there before the read began");
            checkValue(index, found, last);
        }
        return null;
    }

    private Void scan(Random random) throws Exception {
        long last = memtable.lastSeqNo();
        boolean all = random.nextInt(4) == 0;
        InternalIterator iterator = all ? memtable.allVersions() : memtable.iterator(last);
        int present = (int) Math.min(last, KEYS);
        if (present == 0) {
            return null;
        }
        int index = random.nextInt(present);
        byte[] key = key(index);
        assertTrue(iterator.seek(Slice.of(key)));
        assertTrue(iterator.userKey().contentEquals(key));
        boolean forward = random.nextBoolean();
        Place before = null;
        for (int i = 0; i < 50; i++) {
            Place here = checkEntry(iterator, all ? Long.MAX_VALUE : last);
            if (before != null) {
                int order = before.compareTo(here);
                assertTrue(forward ? order < 0 : order > 0, "entries out of order");
            }
            before = here;
            if (!(forward ? iterator.next() : iterator.prev())) {
                break;
            }
        }
        return null;
    }

    /** A key that was there before, found by what it has in common with few others. */
    private Void group(Random random) throws Exception {
        long last = memtable.lastSeqNo();
        int present = (int) Math.min(last, KEYS);
        if (present == 0) {
            return null;
        }
        byte[] from = key(random.nextInt(8) == 0 ? present - 1 : random.nextInt(present));
        byte[] to = Arrays.copyOf(from, Long.BYTES + 1);
        Arrays.fill(to, Long.BYTES - GROUP_SUFFIX, to.length, (byte) 0xff);
        InternalIterator iterator = memtable.groupIterator(last, from, to, GROUP_SUFFIX);
        assertNotNull(iterator);
        assertTrue(iterator.seek(Slice.of(from)));
        assertTrue(iterator.userKey().contentEquals(from));
        Place before = checkEntry(iterator, last);
        while (iterator.next() && iterator.userKey().compareTo(Slice.of(to)) < 0) {
            Place here = checkEntry(iterator, last);
            assertTrue(before.compareTo(here) < 0, "entries out of order");
            before = here;
        }
        return null;
    }

    /** Afterwards all is there, in order. */
    private void walkAll() throws Exception {
        InternalIterator iterator = memtable.allVersions();
        Place before = null;
        long entries = 0;
        for (boolean on = iterator.first(); on; on = iterator.next()) {
            Place here = checkEntry(iterator, Long.MAX_VALUE);
            assertTrue(before == null || before.compareTo(here) < 0, "entries out of order");
            before = here;
            entries++;
        }
        assertEquals(2L * KEYS, entries);
        assertEquals(KEYS, memtable.keys());
    }

    private record Place(long key, long seqNo) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            int order = Long.compareUnsigned(key, other.key);
            return order != 0 ? order : Long.compare(other.seqNo, seqNo);
        }
    }

    private static Place checkEntry(InternalIterator at, long maxSeqNo) {
        Slice key = at.userKey();
        assertEquals(Long.BYTES, key.length());
        long scattered = ByteBuffer.wrap(key.array(), key.offset(), Long.BYTES).getLong();
        long seqNo = at.seqNo();
        assertTrue(seqNo > 0 && seqNo <= maxSeqNo);
        assertEquals(kind(seqNo), at.kind());
        byte[] value = value(gather(scattered), seqNo);
        assertTrue(at.value().contentEquals(value), "a value that was not put with this key and number");
        return new Place(scattered, seqNo);
    }

    private static void checkValue(int index, byte[] found, long maxSeqNo) {
        if (found == Lookup.TOMBSTONE) {
            return;
        }
        long seqNo = ByteBuffer.wrap(found).getLong();
        assertTrue(seqNo > 0 && seqNo <= maxSeqNo);
        assertEquals(ByteBuffer.wrap(value(index, seqNo)), ByteBuffer.wrap(found));
    }

    // Keys are scattered over the key space by an odd factor, and found back by its inverse modulo 2^64.
    private static final long SCATTER = 0x9d6c_3a95_e1b4_5c2bL;
    private static final long GATHER = inverse(SCATTER);

    private static long inverse(long odd) {
        long inverse = odd;
        for (int i = 0; i < 5; i++) {
            inverse *= 2 - odd * inverse;
        }
        return inverse;
    }

    private static byte[] key(int index) {
        return ByteBuffer.allocate(Long.BYTES).putLong(index * SCATTER).array();
    }

    private static int gather(long scattered) {
        return Math.toIntExact(scattered * GATHER);
    }

    private static EntryKind kind(long seqNo) {
        return seqNo % 7 == 0 ? EntryKind.DELETE : EntryKind.PUT;
    }

    private static byte[] value(int index, long seqNo) {
        if (kind(seqNo) == EntryKind.DELETE) {
            return new byte[0];
        }
        ByteBuffer value = ByteBuffer.allocate(8 + (int) (seqNo % 13) * 4).putLong(seqNo);
        for (int i = 1; value.hasRemaining(); i++) {
            value.putInt((int) ((index + i) * seqNo));
        }
        return value.array();
    }
}
