package io.streambed.lsm.internal.version;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.streambed.lsm.testing.ByteMaps;
import io.streambed.lsm.testing.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RunTest {
    private final long seed = Seeds.seed("RunTest");

    /** Keys of all lengths, with and without a common prefix, that are prefixes of each other, or equal for long. */
    @Test
    void findsTheTableThatAKeyBelongsTo() {
        for (int round = 0; round < 2_000; round++) {
            Random random = new Random(seed + round);
            byte[] prefix = bytes(random, random.nextInt(3) * random.nextInt(8), 256);
            int letters = random.nextBoolean() ? 2 : 256;
            NavigableMap<byte[], byte[]> ends = ByteMaps.create();
            for (int i = 1 + random.nextInt(20); i > 0; i--) {
                ends.put(join(prefix, bytes(random, random.nextInt(20), letters)), prefix);
            }
            List<byte[]> sorted = new ArrayList<>(ends.keySet());
            Run run = run(sorted);
            for (int i = 0; i < 50; i++) {
                byte[] key = switch (random.nextInt(4)) {
                    case 0 -> bytes(random, random.nextInt(20), letters);
                    case 1 -> join(prefix, bytes(random, random.nextInt(20), letters));
                    case 2 -> sorted.get(random.nextInt(sorted.size()));
                    default -> {
                        byte[] near = sorted.get(random.nextInt(sorted.size()));
                        yield Arrays.copyOf(near, random.nextInt(near.length + 2));
                    }
                };
                int expected = (int) sorted.stream()
                        .filter(end -> Arrays.compareUnsigned(end, key) < 0)
                        .count();
                byte[] within = join(new byte[] {7}, key);
                assertEquals(expected, run.firstEndingAtOrAfter(within, 1, key.length), () -> "seed " + seed);
            }
        }
    }

    @Test
    void refusesTablesThatOverlap() {
        assertThrows(IllegalArgumentException.class, () -> new Run(1, List.of()));
        TableMeta table = table(1, new byte[] {1}, new byte[] {5});
        assertThrows(
                IllegalArgumentException.class,
                () -> new Run(1, List.of(table, table(2, new byte[] {5}, new byte[] {6}))));
    }

    private static Run run(List<byte[]> ends) {
        List<TableMeta> tables = new ArrayList<>();
        for (byte[] end : ends) {
            tables.add(table(tables.size() + 1, end, end));
        }
        return new Run(1, tables);
    }

    private static TableMeta table(long number, byte[] smallest, byte[] largest) {
        return new TableMeta(number, 100, 1, 0, smallest, largest, number, number, 0, KeyTimes.ANY);
    }

    private static byte[] bytes(Random random, int length, int letters) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) random.nextInt(letters);
        }
        return bytes;
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
