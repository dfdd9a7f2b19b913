package io.streambed.lsm.model;

import io.streambed.lsm.CompactionStyle;
import io.streambed.lsm.Compression;
import io.streambed.lsm.Durability;
import io.streambed.lsm.LsmOptions;
import io.streambed.lsm.LsmRuntime;
import io.streambed.lsm.testing.KeyPool;
import java.util.List;
import java.util.Random;

/**
 * One way to open and use a tree. The first numbers go through all combinations of durability, commits, compression and executor;
 * the rest of a setting is drawn.
 */
record Setting(int number, LsmOptions options, boolean ownThreads, KeyPool.Shape shape, int keys, int largestValue) {
    private static final List<Durability> DURABILITIES = List.of(Durability.values());
    private static final List<CompactionStyle> STYLES = List.of(CompactionStyle.values());
    private static final List<KeyPool.Shape> SHAPES = List.of(KeyPool.Shape.values());

    static Setting of(int number, Random random) {
        int slowdown = random.nextBoolean() ? 1000 : 4 + random.nextInt(4);
        LsmOptions options = LsmOptions.builder()
                .name("model-" + number)
                .durability(DURABILITIES.get(number % 3))
                .commitEveryWrite(number / 3 % 2 == 0)
                .compression(compression(number))
                .compactionStyle(style(number))
                .writeBufferBytes(64L << 10)
                .maxWriteBuffers(2 + random.nextInt(3))
                .blockBytes(random.nextBoolean() ? 512 : 4 << 10)
                .filterBitsPerKey(random.nextBoolean() ? 4 : 10)
                .tableBytes(64L << 10)
                .level0Slowdown(slowdown)
                .level0Stall(slowdown + 1 + random.nextInt(8))
                .build();
        KeyPool.Shape shape = SHAPES.get(number % SHAPES.size());
        int keys = new int[] {30, 500, 3_000, 12_000}[random.nextInt(4)];
        int largestValue = new int[] {20, 100, 400}[random.nextInt(3)];
        return new Setting(number, options, number / 12 % 2 == 1, shape, keys, largestValue);
    }

    /** Each with and without threads: the numbers change between these every 12. */
    private static CompactionStyle style(int number) {
        return STYLES.get((number + number / 24) % STYLES.size());
    }

    private static Compression compression(int number) {
        if (number / 6 % 2 == 0) {
            return Compression.NONE;
        }
        return number / 24 % 2 == 0 ? Compression.LZ4 : Compression.ZSTD;
    }

    LsmRuntime runtime(Random random) {
        LsmRuntime.Builder builder = LsmRuntime.builder()
                .memoryBytes(random.nextBoolean() ? 256 << 10 : 16 << 20)
                .blockCache(random.nextInt(3) > 0)
                .openTables(16);
        return ownThreads
                ? builder.backgroundThreads(1).build()
                : builder.executor(Runnable::run).build();
    }

    @Override
    public String toString() {
        return number + ": " + options.durability() + (options.commitEveryWrite() ? ", every write" : ", explicit")
                + ", " + options.compression() + ", " + options.compactionStyle()
                + (ownThreads ? ", threads" : ", inline") + ", " + keys + " " + shape
                + " keys, values to " + largestValue;
    }
}
