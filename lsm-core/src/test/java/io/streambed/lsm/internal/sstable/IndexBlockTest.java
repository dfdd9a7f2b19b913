package io.streambed.lsm.internal.sstable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.bytes.ByteWriter;
import io.streambed.lsm.bytes.MalformedBytesException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

final class IndexBlockTest {
    @Test
    void separatorsAreAsShortAsCanBe() throws MalformedBytesException {
        assertSeparator("b", "apple", "banana");
        assertSeparator("ap", "ao", "apple");
        assertSeparator("applf", "apple", "applz");
        assertSeparator("apple", "apple", "applf");
        assertSeparator("apple ", "apple", "apple tree");
        assertSeparator("apple", "apple", "apple ");
        assertSeparator("", "", "a");
    }

    @Test
    void aSeparatorIsNotLessThanTheLastKeyAndLessThanTheNext() throws MalformedBytesException {
        Random random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            byte[] one = fewLetters(random);
            byte[] other = fewLetters(random);
            int order = Arrays.compareUnsigned(one, other);
            if (order != 0) {
                byte[] last = order < 0 ? one : other;
                byte[] next = order < 0 ? other : one;
                IndexBlock index = parse(build(List.of(last, next)));
                assertTrue(index.compareSeparator(0, last, 0, last.length) >= 0);
                assertTrue(index.compareSeparator(0, next, 0, next.length) < 0);
            }
        }
    }

    @Test
    void leadsToTheFirstBlockNotBelowTheKey() throws MalformedBytesException {
        Random random = new Random(5);
        List<Function<Random, byte[]>> spreads = List.of(
                r -> longKey(r.nextLong()), // even
                r -> longKey((long) Math.pow(2, 63 * r.nextDouble())), // most at one end
                r -> longKey(r.nextInt(20) == 0 ? r.nextLong() : r.nextInt(100_000)), // most in one place
                r -> Entry.bytes("common/" + Long.toString(r.nextInt(1 << 20), 5)),
                r -> Entry.bytes("common to all, and then eight: 12345678" + r.nextInt(3000)),
                IndexBlockTest::fewLetters,
                r -> new byte[r.nextInt(2000)]);
        for (Function<Random, byte[]> spread : spreads) {
            for (int blocks : new int[] {1, 2, 15, 400, 1500}) {
                TreeSet<byte[]> keys = new TreeSet<>(Arrays::compareUnsigned);
                for (int i = 0; i < blocks; i++) {
                    keys.add(spread.apply(random));
                }
                checkFind(random, new ArrayList<>(keys), spread);
            }
        }
    }

    @Test
    void versionsOfOneKeyMayFillSeveralBlocks() throws MalformedBytesException {
        IndexBuilder builder = new IndexBuilder();
        byte[] key = Entry.bytes("key");
        builder.add(Entry.bytes("a"), 1, key, 0, 3, 0, 100);
        builder.add(key, 3, 200);
        builder.add(key, 3, 300);
        builder.add(key, 3, 400);
        IndexBlock index = parse(builder.finish());
        assertEquals(4, index.count());
        assertEquals(1, index.find(key, 0, 3));
        assertEquals(4, index.find(Entry.bytes("kez"), 0, 3));
        assertEquals(new BlockHandle(105, 200), index.handle(1));
        assertEquals(100 + 200 + 300 + 400 + 4 * BlockTrailer.BYTES, index.end());
    }

    @Test
    void refusesWhatCannotBeOne() {
        assertRefused(new ByteWriter(9).writeVarint(0).writeVarint(0));
        assertRefused(new ByteWriter(9).writeVarint(1).writeVarint(0));
        assertRefused(new ByteWriter(9).writeVarint(1).writeVarint(100).writeVarint(0));
        assertRefused(new ByteWriter(9)
                .writeVarint(Integer.MAX_VALUE)
                .writeVarint(0)
                .writeVarint(0)
                .writeVarint(9));
        assertRefused(
                new ByteWriter(9).writeVarint(1).writeVarint(0).writeVarint(50).writeVarint(9));
        assertRefused(new ByteWriter(9)
                .writeVarint(1)
                .writeVarint(0)
                .writeVarint(0)
                .writeVarint(9)
                .writeByte(0));
        assertRefused(
                new ByteWriter(9).writeVarint(1).writeVarint(0).writeVarint(0).writeVarint(1L << 40));
    }

    @Test
    void wrongBytesAreRefusedOrReadWithinTheirBounds() {
        Random random = new Random(8);
        TreeSet<byte[]> keys = new TreeSet<>(Arrays::compareUnsigned);
        for (int i = 0; i < 40; i++) {
            keys.add(fewLetters(random));
        }
        byte[] right = build(new ArrayList<>(keys)).toByteArray();
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = Arrays.copyOf(right, random.nextInt(4) == 0 ? random.nextInt(right.length) : right.length);
            for (int i = random.nextInt(3); i >= 0 && bytes.length > 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                IndexBlock index = IndexBlock.parse(bytes, 0, bytes.length);
                for (int i = 0; i < 10; i++) {
                    byte[] key = fewLetters(random);
                    int found = index.find(key, 0, key.length);
                    assertTrue(found >= 0 && found <= index.count());
                }
            } catch (MalformedBytesException e) {
                // As it should be.
            }
        }
    }

    private static void checkFind(Random random, List<byte[]> keys, Function<Random, byte[]> spread)
            throws MalformedBytesException {
        IndexBlock index = parse(build(keys));
        for (int i = 0; i < 2000; i++) {
            byte[] key = random.nextBoolean() ? keys.get(random.nextInt(keys.size())) : spread.apply(random);
            int found = index.find(key, 0, key.length);
            assertTrue(found == index.count() || index.compareSeparator(found, key, 0, key.length) >= 0);
            assertTrue(found == 0 || index.compareSeparator(found - 1, key, 0, key.length) < 0);
        }
    }

    private static void assertSeparator(String expected, String last, String next) throws MalformedBytesException {
        IndexBlock index = parse(build(List.of(Entry.bytes(last), Entry.bytes(next))));
        byte[] key = Entry.bytes(expected);
        assertEquals(0, index.compareSeparator(0, key, 0, key.length));
    }

    /** An index with a block for each key, which is its first and last. */
    private static ByteWriter build(List<byte[]> keys) {
        IndexBuilder builder = new IndexBuilder();
        for (int i = 0; i < keys.size(); i++) {
            byte[] last = keys.get(i);
            if (i + 1 == keys.size()) {
                builder.add(last, last.length, 50);
            } else {
                byte[] next = keys.get(i + 1);
                builder.add(last, last.length, next, 0, next.length, Arrays.mismatch(last, next), 50);
            }
        }
        return builder.finish();
    }

    private static IndexBlock parse(ByteWriter bytes) throws MalformedBytesException {
        return IndexBlock.parse(bytes.array(), 0, bytes.length());
    }

    private static void assertRefused(ByteWriter bytes) {
        assertThrows(MalformedBytesException.class, () -> parse(bytes));
    }

    private static byte[] longKey(long number) {
        byte[] key = new byte[8];
        for (int i = 0; i < 8; i++) {
            key[i] = (byte) (number >>> (56 - 8 * i));
        }
        return key;
    }

    private static byte[] fewLetters(Random random) {
        byte[] key = new byte[random.nextInt(6)];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) (random.nextInt(3) - 1);
        }
        return key;
    }
}
