package io.streambed.lsm.internal.memtable;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.bytes.KeyHash;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.EntryKind;
import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.entry.Lookup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MemtableTest {
    private static final long NOW = Long.MAX_VALUE;

    private final Memtable memtable = new Memtable();
    private long seqNo;

    @Test
    void anEmptyMemtableAnswersNothingAndHoldsNothing() throws IOException {
        assertNull(get("a", NOW));
        assertTrue(memtable.isEmpty());
        assertEquals(0, memtable.keys());
        assertEquals(0, memtable.entries());
        assertEquals(0, memtable.firstSeqNo());
        assertEquals(0, memtable.lastSeqNo());
        assertEquals(0, memtable.bytes());
        InternalIterator iterator = memtable.iterator(NOW);
        assertFalse(iterator.first());
        assertFalse(iterator.last());
        assertFalse(iterator.seek(slice("a")));
        assertFalse(iterator.seekBefore(slice("a")));
    }

    @Test
    void itKnowsBetweenWhatTimesItsKeysAre() {
        Memtable timed = new Memtable(key -> key.array()[key.offset()], 0);
        assertFalse(timed.mayHaveTimes(Long.MIN_VALUE, Long.MAX_VALUE));
        for (byte time : new byte[] {20, 30, 10, 20}) {
            byte[] key = {99, time, 1};
            timed.put(++seqNo, EntryKind.PUT, key, 1, 2, KeyHash.of(key, 1, 2), key, 0, 3);
        }
        assertTrue(timed.mayHaveTimes(Long.MIN_VALUE, Long.MAX_VALUE));
        assertTrue(timed.mayHaveTimes(30, 40));
        assertTrue(timed.mayHaveTimes(0, 10));
        assertTrue(timed.mayHaveTimes(11, 12));
        assertFalse(timed.mayHaveTimes(31, 40));
        assertFalse(timed.mayHaveTimes(0, 9));
        put("a", "1");
        assertTrue(memtable.mayHaveTimes(7, 7), "keys without times");
    }

    @Test
    void theNewestValueIsRead() {
        put("a", "1");
        put("b", "2");
        put("a", "3");
        assertEquals("3", get("a", NOW));
        assertEquals("2", get("b", NOW));
        assertNull(get("c", NOW));
        assertNull(get("", NOW));
    }

    @Test
    void anOlderSequenceNumberReadsWhatWasThereThen() {
        put("a", "1");
        put("b", "2");
        put("a", "3");
        delete("a");
        put("a", "5");
        assertNull(get("a", 0));
        assertEquals("1", get("a", 1));
        assertEquals("1", get("a", 2));
        assertEquals("3", get("a", 3));
        assertSame(Lookup.TOMBSTONE, rawGet("a", 4));
        assertEquals("5", get("a", 5));
        assertNull(get("b", 1));
    }

    @Test
    void anEmptyValueIsNoTombstoneAndAnEmptyKeyIsAKey() {
        put("", "of the empty key");
        put("a", "");
        delete("b");
        assertEquals("of the empty key", get("", NOW));
        assertEquals("", get("a", NOW));
        assertNotSame(Lookup.TOMBSTONE, rawGet("a", NOW));
        assertSame(Lookup.TOMBSTONE, rawGet("b", NOW));
    }

    @Test
    void aValueThatWasReadIsACopy() {
        put("a", "1");
        rawGet("a", NOW)[0] = 'x';
        assertEquals("1", get("a", NOW));
    }

    @Test
    void keyAndValueMayStandAnywhereInTheirArrays() {
        byte[] bytes = "..key..value..".getBytes(StandardCharsets.US_ASCII);
        memtable.put(7, EntryKind.PUT, bytes, 2, 3, KeyHash.of(bytes, 2, 3), bytes, 7, 5);
        assertEquals("value", get("key", NOW));
        assertArrayEquals(
                "value".getBytes(StandardCharsets.US_ASCII), memtable.get(bytes, 2, 3, KeyHash.of(bytes, 2, 3), 7));
    }

    @Test
    void anIteratorShowsTheNewestVersionOfEachKeyInOrder() throws IOException {
        put("b", "1");
        put("a", "2");
        put("c", "3");
        put("b", "4");
        delete("c");
        assertEquals("a#2=2 b#4=4 c#5-", forward(memtable.iterator(NOW)));
        assertEquals("c#5- b#4=4 a#2=2", backward(memtable.iterator(NOW)));
        assertEquals("a#2=2 b#1=1 c#3=3", forward(memtable.iterator(3)));
        assertEquals("b#1=1", backward(memtable.iterator(1)));
        assertEquals("", forward(memtable.iterator(0)));
    }

    @Test
    void aFlushSeesAllVersionsNewestFirst() throws IOException {
        put("b", "1");
        put("a", "2");
        put("b", "3");
        delete("b");
        put("c", "5");
        assertEquals("a#2=2 b#4- b#3=3 b#1=1 c#5=5", forward(memtable.allVersions()));
        assertEquals("c#5=5 b#1=1 b#3=3 b#4- a#2=2", backward(memtable.allVersions()));
    }

    @Test
    void aPrefixComesBeforeWhatItIsAPrefixOf() throws IOException {
        for (String key : new String[] {"a\0\0\0\0\0\0\0\0", "a\0", "b", "a", "", "a\0\0", "\0", "a\u0001"}) {
            put(key, "");
        }
        StringBuilder keys = new StringBuilder();
        InternalIterator iterator = memtable.iterator(NOW);
        for (boolean on = iterator.first(); on; on = iterator.next()) {
            keys.append(text(iterator.userKey())).append(';');
        }
        assertEquals(";\0;a;a\0;a\0\0;a\0\0\0\0\0\0\0\0;a\u0001;b;", keys.toString());
    }

    @Test
    void bytesAreOrderedUnsigned() throws IOException {
        for (int b : new int[] {0xff, 0x7f, 0x80, 0x00}) {
            byte[] key = {(byte) b};
            memtable.put(++seqNo, EntryKind.PUT, key, 0, 1, KeyHash.of(key), key, 0, 1);
        }
        InternalIterator iterator = memtable.iterator(NOW);
        int[] order = new int[4];
        int i = 0;
        for (boolean on = iterator.first(); on; on = iterator.next()) {
            order[i++] = iterator.userKey().toByteArray()[0] & 0xff;
        }
        assertArrayEquals(new int[] {0x00, 0x7f, 0x80, 0xff}, order);
    }

    @Test
    void seekGoesToTheKeyOrTheNextAndSeekBeforeToTheOneBefore() throws IOException {
        put("b", "1");
        put("d", "2");
        put("b", "3");
        InternalIterator iterator = memtable.allVersions();
        assertTrue(iterator.seek(slice("b")));
        assertEquals("b#3=3", entry(iterator));
        assertTrue(iterator.seek(slice("c")));
        assertEquals("d#2=2", entry(iterator));
        assertFalse(iterator.seek(slice("e")));
        assertTrue(iterator.seekBefore(slice("e")));
        assertEquals("d#2=2", entry(iterator));
        assertTrue(iterator.seekBefore(slice("d")));
        assertEquals("b#1=1", entry(iterator));
        assertFalse(iterator.seekBefore(slice("b")));
    }

    @Test
    void anIteratorTurnsRoundOnTheSpot() throws IOException {
        // Scans between the puts spread the keys over several chunks.
        for (String key : new String[] {"e", "a", "c", "g", "b", "f", "d"}) {
            put(key, "1");
            put(key, "2");
            assertTrue(memtable.iterator(NOW).first());
        }
        InternalIterator iterator = memtable.allVersions();
        assertTrue(iterator.seek(slice("c")));
        assertEquals("c#6=2", entry(iterator));
        assertTrue(iterator.next());
        assertEquals("c#5=1", entry(iterator));
        assertTrue(iterator.prev());
        assertEquals("c#6=2", entry(iterator));
        assertTrue(iterator.prev());
        assertEquals("b#9=1", entry(iterator));
        assertTrue(iterator.next());
        assertTrue(iterator.next());
        assertTrue(iterator.next());
        assertEquals("d#14=2", entry(iterator));
        assertTrue(iterator.prev());
        assertEquals("c#5=1", entry(iterator));
    }

    @Test
    void anIteratorSeesTheMomentOfItsMaking() throws IOException {
        put("a", "1");
        put("c", "2");
        InternalIterator visible = memtable.iterator(NOW);
        InternalIterator all = memtable.allVersions();
        put("b", "3");
        put("a", "4");
        delete("c");
        assertEquals("a#1=1 c#2=2", forward(visible));
        assertEquals("a#1=1 c#2=2", forward(all));
        assertEquals("c#2=2 a#1=1", backward(all));
    }

    @Test
    void countsAndBytesFollowThePuts() {
        for (int i = 0; i < 10_000; i++) {
            long growth = memtable.growth(5, 3);
            long bytes = memtable.bytes();
            put(String.format("%05d", i), "abc");
            long grown = memtable.bytes() - bytes;
            assertTrue(grown >= growth && grown <= growth + (1 << 18) + (1 << 13), grown + ", foretold " + growth);
        }
        put("00000", "abc");
        assertEquals(10_000, memtable.keys());
        assertEquals(10_001, memtable.entries());
        assertEquals(10_001 * 8L, memtable.dataBytes());
        assertEquals(1, memtable.firstSeqNo());
        assertEquals(10_001, memtable.lastSeqNo());
        // Node, key, version and value take 40 bytes; slots, arrival and what is not used yet must not double that.
        assertTrue(memtable.bytes() > 10_000 * 40 && memtable.bytes() < 10_000 * 90, "bytes: " + memtable.bytes());
    }

    @Test
    void aSmallMemtableIsSmall() {
        put("key", "value");
        assertTrue(memtable.bytes() < 24 << 10, "bytes: " + memtable.bytes());
    }

    @Test
    void largeEntriesAreEntriesLikeOthers() throws IOException {
        Random random = new Random(1);
        byte[] longKey = randomBytes(random, 1 << 20);
        byte[] otherLongKey = longKey.clone();
        otherLongKey[otherLongKey.length - 1] ^= 1;
        byte[] longValue = randomBytes(random, 3 << 20);
        byte[] small = {1};
        putRaw(longKey, longValue);
        putRaw(small, small);
        putRaw(otherLongKey, small);
        putRaw(longKey, small);
        putRaw(small, longValue);

        assertArrayEquals(longValue, memtable.get(longKey, 0, longKey.length, KeyHash.of(longKey), 1));
        assertArrayEquals(small, memtable.get(longKey, 0, longKey.length, KeyHash.of(longKey), NOW));
        assertArrayEquals(small, memtable.get(otherLongKey, 0, longKey.length, KeyHash.of(otherLongKey), NOW));
        assertArrayEquals(longValue, memtable.get(small, 0, 1, KeyHash.of(small), NOW));
        InternalIterator iterator = memtable.allVersions();
        assertTrue(iterator.seek(Slice.of(longKey)));
        assertTrue(iterator.userKey().contentEquals(longKey));
        assertEquals(4, iterator.seqNo());
        assertTrue(iterator.next());
        assertTrue(iterator.value().contentEquals(longValue));
        assertTrue(iterator.seek(Slice.of(small)));
        assertTrue(iterator.value().contentEquals(longValue));
        // An array of exactly its size for each large piece, not a slab.
        long payload = 2L * longKey.length + 2L * longValue.length;
        assertTrue(memtable.bytes() < payload + (64 << 10), "bytes: " + memtable.bytes());
    }

    @Test
    void theLongestKeysMayDifferInTheirLastByteOnly() throws IOException {
        byte[] key = new byte[1 << 20];
        byte[] next = key.clone();
        next[next.length - 1] = 1;
        putRaw(next, new byte[0]);
        putRaw(key, new byte[0]);
        InternalIterator iterator = memtable.iterator(NOW);
        assertTrue(iterator.first());
        assertTrue(iterator.userKey().contentEquals(key));
        assertTrue(iterator.next());
        assertTrue(iterator.userKey().contentEquals(next));
        assertTrue(iterator.seek(Slice.of(next)));
        assertTrue(iterator.userKey().contentEquals(next));
    }

    @Test
    void entriesOfAllSizesAroundASlabFit() {
        int[] sizes = {
            1,
            Arena.FIRST_SLAB_BYTES - 40,
            Arena.FIRST_SLAB_BYTES,
            Arena.LARGEST_SHARED_BYTES - 32,
            Arena.LARGEST_SHARED_BYTES,
            Arena.LARGEST_SHARED_BYTES + 1,
            Arena.SLAB_BYTES - 1,
            Arena.SLAB_BYTES,
            Arena.SLAB_BYTES + 1
        };
        Random random = new Random(2);
        for (int keySize : sizes) {
            for (int valueSize : sizes) {
                byte[] key = randomBytes(random, Math.min(keySize, 1 << 20));
                byte[] value = randomBytes(random, valueSize);
                putRaw(key, value);
                assertArrayEquals(value, memtable.get(key, 0, key.length, KeyHash.of(key), NOW));
            }
        }
    }

    @Test
    void keysWhoseHashesCollideStayApart() {
        byte[] key = new byte[4];
        for (int i = 0; i < 100_000; i++) {
            fill(key, i);
            // The same upper half for all: one chain of slots, one tag.
            long hash = 0x1234_5678L << 32 | i % 4;
            if (i < 300 || i > 99_990) {
                memtable.put(i + 1, EntryKind.PUT, key, 0, 4, hash, key, 0, 4);
            }
        }
        for (int i : new int[] {0, 1, 299, 99_991, 99_999}) {
            fill(key, i);
            assertArrayEquals(key, memtable.get(key, 0, 4, 0x1234_5678L << 32, NOW));
        }
        fill(key, 5_000);
        assertNull(memtable.get(key, 0, 4, 0x1234_5678L << 32, NOW));
    }

    @Test
    void hashesThatShareTheirTopBitsStillFindTheirKeys() {
        byte[] key = new byte[4];
        int count = 60_000;
        for (int i = 0; i < count; i++) {
            fill(key, i);
            memtable.put(i + 1, EntryKind.PUT, key, 0, 4, crowdedHash(i), key, 0, 4);
        }
        for (int i = 0; i < count; i++) {
            fill(key, i);
            assertArrayEquals(key, memtable.get(key, 0, 4, crowdedHash(i), NOW));
        }
    }

    /** All top bits the same: splitting by them never parts two keys. */
    private static long crowdedHash(int i) {
        return (0xabcL << 20 | (i & 0xf_ffff)) << 32;
    }

    private static void fill(byte[] key, int i) {
        key[0] = (byte) (i >>> 24);
        key[1] = (byte) (i >>> 16);
        key[2] = (byte) (i >>> 8);
        key[3] = (byte) i;
    }

    private static byte[] randomBytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private void put(String key, String value) {
        putRaw(key.getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8));
    }

    private void putRaw(byte[] key, byte[] value) {
        memtable.put(++seqNo, EntryKind.PUT, key, 0, key.length, KeyHash.of(key), value, 0, value.length);
    }

    private void delete(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        memtable.put(++seqNo, EntryKind.DELETE, bytes, 0, bytes.length, KeyHash.of(bytes), bytes, 0, 0);
    }

    private byte[] rawGet(String key, long maxSeqNo) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        return memtable.get(bytes, 0, bytes.length, KeyHash.of(bytes), maxSeqNo);
    }

    private String get(String key, long maxSeqNo) {
        byte[] value = rawGet(key, maxSeqNo);
        return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }

    private static Slice slice(String key) {
        return Slice.of(key.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(Slice slice) {
        return new String(slice.array(), slice.offset(), slice.length(), StandardCharsets.UTF_8);
    }

    private static String entry(InternalIterator at) {
        String head = text(at.userKey()) + "#" + at.seqNo();
        return at.kind() == EntryKind.DELETE ? head + "-" : head + "=" + text(at.value());
    }

    private static String forward(InternalIterator iterator) throws IOException {
        StringBuilder walked = new StringBuilder();
        for (boolean on = iterator.first(); on; on = iterator.next()) {
            walked.append(entry(iterator)).append(' ');
        }
        return walked.toString().strip();
    }

    private static String backward(InternalIterator iterator) throws IOException {
        StringBuilder walked = new StringBuilder();
        for (boolean on = iterator.last(); on; on = iterator.prev()) {
            walked.append(entry(iterator)).append(' ');
        }
        return walked.toString().strip();
    }
}
