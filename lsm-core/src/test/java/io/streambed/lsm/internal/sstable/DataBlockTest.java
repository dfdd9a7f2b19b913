package io.streambed.lsm.internal.sstable;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.bytes.KeyHash;
import io.streambed.lsm.bytes.MalformedBytesException;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.EntryKind;
import io.streambed.lsm.internal.entry.Lookup;
import io.streambed.lsm.internal.entry.SeqRanges;
import io.streambed.lsm.testing.Seeds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class DataBlockTest {
    @Test
    void looksAsThePictureSays() {
        byte[] block = block(
                16,
                Entry.put("app/one/1", 9, "x"),
                Entry.delete("app/one/1", 8),
                Entry.put("app/one/2", 7, "yz"),
                Entry.put("app/two", 200, ""));
        String hex = HexFormat.of().formatHex(block, 0, block.length - BlockTrailer.BYTES);
        String tags =
                "%02x%02x%02x%02x".formatted(tag("app/one/1"), tag("app/one/1"), tag("app/one/2"), tag("app/two"));
        assertEquals(
                "04000000" // four entries, narrow offsets
                        + tags
                        + "1580" // a head at 21
                        + "1d00" // 29
                        + "2000" // 32
                        + "2680" // a head at 38
                        + "04" + "6170702f" // "app/"
                        + "05" + "12" + "6f6e652f31" + "78" // "one/1", 9, put, "x"
                        + "05" + "00" + "11" // the same, 8, delete
                        + "04" + "01" + "0e" + "32" + "797a" // "one/" and "2", 7, put, "yz"
                        + "03" + "9003" + "74776f", // "two", 200, put, ""
                hex);
    }

    @Test
    void offsetsAreWideWhereNarrowOnesDoNotReach() throws IOException {
        for (int length : new int[] {10, 32_700, 32_740, 32_770, 70_000}) {
            byte[] value = new byte[length];
            Arrays.fill(value, (byte) 7);
            List<Entry> entries =
                    List.of(new Entry(Entry.bytes("a"), 1, EntryKind.PUT, value), Entry.put("b", 2, "last"));
            byte[] block = block(16, entries.toArray(Entry[]::new));
            assertEquals(block.length - BlockTrailer.BYTES > 32_767, DataBlock.isWide(block, 0));
            assertEquals(entries, forwards(block));
            assertArrayEquals(Entry.bytes("last"), get(block, "b", Long.MAX_VALUE));
        }
    }

    @Test
    void findsTheNewestVersionThatCounts() throws IOException {
        byte[] block = block(
                16,
                Entry.put("a", 5, "a5"),
                Entry.put("b", 9, "b9"),
                Entry.delete("b", 7),
                Entry.put("b", 3, "b3"),
                Entry.put("c", 4, ""));
        assertArrayEquals(Entry.bytes("b9"), get(block, "b", Long.MAX_VALUE));
        assertSame(Lookup.TOMBSTONE, get(block, "b", 8));
        assertArrayEquals(Entry.bytes("b3"), get(block, "b", 6));
        assertNull(get(block, "b", 2));
        assertNull(get(block, "bb", Long.MAX_VALUE));
        assertArrayEquals(new byte[0], get(block, "c", Long.MAX_VALUE));
        byte[] key = Entry.bytes("b");
        SeqRanges voids = SeqRanges.NONE.plus(new SeqRanges.Range(7, 100));
        assertArrayEquals(Entry.bytes("b3"), lookUp(block, key, KeyHash.of(key), Long.MAX_VALUE, voids));
    }

    @Test
    void tellsThatTheVersionsOfItsLastKeyMayGoOn() throws IOException {
        byte[] block = block(16, Entry.put("a", 5, "a5"), Entry.put("b", 9, "b9"), Entry.put("b", 8, "b8"));
        assertSame(BlockLookup.GOES_ON, get(block, "b", 7));
        assertNull(get(block, "a", 4));
    }

    @Test
    void keysWithTheSameTagAreToldApart() throws IOException {
        // 4,000 keys have each of 256 tags some 16 times.
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 4000; i++) {
            entries.add(Entry.put("%05d".formatted(i), i + 1, "value " + i));
        }
        byte[] block = block(16, entries.toArray(Entry[]::new));
        for (int i = 0; i < 4000; i++) {
            assertArrayEquals(Entry.bytes("value " + i), get(block, "%05d".formatted(i), Long.MAX_VALUE));
            assertNull(get(block, "%05dx".formatted(i), Long.MAX_VALUE));
        }
    }

    @Test
    void aClusterBeginsWithAHeadWhereverItBegins() {
        List<Entry> entries = new ArrayList<>();
        for (int cluster = 0; cluster < 8; cluster++) {
            for (int i = 0; i < 5; i++) {
                entries.add(Entry.put("common/" + ((char) ('a' + cluster)) + "-long-name-of-it/" + i, 1, ""));
            }
        }
        byte[] block = block(16, entries.toArray(Entry[]::new));
        for (int i = 0; i < entries.size(); i++) {
            boolean head = DataBlock.rawOffset(block, DataBlock.HEADER_BYTES + entries.size(), false, i) < 0;
            assertEquals(i % 5 == 0, head, "entry " + i);
        }
    }

    @Test
    void noGroupIsLongerThanItMayBe() {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            entries.add(Entry.put("a/cluster/%03d".formatted(i), 1, ""));
        }
        entries.add(Entry.put("b", 1, ""));
        byte[] block = block(7, entries.toArray(Entry[]::new));
        int sinceHead = 0;
        for (int i = 0; i < entries.size(); i++) {
            boolean head = DataBlock.rawOffset(block, DataBlock.HEADER_BYTES + entries.size(), false, i) < 0;
            sinceHead = head ? 1 : sinceHead + 1;
            assertTrue(sinceHead <= 7);
        }
    }

    /** The checksum would stop nearly all of these; what gets by it must do no harm either. */
    @Test
    void wrongBytesAreRefusedOrReadWithinTheirBounds() {
        long seed = Seeds.seed("DataBlockTest");
        Random random = new Random(seed);
        int refused = 0;
        for (int round = 0; round < 4_000; round++) {
            byte[] block = randomBlock(random);
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                // The front decides most, so it is hit most.
                int at = random.nextInt(random.nextBoolean() ? Math.min(60, block.length) : block.length);
                block[at] = (byte) (random.nextBoolean() ? random.nextInt() : block[at] ^ (1 << random.nextInt(8)));
            }
            if (random.nextInt(4) == 0) {
                block = Arrays.copyOf(block, BlockTrailer.BYTES + random.nextInt(block.length));
            }
            refused += lookUpAll(block, random) ? 0 : 1;
            refused += walkThrough(block, random, 0) ? 0 : 1;
            // In the middle of other bytes, too.
            byte[] among = new byte[block.length + 50];
            random.nextBytes(among);
            System.arraycopy(block, 0, among, 20, block.length);
            refused += walkThrough(Arrays.copyOf(among, 20 + block.length), random, 20) ? 0 : 1;
        }
        assertTrue(refused > 3_000 && refused < 11_800, "refused " + refused);
    }

    /** Whether nothing was refused. */
    private static boolean lookUpAll(byte[] block, Random random) {
        try {
            for (int i = 0; i < 20; i++) {
                byte[] key = Entry.bytes("common stem/" + Integer.toString(random.nextInt(500), 3));
                if (random.nextBoolean()) {
                    key = Arrays.copyOfRange(key, 12, key.length);
                }
                // Now the right tag, now any.
                long hash = random.nextBoolean() ? KeyHash.of(key) : block[Math.min(4 + i / 2, block.length - 1)];
                lookUp(block, key, hash, random.nextInt(1000), SeqRanges.NONE);
            }
            return true;
        } catch (MalformedBytesException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether nothing was refused. */
    private static boolean walkThrough(byte[] block, Random random, int base) {
        BlockCursor cursor = new BlockCursor();
        boolean right = true;
        for (int i = 0; i < 40; i++) {
            try {
                cursor.enter(block, base, block.length - BlockTrailer.BYTES);
                boolean on = switch (random.nextInt(4)) {
                    case 0 -> cursor.first();
                    case 1 -> cursor.last();
                    case 2 -> cursor.seek(Slice.of(Entry.bytes(Integer.toString(random.nextInt(500), 3))));
                    default -> cursor.seekBefore(Slice.of(Entry.bytes("common stem/" + random.nextInt(3))));
                };
                for (int steps = 0; on; steps++) {
                    assertTrue(steps < block.length);
                    assertTrue(cursor.entry().key().length()
                                    + cursor.entry().value().length()
                            <= 3 * block.length);
                    on = i % 2 == 0 ? cursor.next() : cursor.prev();
                }
            } catch (MalformedBytesException e) {
                cursor.leave();
                right = false;
            }
        }
        return right;
    }

    private static byte[] randomBlock(Random random) {
        TreeSet<Entry> entries = new TreeSet<>(Entry.ORDER);
        int count = 1 + random.nextInt(12);
        String stem = random.nextBoolean() ? "" : "common stem/";
        while (entries.size() < count) {
            String key = stem + Integer.toString(random.nextInt(500), 3);
            entries.add(
                    random.nextInt(5) == 0
                            ? Entry.delete(key, 1 + random.nextInt(1000))
                            : Entry.put(key, 1 + random.nextInt(1000), "v".repeat(random.nextInt(20))));
        }
        return block(1 + random.nextInt(5), entries.toArray(Entry[]::new));
    }

    @Test
    void emptyBytesAreNoBlock() {
        for (int length = 0; length < 10; length++) {
            byte[] zeros = new byte[length + BlockTrailer.BYTES];
            assertThrows(MalformedBytesException.class, () -> forwards(zeros));
            assertThrows(MalformedBytesException.class, () -> get(zeros, "", 1));
        }
    }

    @Test
    void aCursorThatLeftStandsNowhere() throws IOException {
        BlockCursor cursor = new BlockCursor();
        assertFalse(cursor.first());
        byte[] block = block(1, Entry.put("a", 1, ""));
        cursor.enter(block, 0, block.length - BlockTrailer.BYTES);
        assertTrue(cursor.first());
        cursor.leave();
        assertFalse(cursor.first());
        assertFalse(cursor.last());
        assertFalse(cursor.next());
        assertFalse(cursor.prev());
        assertFalse(cursor.seek(Slice.of(new byte[1])));
    }

    @Test
    void aCursorThatIsKeptHoldsNoBlock() throws IOException {
        BlockCursor cursor = new BlockCursor();
        byte[] block = block(1, Entry.put("a", 1, "x"));
        cursor.enter(block, 0, block.length - BlockTrailer.BYTES);
        assertTrue(cursor.first());
        assertSame(block, cursor.entry().value().array());
        cursor.release();
        assertFalse(cursor.first());
        assertEquals(0, cursor.entry().key().array().length);
        assertEquals(0, cursor.entry().value().array().length);
    }

    private static int tag(String key) {
        return DataBlock.tag(KeyHash.of(Entry.bytes(key))) & 0xff;
    }

    private static byte[] get(byte[] block, String key, long maxSeqNo) throws IOException {
        byte[] bytes = Entry.bytes(key);
        return lookUp(block, bytes, KeyHash.of(bytes), maxSeqNo, SeqRanges.NONE);
    }

    private static byte[] lookUp(byte[] block, byte[] key, long hash, long maxSeqNo, SeqRanges voids)
            throws IOException {
        return BlockLookup.get(
                block, block.length - BlockTrailer.BYTES, null, key, 0, key.length, hash, maxSeqNo, voids);
    }

    private static List<Entry> forwards(byte[] block) throws IOException {
        BlockCursor cursor = new BlockCursor();
        cursor.enter(block, 0, block.length - BlockTrailer.BYTES);
        List<Entry> all = new ArrayList<>();
        for (boolean on = cursor.first(); on; on = cursor.next()) {
            all.add(new Entry(
                    cursor.entry().key().toByteArray(),
                    cursor.entry().seqNo(),
                    cursor.entry().kind(),
                    cursor.entry().value().toByteArray()));
        }
        return all;
    }

    /** A block with room for its trailer. */
    static byte[] block(int restartInterval, Entry... entries) {
        BlockBuilder builder = new BlockBuilder(restartInterval);
        byte[] last = new byte[0];
        for (Entry entry : entries) {
            int mismatch = Arrays.mismatch(last, entry.key());
            long seqNoAndKind = entry.seqNo() << 1 | (entry.kind() == EntryKind.DELETE ? 1 : 0);
            builder.add(
                    entry.key(),
                    0,
                    entry.key().length,
                    DataBlock.tag(KeyHash.of(entry.key())),
                    mismatch < 0 ? last.length : mismatch,
                    seqNoAndKind,
                    entry.value(),
                    0,
                    entry.value().length);
            last = entry.key();
        }
        int length = builder.finish();
        return Arrays.copyOf(Arrays.copyOf(builder.bytes(), length), length + BlockTrailer.BYTES);
    }
}
