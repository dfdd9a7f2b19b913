package io.streambed.kafka.internal.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.streambed.lsm.KeyRange;
import io.streambed.lsm.bytes.Slice;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class EntryKeyTest {
    private static final byte[] KEY = {0x41, 0x42};

    /** On disk: these bytes are read for ever. */
    @Test
    void bytesAreThoseOfThePicture() {
        assertBytes(
                "0000000000000007 4142 0000000000000102 00000003",
                SegmentLayout.ofWindows(KeyOrder.KEY_FIRST).entries(),
                3);
        assertBytes(
                "0000000000000007 00 0000000000000102 4142 00000003",
                SegmentLayout.ofWindows(KeyOrder.TIME_FIRST_INDEXED).entries(),
                3);
        assertBytes(
                "0000000000000007 4142 0000000000000102 0000000000000101",
                SegmentLayout.ofSessions(KeyOrder.KEY_FIRST).entries(),
                0x101);
        assertBytes(
                "0000000000000007 00 0000000000000102 0000000000000101 4142",
                SegmentLayout.ofSessions(KeyOrder.TIME_FIRST_INDEXED).entries(),
                0x101);
        assertBytes(
                "0000000000000007 01 4142 0000000000000102 00000003",
                SegmentLayout.ofWindows(KeyOrder.TIME_FIRST_INDEXED).byKey(),
                3);
        assertBytes(
                "0000000000000007 01 4142 0000000000000102 0000000000000101",
                SegmentLayout.ofSessions(KeyOrder.TIME_FIRST_INDEXED).byKey(),
                0x101);
    }

    private static void assertBytes(String expected, EntryKey form, long minor) {
        byte[] bytes = form.encode(7, KEY, 0x102, minor);
        assertEquals(expected.replace(" ", ""), HexFormat.of().formatHex(bytes));
        // Not at the start of its array, as in a block.
        byte[] padded = new byte[bytes.length + 5];
        System.arraycopy(bytes, 0, padded, 3, bytes.length);
        Slice entry = Slice.of(padded, 3, bytes.length);
        assertArrayEquals(KEY, form.key(entry));
        assertEquals(0x102, form.time(entry));
        assertEquals(minor, form.minor(entry));
        assertEquals(7, SegmentLayout.segmentOf(entry));
    }

    @Test
    void changelogKeysBecomeTheSameEntries() {
        byte[] window =
                ByteBuffer.allocate(14).put(KEY).putLong(0x102).putInt(3).array();
        byte[] session =
                ByteBuffer.allocate(18).put(KEY).putLong(0x102).putLong(0x101).array();
        for (KeyOrder order : KeyOrder.values()) {
            SegmentLayout windows = SegmentLayout.ofWindows(order);
            SegmentLayout sessions = SegmentLayout.ofSessions(order);
            assertEquals(0x102, windows.loggedTime(window));
            assertEquals(0x102, sessions.loggedTime(session));
            assertArrayEquals(
                    windows.entries().encode(7, KEY, 0x102, 3),
                    windows.entries().encodeLogged(7, window));
            assertArrayEquals(
                    sessions.entries().encode(7, KEY, 0x102, 0x101),
                    sessions.entries().encodeLogged(7, session));
            byte[] byKey = windows.byKey().encodeLogged(7, window);
            assertArrayEquals(windows.byKey().encode(7, KEY, 0x102, 3), byKey);
            assertArrayEquals(windows.entries().encode(7, KEY, 0x102, 3), windows.entryOf(7, Slice.of(byKey)));
        }
    }

    /**
     * Whatever is asked for, the range and what is matched in it are exactly what is asked for, in the order of the keys' bytes; and no entry of
     * it has a time that a scan may pass by.
     */
    @Test
    void rangesHoldWhatIsAskedFor() {
        long seed = System.nanoTime();
        System.out.println("EntryKeyTest seed " + seed);
        Random random = new Random(seed);
        for (KeyOrder order : KeyOrder.values()) {
            for (SegmentLayout layout : List.of(SegmentLayout.ofWindows(order), SegmentLayout.ofSessions(order))) {
                for (int round = 0; round < 40; round++) {
                    Segmentation segmentation = new Segmentation(order, interval(random));
                    List<Entry> entries = new ArrayList<>();
                    for (int i = 0; i < 60; i++) {
                        long time = time(random);
                        entries.add(new Entry(segmentation.segmentOf(time), key(random), time, random.nextInt(3)));
                    }
                    for (int ask = 0; ask < 50; ask++) {
                        byte[] from = random.nextInt(4) == 0 ? null : key(random);
                        byte[] to = random.nextInt(3) == 0 ? from : random.nextInt(4) == 0 ? null : key(random);
                        EntryBounds bounds =
                                new EntryBounds(from, to, time(random) - 2, time(random), random.nextInt(3));
                        check(layout.byKey(), segmentation, entries, bounds, () -> "seed " + seed);
                        check(layout.entries(), segmentation, entries, bounds, () -> "seed " + seed);
                    }
                }
            }
        }
    }

    /** What is asked for may go on in the next segment; the engine passes by what only has that. */
    @Test
    void ofInterestAreTheTimesOfTheSegment() {
        Segmentation tens = new Segmentation(KeyOrder.KEY_FIRST, 10);
        EntryKey form = SegmentLayout.ofWindows(KeyOrder.KEY_FIRST).entries();
        assertTimes(25, 29, form.range(tens, 2, EntryBounds.of(KEY, KEY, 25, 55)));
        assertTimes(30, 39, form.range(tens, 3, EntryBounds.of(KEY, KEY, 25, 55)));
        assertTimes(50, 55, form.range(tens, 5, EntryBounds.of(null, null, 25, 55)));
        assertTimes(-3, 9, form.range(tens, 0, EntryBounds.of(KEY, KEY, -3, 55)));
        assertTimes(-30, -10, form.range(tens, -1, EntryBounds.of(KEY, KEY, -30, 55)));
    }

    private static void assertTimes(long from, long to, KeyRange range) {
        assertEquals(List.of(from, to), List.of(range.timeFrom(), range.timeTo()));
    }

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Entry(long segment, byte[] key, long time, long minor) {
        boolean isIn(long asked, EntryBounds bounds) {
            return segment == asked
                    && (bounds.keyFrom() == null || Arrays.compareUnsigned(key, bounds.keyFrom()) >= 0)
                    && (bounds.keyTo() == null || Arrays.compareUnsigned(key, bounds.keyTo()) <= 0)
                    && time >= bounds.timeFrom()
                    && time <= bounds.timeTo()
                    && minor <= bounds.minorTo();
        }
    }

    private static void check(
            EntryKey form, Segmentation segmentation, List<Entry> entries, EntryBounds bounds, Supplier<String> where) {
        Set<Long> segments = new TreeSet<>(List.of(0L, 1L));
        entries.forEach(entry -> segments.add(entry.segment()));
        for (long segment : segments) {
            KeyRange range = form.range(segmentation, segment, bounds);
            TreeSet<String> expected = new TreeSet<>();
            TreeSet<String> found = new TreeSet<>();
            for (Entry entry : entries) {
                byte[] bytes = form.encode(entry.segment(), entry.key(), entry.time(), entry.minor());
                if (entry.isIn(segment, bounds)) {
                    expected.add(HexFormat.of().formatHex(bytes));
                }
                if (range.timeFrom() <= entry.time()
                        && entry.time() <= range.timeTo()
                        && Arrays.compareUnsigned(bytes, range.from()) >= 0
                        && Arrays.compareUnsigned(bytes, range.to()) < 0
                        && form.matches(Slice.of(bytes), bounds)) {
                    found.add(HexFormat.of().formatHex(bytes));
                }
            }
            assertEquals(expected, found, where);
        }
    }

    /** Few, so that they meet; with zero bytes, and empty. */
    private static byte[] key(Random random) {
        byte[] key = new byte[random.nextInt(4)];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) new int[] {0, 1, 0x7f, 0xff}[random.nextInt(4)];
        }
        return key;
    }

    private static long interval(Random random) {
        long[] intervals = {1, 2, 3, 0x0100000000000000L, Long.MAX_VALUE};
        return intervals[random.nextInt(intervals.length)];
    }

    private static long time(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> Long.MAX_VALUE;
            case 1 -> 0x7f00000000000000L;
            case 2 -> 0x0100000000000000L;
            default -> random.nextInt(4);
        };
    }
}
