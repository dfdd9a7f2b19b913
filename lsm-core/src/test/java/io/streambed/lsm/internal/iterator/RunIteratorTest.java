package io.streambed.lsm.internal.iterator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.version.KeyTimes;
import io.streambed.lsm.internal.version.Run;
import io.streambed.lsm.internal.version.TableMeta;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Of a run of three tables with a key each: b, d and f. */
class RunIteratorTest {
    private static final Run RUN =
            new Run(1, Stream.of("b", "d", "f").map(RunIteratorTest::table).toList());

    /** Where the range begins: behind the first table. */
    private static final byte[] FROM = "c".getBytes(UTF_8);

    @Test
    void aSeekToTheBeginningOfTheRangeFindsItsFirstTable() throws IOException {
        try (RunIterator tables = behindTheFirst()) {
            assertTrue(tables.seek(Slice.of(FROM)));
            assertEquals("d", key(tables));
            assertTrue(tables.next());
            assertEquals("f", key(tables));
            assertFalse(tables.next());
        }
    }

    @Test
    void aSeekElsewhereFindsTheTableOfTheKey() throws IOException {
        try (RunIterator tables = behindTheFirst()) {
            assertTrue(tables.seek(slice("e")));
            assertEquals("f", key(tables));
            assertTrue(tables.seek(slice("d")));
            assertEquals("d", key(tables));
            assertFalse(tables.seek(slice("g")));
        }
    }

    @Test
    void tablesThatAreLeftOutAreNotFound() throws IOException {
        try (RunIterator tables = behindTheFirst()) {
            assertTrue(tables.seek(slice("a")));
            assertEquals("d", key(tables));
            assertFalse(tables.seekBefore(slice("d")));
        }
    }

    /** Over the tables that do not end before the range begins. */
    private static RunIterator behindTheFirst() {
        return new RunIterator(
                RUN,
                1,
                3,
                FROM,
                (run, index) -> new OneEntry(run.tables().get(index).smallest(), 1, new byte[0]));
    }

    private static TableMeta table(String key) {
        byte[] only = key.getBytes(UTF_8);
        return new TableMeta(only[0], 1, 1, 0, only, only, 1, 1, 0, KeyTimes.ANY);
    }

    private static Slice slice(String key) {
        return Slice.of(key.getBytes(UTF_8));
    }

    private static String key(RunIterator tables) {
        return new String(tables.entry().key().toByteArray(), UTF_8);
    }
}
