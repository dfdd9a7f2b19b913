package io.streambed.lsm.internal.compaction;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.streambed.lsm.bytes.KeyHash;
import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.version.KeyTimes;
import io.streambed.lsm.internal.version.TableMeta;
import io.streambed.lsm.internal.version.Version;
import io.streambed.lsm.internal.version.VersionEdit;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

/** A flush of keys 0 to 99,999, over one table of the keys from 10,000 to 89,999. The table is never loaded. */
class OverwriteEstimateTest {
    private static final int KEYS = 100_000;
    private static final Version OLDER = Version.EMPTY.apply(
            new VersionEdit().add(1, 1, new TableMeta(1, 100, 1, 0, key(10_000), key(89_999), 1, 1, 0, KeyTimes.ANY)));

    private int asked;

    /** The filter is wrong about so many in a hundred. */
    private int wrongAbout;

    @Test
    void whatNoTableHasIsNoOverwrite() throws IOException {
        assertEquals(0, estimate(i -> false, 8));
        assertEquals(2 * 80_000 / 256.0, asked, 20, "twice about one key in 256 of those that the table may have");
    }

    @Test
    void whatATableHasIsOne() throws IOException {
        assertEquals(80_000.0, estimate(i -> true, 8), 256);
    }

    @Test
    void oneInThreeIsOneInThree() throws IOException {
        assertEquals(80_000 / 3.0, estimate(i -> i % 3 == 0, 8), KEYS / 40.0);
    }

    @Test
    void largeValuesAreAskedAboutAfter64KiB() throws IOException {
        assertEquals(80_000.0, estimate(i -> true, 16_000), 5);
        assertEquals(2 * 16_000.0, asked, 2);
    }

    @Test
    void whatFiltersAreWrongAboutIsLeftOut() throws IOException {
        wrongAbout = 25;
        assertEquals(0, estimate(i -> false, 8), KEYS / 25.0);
        assertEquals(80_000 / 3.0, estimate(i -> i % 3 == 0, 8), KEYS / 25.0);
        assertEquals(80_000.0, estimate(i -> true, 8), KEYS / 25.0);
    }

    @Test
    void filtersThatKnowEverythingTellNothing() throws IOException {
        wrongAbout = 100;
        OverwriteEstimate estimate = new OverwriteEstimate(tables(i -> false), OLDER);
        for (int i = 10_000; i < 20_000; i++) {
            estimate.add(Slice.of(key(i)), 8);
        }
        assertEquals(0, estimate.overwrites());
    }

    /** By chance, with few entries. */
    @Test
    void filtersThatKnowNothingButWhatNobodyHasTellNothing() throws IOException {
        long hash = KeyHash.of(key(10_000));
        TableFiles tables = new FiltersOnly(asked -> false, asked -> asked == ~hash);
        OverwriteEstimate estimate = new OverwriteEstimate(tables, OLDER);
        estimate.add(Slice.of(key(10_000)), 8);
        estimate.add(Slice.of(key(10_001)), 8);
        assertEquals(0, estimate.overwrites());
    }

    @Test
    void aFewEntriesAreKnownExactly() throws IOException {
        OverwriteEstimate estimate = new OverwriteEstimate(tables(i -> i % 3 == 0), OLDER);
        for (int i = 10_000; i < 10_064; i++) {
            estimate.add(Slice.of(key(i)), 8);
        }
        assertEquals(2 * 64, asked);
        assertEquals(64 / 3, estimate.overwrites());
    }

    private double estimate(IntPredicate isBelow, int valueLength) throws IOException {
        OverwriteEstimate estimate = new OverwriteEstimate(tables(isBelow), OLDER);
        for (int i = 0; i < KEYS; i++) {
            estimate.add(Slice.of(key(i)), valueLength);
        }
        return (double) estimate.overwrites();
    }

    /** The table below, with a filter that knows what it holds and is wrong about some of the rest. */
    private TableFiles tables(IntPredicate isBelow) {
        Set<Long> below = new HashSet<>();
        for (int i = 10_000; i < 90_000; i++) {
            if (isBelow.test(i)) {
                below.add(KeyHash.of(key(i)));
            }
        }
        return new FiltersOnly(
                hash -> {
                    throw new AssertionError("a filter was loaded");
                },
                hash -> {
                    asked++;
                    return below.contains(hash) || new SplittableRandom(hash).nextInt(100) < wrongAbout;
                });
    }

    private static byte[] key(int i) {
        return "%05d".formatted(i).getBytes(UTF_8);
    }
}
