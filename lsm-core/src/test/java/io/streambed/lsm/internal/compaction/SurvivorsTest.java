package io.streambed.lsm.internal.compaction;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.streambed.lsm.bytes.KeyHash;
import io.streambed.lsm.internal.entry.EntryView;
import io.streambed.lsm.internal.entry.SeqRanges;
import io.streambed.lsm.internal.version.KeyTimes;
import io.streambed.lsm.internal.version.TableMeta;
import io.streambed.lsm.internal.version.Version;
import io.streambed.lsm.internal.version.VersionEdit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Entries are told as key, sequence number and what they do: {@code k5+} puts, {@code k5-} deletes. */
class SurvivorsTest {
    private static final Version NOTHING_OLDER = Version.EMPTY;
    private static final Version KEYS_FROM_A_TO_Z = Version.EMPTY.apply(new VersionEdit()
            .add(1, 1, new TableMeta(1, 100, 1, 0, "a".getBytes(UTF_8), "z".getBytes(UTF_8), 1, 1, 0, KeyTimes.ANY)));

    @Test
    void theNewestVersionIsKept() throws IOException {
        assertEquals("k5+ l2+", survivors(NOTHING_OLDER, new long[] {9}, "k5+ k3+ k1- l2+"));
    }

    @Test
    void aTombstoneThatHidesNothingGoesAlsoIfItCameAfterTheLastCommit() throws IOException {
        assertEquals("", survivors(NOTHING_OLDER, new long[] {1}, "k5- k3+"));
        assertEquals("l7+", survivors(NOTHING_OLDER, new long[] {1}, "k5- l7+"));
    }

    @Test
    void aTombstoneStaysInFrontOfWhatItHidesForAProtectedMoment() throws IOException {
        assertEquals("k5- k3+", survivors(NOTHING_OLDER, new long[] {4}, "k5- k3+"));
        assertEquals("k5+ k4- k2+", survivors(NOTHING_OLDER, new long[] {2, 4}, "k5+ k4- k2+ k1+"));
    }

    @Test
    void aTombstoneStaysIfATableBelowMayHoldItsKey() throws IOException {
        assertEquals("k5- l6-", survivors(KEYS_FROM_A_TO_Z, new long[] {1}, "k5- k3+ l6-"));
        assertEquals("", survivors(KEYS_FROM_A_TO_Z, new long[] {1}, "~5- ~3+"));
    }

    @Test
    void ofTwoTombstonesTheOlderOneDoesForBoth() throws IOException {
        assertEquals("k3- k1+", survivors(NOTHING_OLDER, new long[] {2, 4}, "k5- k3- k1+"));
        assertEquals("k3-", survivors(KEYS_FROM_A_TO_Z, new long[] {4}, "k5- k3- k1+"));
    }

    /** Tombstones of the 64 keys from '0' to 'o'. Up to 'O', and from 'h' on, all of them hide something below. */
    @Test
    void whereTombstonesAreNeededOneInSixteenIsAskedAboutAndWhereOneIsNotAll() throws IOException {
        Version older = Version.EMPTY.apply(new VersionEdit()
                .add(
                        1,
                        1,
                        new TableMeta(1, 100, 1, 0, "0".getBytes(UTF_8), "o".getBytes(UTF_8), 1, 1, 0, KeyTimes.ANY)));
        Set<Long> below = new HashSet<>();
        List<String> tombstones = new ArrayList<>();
        for (char key = '0'; key <= 'o'; key++) {
            tombstones.add(key + "5-");
            if (key <= 'O' || key >= 'h') {
                below.add(KeyHash.of(new byte[] {(byte) key}));
            }
        }
        List<Long> asked = new ArrayList<>();
        FiltersOnly tables = new FiltersOnly(hash -> {
            asked.add(hash);
            return below.contains(hash);
        });
        String kept = survivors(tables, older, new long[0], String.join(" ", tombstones));

        // The first 32, all of which are needed, and 15 more unasked; then one that is not, from where on all are asked
        // about.
        String unasked = String.join(" ", tombstones.subList(0, 32 + 15));
        String needed = String.join(" ", tombstones.subList('h' - '0', 64));
        assertEquals(unasked + " " + needed, kept);
        assertEquals(64 - 15, asked.size());
    }

    private static String survivors(Version older, long[] protectedMoments, String entries) throws IOException {
        return survivors(new FiltersOnly(hash -> true), older, protectedMoments, entries);
    }

    private static String survivors(TableFiles tables, Version older, long[] protectedMoments, String entries)
            throws IOException {
        List<String> kept = new ArrayList<>();
        Survivors survivors = new Survivors(
                protectedMoments,
                SeqRanges.NONE,
                OlderTables.below(tables, older),
                new byte[0],
                (key, seqNo, isTombstone, value) ->
                        kept.add(new String(key.toByteArray(), UTF_8) + seqNo + (isTombstone ? "-" : "+")));
        EntryView entry = new EntryView();
        for (String told : entries.split(" ", -1)) {
            boolean isTombstone = told.endsWith("-");
            entry.key().set(told.getBytes(UTF_8), 0, 1);
            entry.set(Long.parseLong(told.substring(1, told.length() - 1)) << 1 | (isTombstone ? 1 : 0));
            survivors.take(entry, isTombstone);
        }
        survivors.finish();
        return String.join(" ", kept);
    }
}
