package io.streambed.lsm.internal.sstable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.bytes.KeyHash;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.internal.entry.EntryKind;
import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.entry.SeqRanges;
import io.streambed.lsm.testing.Seeds;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tables of random entries, in all the shapes that keys come in, against a sorted list. Repeat one with -Dstreambed.seed=. */
final class TableModelTest {
    /** Shapes of keys, each with something that prefixes, separators or blocks could get wrong. */
    enum Shape {
        RANDOM {
            @Override
            byte[] key(Random random) {
                return randomBytes(random, random.nextInt(24));
            }
        },
        FEW_LETTERS {
            @Override
            byte[] key(Random random) {
                byte[] key = randomBytes(random, random.nextInt(8));
                for (int i = 0; i < key.length; i++) {
                    key[i] = (byte) (key[i] & 1);
                }
                return key;
            }
        },
        PREFIXES_OF_EACH_OTHER {
            @Override
            byte[] key(Random random) {
                byte[] key = new byte[random.nextInt(400)];
                Arrays.fill(key, (byte) (random.nextBoolean() ? 0xff : 0));
                return key;
            }
        },
        NUMBERS {
            @Override
            byte[] key(Random random) {
                return Entry.bytes(String.format("user-%09d", random.nextInt(5000)));
            }
        },
        CLUSTERS {
            @Override
            byte[] key(Random random) {
                Random cluster = new Random(random.nextInt(50));
                return Entry.bytes(Long.toHexString(cluster.nextLong()) + "/" + random.nextInt(30));
            }
        },
        LONG_COMMON_PREFIX {
            @Override
            byte[] key(Random random) {
                byte[] key = new byte[64 * 1024 + random.nextInt(4)];
                key[100] = (byte) random.nextInt(2);
                for (int i = 64 * 1024; i < key.length; i++) {
                    key[i] = (byte) random.nextInt();
                }
                return key;
            }
        };

        abstract byte[] key(Random random);

        int most() {
            return this == LONG_COMMON_PREFIX ? 60 : 1500;
        }
    }

    private static final int ROUNDS = Integer.getInteger("rounds", 8);

    private final long seed = Seeds.seed("TableModelTest");

    @ParameterizedTest
    @EnumSource
    void answersAsAListWould(Shape shape) throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            Random random = new Random(seed + round);
            TableWriter.Settings settings = randomSettings(random);
            List<Entry> entries = randomEntries(random, shape);
            check(random, settings, entries);
        }
    }

    @Test
    void holdsAHugeValueAmongSmallOnes() throws IOException {
        byte[] huge = randomBytes(new Random(1), 5 << 20);
        for (BlockCodec codec : List.of(BlockCodec.NONE, BlockCodec.lz4(), BlockCodec.zstd())) {
            for (byte[] value : List.of(huge, new byte[5 << 20])) {
                List<Entry> entries = new ArrayList<>(List.of(
                        Entry.put("a", 1, "1"),
                        Entry.put("b", 2, "2"),
                        new Entry(Entry.bytes("c"), 4, EntryKind.PUT, value),
                        new Entry(Entry.bytes("c"), 3, EntryKind.PUT, value),
                        Entry.delete("d", 5)));
                check(new Random(seed), TableWriter.Settings.withCodec(codec), entries);
            }
        }
    }

    private static void check(Random random, TableWriter.Settings settings, List<Entry> entries) throws IOException {
        MemoryFileSystem fs = new MemoryFileSystem();
        if (random.nextBoolean()) {
            fs.pretendToMap();
        }
        long number = 1L + random.nextInt(1000);
        TableSummary summary = Tables.write(fs, number, settings, entries);
        assertEquals(entries.size(), summary.entries());
        assertEquals(fs.content(Tables.name(number)).length, summary.bytes());
        // Sometimes hardly anything stays in memory.
        BlockCache blocks = new BlockCache(random.nextInt(3) == 0 ? 20_000 : 64 << 20);
        TableCache cache = new TableCache(blocks, 1, random.nextBoolean() ? 0 : 1 << 30);
        TableReader reader = cache.get(fs, Tables.name(number), number);
        assertEquals(summary.toString(), reader.summary().toString());
        reader.verify();
        List<Entry> reversed = new ArrayList<>(entries);
        Collections.reverse(reversed);
        for (ReadMode mode : ReadMode.values()) {
            assertEquals(entries, Tables.forwards(reader, mode));
            assertEquals(reversed, Tables.backwards(reader, mode));
            walk(random, reader, mode, entries);
        }
        lookUp(random, reader, entries);
        // Once more: blocks of mapped files that were read before are now read in pieces.
        lookUp(random, reader, entries);
        cache.evictAll(fs);
        assertEquals(0, blocks.stats().bytes());
        assertEquals(0, fs.openHandles());
        assertEquals(0, cache.memoryBytes());
    }

    private static void walk(Random random, TableReader reader, ReadMode mode, List<Entry> entries) throws IOException {
        try (InternalIterator at = reader.iterator(mode)) {
            int index = -1;
            for (int step = 0; step < 300; step++) {
                boolean stands = index >= 0 && index < entries.size();
                boolean on;
                switch (stands ? random.nextInt(16) : random.nextInt(4)) {
                    case 0 -> {
                        on = at.first();
                        index = 0;
                    }
                    case 1 -> {
                        on = at.last();
                        index = entries.size() - 1;
                    }
                    case 2 -> {
                        byte[] key = someKey(random, entries);
                        on = at.seek(Slice.of(key));
                        index = lowerBound(entries, key);
                    }
                    case 3 -> {
                        byte[] key = someKey(random, entries);
                        on = at.seekBefore(Slice.of(key));
                        index = lowerBound(entries, key) - 1;
                    }
                    case 4, 5, 6, 7 -> {
                        on = at.next();
                        index++;
                    }
                    case 8, 9, 10 -> {
                        on = at.nextKey();
                        byte[] before = entries.get(index).key();
                        do {
                            index++;
                        } while (index < entries.size() && entries.get(index).hasKey(before));
                    }
                    default -> {
                        on = at.prev();
                        index--;
                    }
                }
                boolean wanted = index >= 0 && index < entries.size();
                assertEquals(wanted, on);
                if (wanted) {
                    Tables.assertEntry(entries.get(index), at);
                }
            }
        }
    }

    private static void lookUp(Random random, TableReader reader, List<Entry> entries) throws IOException {
        for (int i = 0; i < Math.min(500, 2 * entries.size()); i++) {
            byte[] key = someKey(random, entries);
            int first = lowerBound(entries, key);
            boolean exists = first < entries.size() && entries.get(first).hasKey(key);
            if (exists) {
                assertTrue(reader.mayContain(KeyHash.of(key)));
            }
            long maxSeqNo = random.nextInt(3) == 0 ? random.nextInt(12_000) : Long.MAX_VALUE;
            SeqRanges voids = SeqRanges.NONE;
            for (int j = random.nextInt(3); j > 0; j--) {
                long from = random.nextInt(10_000);
                voids = voids.plus(new SeqRanges.Range(from, from + random.nextInt(3000)));
            }
            Tables.assertLookup(newest(entries, first, key, maxSeqNo, voids), Tables.get(reader, key, maxSeqNo, voids));
        }
    }

    private static Entry newest(List<Entry> entries, int first, byte[] key, long maxSeqNo, SeqRanges voids) {
        for (int i = first; i < entries.size() && entries.get(i).hasKey(key); i++) {
            long seqNo = entries.get(i).seqNo();
            if (seqNo <= maxSeqNo && !voids.contains(seqNo)) {
                return entries.get(i);
            }
        }
        return null;
    }

    private static int lowerBound(List<Entry> entries, byte[] key) {
        int found = Collections.binarySearch(
                entries, new Entry(key, Long.MAX_VALUE, EntryKind.PUT, new byte[0]), Entry.ORDER);
        assertTrue(found < 0);
        return -found - 1;
    }

    /** A key of the table, or one beside it. */
    private static byte[] someKey(Random random, List<Entry> entries) {
        byte[] key = entries.get(random.nextInt(entries.size())).key();
        return switch (random.nextInt(6)) {
            case 0 -> Arrays.copyOf(key, key.length + 1);
            case 1 -> Arrays.copyOf(key, random.nextInt(key.length + 1));
            case 2 -> {
                byte[] other = key.clone();
                if (other.length > 0) {
                    other[random.nextInt(other.length)] += (byte) (random.nextBoolean() ? 1 : -1);
                }
                yield other;
            }
            default -> key;
        };
    }

    private static List<Entry> randomEntries(Random random, Shape shape) {
        int count = 1 + (random.nextInt(4) == 0 ? 0 : random.nextInt(shape.most()));
        int versions = random.nextInt(3) == 0 ? 1 + random.nextInt(200) : 1 + random.nextInt(3);
        int longestValue = new int[] {1, 30, 300, 5000}[random.nextInt(4)];
        TreeSet<Entry> entries = new TreeSet<>(Entry.ORDER);
        while (entries.size() < count) {
            byte[] key = shape.key(random);
            for (int i = 1 + random.nextInt(versions); i > 0; i--) {
                boolean delete = random.nextInt(4) == 0;
                byte[] value = delete ? new byte[0] : randomValue(random, longestValue);
                long seqNo = 1 + (random.nextInt(8) == 0 ? random.nextLong() >>> 2 : random.nextInt(10_000));
                entries.add(new Entry(key, seqNo, delete ? EntryKind.DELETE : EntryKind.PUT, value));
            }
        }
        return new ArrayList<>(entries);
    }

    private static byte[] randomValue(Random random, int longest) {
        int length = random.nextInt(longest);
        return random.nextBoolean() ? new byte[length] : randomBytes(random, length);
    }

    private static byte[] randomBytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static TableWriter.Settings randomSettings(Random random) {
        int[] blockBytes = {1, 20, 100, 1000, 4096, 40_000, 1 << 20};
        int[] restartIntervals = {1, 2, 4, 16, 1000};
        return new TableWriter.Settings(
                blockBytes[random.nextInt(blockBytes.length)],
                restartIntervals[random.nextInt(restartIntervals.length)],
                1 + random.nextInt(20),
                random.nextBoolean() ? BlockCodec.NONE : BlockCodec.lz4());
    }
}
