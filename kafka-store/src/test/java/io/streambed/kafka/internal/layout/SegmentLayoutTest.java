package io.streambed.kafka.internal.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.streambed.lsm.bytes.Slice;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SegmentLayoutTest {
    private static final long SEGMENT = 5;

    /** The engine passes by tables by what this says: of entries, of the index beside them, whatever the bytes of a key look like. */
    @ParameterizedTest
    @EnumSource
    void theTimeOfAKeyIsThatOfItsEntry(KeyOrder order) {
        for (SegmentLayout layout : List.of(SegmentLayout.ofWindows(order), SegmentLayout.ofSessions(order))) {
            for (byte[] key : List.of(new byte[0], new byte[] {EntryKey.INDEX_MARK}, new byte[40])) {
                for (long time : new long[] {0, 1, 1_700_000_000_000L, Long.MAX_VALUE}) {
                    for (EntryKey form : new EntryKey[] {layout.entries(), layout.byKey()}) {
                        byte[] encoded = form.encode(SEGMENT, key, time, 7);
                        byte[] within = new byte[encoded.length + 3];
                        System.arraycopy(encoded, 0, within, 3, encoded.length);
                        Slice slice = new Slice().set(within, 3, encoded.length);
                        assertEquals(time, layout.time(slice), () -> order + " and " + key.length + " bytes");
                        assertEquals(SEGMENT, SegmentLayout.segmentOf(slice));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aKeyOfTheIndexLeadsToItsEntry(KeyOrder order) {
        for (SegmentLayout layout : List.of(SegmentLayout.ofWindows(order), SegmentLayout.ofSessions(order))) {
            byte[] key = {1, 2, 3};
            Slice found = Slice.of(layout.byKey().encode(SEGMENT, key, 99, 7));
            assertArrayEquals(layout.entries().encode(SEGMENT, key, 99, 7), layout.entryOf(SEGMENT, found));
        }
    }
}
