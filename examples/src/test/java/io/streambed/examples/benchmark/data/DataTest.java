package io.streambed.examples.benchmark.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Keys, values and orders that are made from numbers. */
class DataTest {
    private static final int MANY = 10_000;

    @ParameterizedTest
    @EnumSource(Keys.class)
    void eachNumberHasAKeyOfItsOwn(Keys keys) {
        Set<Bytes> all = new HashSet<>();
        for (long id = 0; id < MANY; id++) {
            byte[] key = keys.key(id);
            assertTrue(key.length >= 16 && key.length <= 24, "length " + key.length);
            assertTrue(keys.isKey(id, key));
            assertFalse(keys.isKey(id + 1, key));
            all.add(Bytes.wrap(key));
            all.add(Bytes.wrap(keys.missing(id)));
        }
        assertEquals(2 * MANY, all.size());
    }

    @ParameterizedTest
    @EnumSource(
            value = Keys.class,
            names = {"RANDOM", "SEQUENTIAL"})
    void aKeyLeadsBackToItsNumber(Keys keys) {
        for (long id = 0; id < MANY; id++) {
            assertEquals(id, keys.idOf(keys.key(id)));
        }
    }

    @ParameterizedTest
    @EnumSource(Keys.class)
    void aKeyWithAnyOtherByteIsNone(Keys keys) {
        for (long id = 0; id < 50; id++) {
            byte[] key = keys.key(id);
            for (int at = 0; at < key.length; at++) {
                byte[] other = key.clone();
                other[at] ^= 1;
                assertFalse(keys.isKey(id, other), "entry " + id + ", byte " + at);
            }
            assertFalse(keys.isKey(id, Arrays.copyOf(key, key.length - 1)));
        }
    }

    @Test
    void groupsShareTheirPrefixAndNobodyElsesHave() {
        Set<Bytes> prefixes = new HashSet<>();
        for (long id = 0; id < MANY; id++) {
            prefixes.add(Bytes.wrap(Arrays.copyOf(Keys.GROUPED.key(id), Keys.PREFIX)));
        }
        assertEquals(MANY / Keys.GROUP, prefixes.size());
    }

    @Test
    void aValueTellsItsVersionAndNoOther() {
        Values values = new Values(100);
        for (int version = 0; version < 100; version++) {
            byte[] value = values.value(7, version);
            assertEquals(100, value.length);
            assertEquals(version, values.versionOf(7, value));
            assertEquals(-1, values.versionOf(8, value));
        }
        byte[] value = values.value(7, 3);
        for (int at = 0; at < value.length; at++) {
            byte[] other = value.clone();
            other[at] ^= 1;
            assertEquals(-1, values.versionOf(7, other), "byte " + at);
        }
    }

    @Test
    void sortedEntriesAreInTheOrderOfTheirKeys() {
        SortedIds sorted = new SortedIds(Keys.RANDOM, 1_000);
        assertEquals(1_000, sorted.size());
        for (int place = 1; place < sorted.size(); place++) {
            byte[] before = Keys.RANDOM.key(sorted.at(place - 1));
            assertTrue(Arrays.compareUnsigned(before, Keys.RANDOM.key(sorted.at(place))) < 0);
        }
    }

    @Test
    void aPermutationMeetsEachEntryOnceAndThenAgain() {
        Ids ids = Ids.permutation(1_000);
        for (int round = 0; round < 2; round++) {
            Set<Long> met = new HashSet<>();
            for (int i = 0; i < 1_000; i++) {
                met.add(ids.next());
            }
            assertEquals(1_000, met.size());
        }
    }

    @Test
    void zipfMeetsFewEntriesOftenAndUniformNone() {
        assertTrue(mostFrequent(Ids.zipf(MANY, 1)) > 5_000);
        assertTrue(mostFrequent(Ids.uniform(MANY, 1)) < 100);
    }

    /** How often the most frequent of the entries came among a hundred thousand. */
    private static int mostFrequent(Ids ids) {
        int[] counts = new int[MANY];
        for (int i = 0; i < 100_000; i++) {
            counts[(int) ids.next()]++;
        }
        return Arrays.stream(counts).max().orElseThrow();
    }
}
