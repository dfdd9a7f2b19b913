package io.streambed.lsm.internal.version;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.streambed.lsm.bytes.ByteReader;
import io.streambed.lsm.bytes.MalformedBytesException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class VersionEditTest {
    /** The bytes are those of files that are out there. */
    @Test
    void aTableIsWrittenByTheOldestTagThatTellsAllOfIt() throws MalformedBytesException {
        assertEquals("07" + "0005" + "05640a02" + "0161" + "017a" + "0309", hex(edit(0, KeyTimes.ANY)));
        assertEquals("0d" + "0005" + "05640a02" + "0161" + "017a" + "0309" + "07", hex(edit(7, KeyTimes.ANY)));
        assertEquals(
                "0e" + "0005" + "05640a02" + "0161" + "017a" + "0309" + "00" + "feffffffffffffff" + "e803000000000000",
                hex(edit(0, new KeyTimes(-2, 1000))));
    }

    @Test
    void whatIsKnownOfATableIsReadAgain() throws MalformedBytesException {
        for (long overwrites : new long[] {0, 7}) {
            for (KeyTimes times : new KeyTimes[] {
                KeyTimes.ANY, new KeyTimes(-2, 1000), new KeyTimes(Long.MIN_VALUE, 3), new KeyTimes(5, Long.MAX_VALUE)
            }) {
                byte[] bytes = edit(overwrites, times).encode();
                TableMeta read = VersionEdit.decode(new ByteReader(bytes, 0, bytes.length))
                        .added()
                        .get(0)
                        .table();
                assertEquals(overwrites, read.overwrites());
                assertEquals(times, read.times());
            }
        }
    }

    private static VersionEdit edit(long overwrites, KeyTimes times) {
        return new VersionEdit()
                .add(0, 5, new TableMeta(5, 100, 10, 2, new byte[] {'a'}, new byte[] {'z'}, 3, 9, overwrites, times));
    }

    private static String hex(VersionEdit edit) {
        return HexFormat.of().formatHex(edit.encode());
    }
}
