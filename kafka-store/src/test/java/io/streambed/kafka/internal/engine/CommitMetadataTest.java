package io.streambed.kafka.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.kafka.internal.layout.KeyOrder;
import io.streambed.kafka.internal.layout.Segmentation;
import io.streambed.lsm.bytes.ByteWriter;
import io.streambed.lsm.bytes.MalformedBytesException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.query.Position;
import org.junit.jupiter.api.Test;

class CommitMetadataTest {
    private static final CommitMetadata FULL = new CommitMetadata(
            StoreFormat.KEY_VALUE_HEADERS,
            "störe",
            1_234_567_890_123L,
            1_234_567_890_999L,
            987_654_321L,
            new ChangelogOffsets(
                    Map.of(new TopicPartition("log", 0), 7L, new TopicPartition("log", Integer.MAX_VALUE), -4L)),
            Position.fromMap(Map.of("in", Map.of(0, 1L, 12, Long.MAX_VALUE), "other", Map.of(3, 0L))),
            null);

    @Test
    void comesBackAsItWas() throws MalformedBytesException {
        assertEquals(FULL, CommitMetadata.decode(FULL.encode()));
        CommitMetadata empty = new CommitMetadata(
                StoreFormat.KEY_VALUE_PLAIN,
                "",
                0,
                0,
                StreamTime.NONE,
                ChangelogOffsets.NONE,
                Position.emptyPosition(),
                null);
        assertEquals(empty, CommitMetadata.decode(empty.encode()));
    }

    /** The first version does not say whether the store was written to afterwards, so it may have been. Read for ever. */
    @Test
    void readsTheFirstFormat() throws MalformedBytesException {
        byte[] golden = HexFormat.of()
                .parseHex("0102" + "06636f756e7473" + "e803000000000000"
                        + "01" + "036c6f67" + "02000000" + "0900000000000000"
                        + "01" + "02696e" + "01" + "02000000" + "2c01000000000000");
        assertEquals(counts(1000, StreamTime.NONE), CommitMetadata.decode(golden));
    }

    /** Bytes of the second version; read for ever. */
    @Test
    void readsTheSecondFormat() throws MalformedBytesException {
        byte[] golden = HexFormat.of()
                .parseHex("0202" + "06636f756e7473" + "e803000000000000" + "d007000000000000"
                        + "01" + "036c6f67" + "02000000" + "0900000000000000"
                        + "01" + "02696e" + "01" + "02000000" + "2c01000000000000");
        assertEquals(counts(2000, StreamTime.NONE), CommitMetadata.decode(golden));
        byte[] window = HexFormat.of()
                .parseHex("0204" + "0173" + "e803000000000000" + "0000000000000000" + "00" + "00" + "01"
                        + "6400000000000000" + "0500000000000000");
        assertEquals(windows(5), CommitMetadata.decode(window));
    }

    /** Bytes of the third version; read for ever. */
    @Test
    void readsTheThirdFormat() throws MalformedBytesException {
        byte[] golden = HexFormat.of()
                .parseHex("0302" + "06636f756e7473" + "e803000000000000" + "d007000000000000" + "b80b000000000000"
                        + "01" + "036c6f67" + "02000000" + "0900000000000000"
                        + "01" + "02696e" + "01" + "02000000" + "2c01000000000000");
        assertEquals(counts(2000, 3000), CommitMetadata.decode(golden));
        assertEquals(
                HexFormat.of().formatHex(golden),
                HexFormat.of().formatHex(counts(2000, 3000).encode()));
        assertEquals(windows(7), CommitMetadata.decode(windows(7).encode()));
    }

    private static CommitMetadata windows(long streamTimeMillis) {
        return new CommitMetadata(
                StoreFormat.WINDOW_PLAIN,
                "s",
                1000,
                CommitMetadata.NEVER,
                streamTimeMillis,
                ChangelogOffsets.NONE,
                Position.emptyPosition(),
                new Segmentation(KeyOrder.KEY_FIRST, 100));
    }

    private static CommitMetadata counts(long writtenSinceMillis, long streamTimeMillis) {
        return new CommitMetadata(
                StoreFormat.KEY_VALUE_TIMESTAMPED,
                "counts",
                1000,
                writtenSinceMillis,
                streamTimeMillis,
                new ChangelogOffsets(Map.of(new TopicPartition("log", 2), 9L)),
                Position.fromMap(Map.of("in", Map.of(2, 300L))),
                null);
    }

    @Test
    void newerFormatsAreRefusedByNumber() {
        byte[] newer = FULL.encode();
        newer[0] = 4;
        MalformedBytesException e = assertThrows(MalformedBytesException.class, () -> CommitMetadata.decode(newer));
        assertEquals("written by format 4, this release reads up to 3; use a newer release", e.getMessage());
        byte[] otherKind = FULL.encode();
        otherKind[1] = 99;
        e = assertThrows(MalformedBytesException.class, () -> CommitMetadata.decode(otherKind));
        assertTrue(e.getMessage().contains("99"), e.getMessage());
    }

    @Test
    void whatIsCutOffIsRefused() {
        byte[] whole = FULL.encode();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(MalformedBytesException.class, () -> CommitMetadata.decode(cut));
        }
        assertThrows(
                MalformedBytesException.class, () -> CommitMetadata.decode(Arrays.copyOf(whole, whole.length + 1)));
    }

    /** A count of two thousand million and nothing behind it must cost nothing. */
    @Test
    void hostileCountsAndLengthsCostNothing() {
        byte[] offsets = new ByteWriter(32)
                .writeByte(3)
                .writeByte(1)
                .writeString("s")
                .writeFixedLong(0)
                .writeFixedLong(0)
                .writeFixedLong(0)
                .writeVarint(Integer.MAX_VALUE)
                .toByteArray();
        assertThrows(MalformedBytesException.class, () -> CommitMetadata.decode(offsets));
        byte[] name = new ByteWriter(32)
                .writeByte(3)
                .writeByte(1)
                .writeVarint(Integer.MAX_VALUE)
                .toByteArray();
        assertThrows(MalformedBytesException.class, () -> CommitMetadata.decode(name));
    }

    @Test
    void scrambledBytesNeverDoAnythingButFailOrDecode() {
        long seed = System.nanoTime();
        System.out.println("CommitMetadataTest seed " + seed);
        Random random = new Random(seed);
        byte[] whole = FULL.encode();
        for (int i = 0; i < 100_000; i++) {
            byte[] scrambled = whole.clone();
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                scrambled[random.nextInt(scrambled.length)] = (byte) random.nextInt();
            }
            try {
                CommitMetadata.decode(scrambled);
            } catch (MalformedBytesException e) {
                // As it should be.
            }
        }
    }
}
