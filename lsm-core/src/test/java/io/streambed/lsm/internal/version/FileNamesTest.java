package io.streambed.lsm.internal.version;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;

final class FileNamesTest {
    @Test
    void numbersHaveSixDigitsAtTheLeast() {
        assertEquals("000000.log", FileNames.log(0));
        assertEquals("000007.sst", FileNames.table(7));
        assertEquals("099999.sst", FileNames.table(99_999));
        assertEquals("MANIFEST-123456", FileNames.manifest(123_456));
        assertEquals("1234567.sst", FileNames.table(1_234_567));
    }

    @Test
    void whatWasNamedIsParsed() {
        for (long number : new long[] {0, 1, 999_999, 1_000_000, 999_999_999_999_999_999L}) {
            assertEquals(
                    new FileNames.Numbered(FileNames.Kind.TABLE, number), FileNames.parse(FileNames.table(number)));
            assertEquals(new FileNames.Numbered(FileNames.Kind.LOG, number), FileNames.parse(FileNames.log(number)));
            assertEquals(
                    new FileNames.Numbered(FileNames.Kind.MANIFEST, number),
                    FileNames.parse(FileNames.manifest(number)));
        }
        for (String other : List.of("", "CURRENT", "00001.sst", "-00001.sst", "000001.sst.tmp", "MANIFEST-", "a.log")) {
            assertNull(FileNames.parse(other), other);
        }
    }
}
