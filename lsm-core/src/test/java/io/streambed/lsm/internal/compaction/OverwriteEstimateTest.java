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
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

/** A flush of keys 0 to 99,999, over one table of the keys from 10,000 to 89,999. The table is never loaded. */
class OverwriteEstimateTest {
    private static final int KEYS = 100_000;
    private static final Version OLDER = Version.EMPTY.apply(
            new VersionEdit().add(1, 1, new TableMeta(1, 100, 1, 0, key(10_000), key(89_999), 1, 1, 0, KeyTimes.ANY)));

    private int asked;

    @Test
    void whatNoTableHasIsNoOverwrite() throws IOException {
        assertEquals(0, estimate(i -> false, 8));
        assertEquals(80_000 / 256.0, asked, 10, "about one key in 256 of those that the table may have");
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
        assertEquals(16_000.0, asked, 1);
    }

    @Test
    void aFewEntriesAreKnownExactly() throws IOException {
        FiltersOnly tables = new FiltersOnly(hash -> false, hash -> {
            asked++;
            return asked % 3 == 0;
        });
        OverwriteEstimate estimate = new OverwriteEstimate(tables, OLDER);
        for (int i = 10_000; i < 10_064; i++) {
            estimate.add(Slice.of(key(i)), 8);
        }
        assertEquals(64, asked);
        assertEquals(64 / 3, estimate.overwrites());
    }

    private double estimate(IntPredicate isBelow, int valueLength) throws IOException {
        Set<Long> below = new HashSet<>();
        for (int i = 10_000; i < 90_000; i++) {
            if (isBelow.test(i)) {
                below.add(KeyHash.of(key(i)));
            }
        }
        FiltersOnly tables = new FiltersOnly(
                hash -> {
                    throw new AssertionError("a filter was loaded");
                },
                hash -> {
                    asked++;
                    return below.contains(hash);
                });
        OverwriteEstimate estimate = new OverwriteEstimate(tables, OLDER);
        for (int i = 0; i < KEYS; i++) {
            estimate.add(Slice.of(key(i)), valueLength);
        }
        return (double) estimate.overwrites();
    }

    private static byte[] key(int i) {
        return "%05d".formatted(i).getBytes(UTF_8);
    }
}
