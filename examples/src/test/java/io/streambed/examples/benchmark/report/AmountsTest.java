package io.streambed.examples.benchmark.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.streambed.examples.benchmark.row.Figure;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Figures in words. */
class AmountsTest {
    @ParameterizedTest
    @CsvSource({
        "NANOS, 12, 12 ns",
        "NANOS, 999.4, 999 ns",
        "NANOS, 1000, 1.00 µs",
        "NANOS, 15400, 15.4 µs",
        "NANOS, 168000000, 168 ms",
        "NANOS, 90000000000, 90.0 s",
        "BYTES, 1023, 1023 B",
        "BYTES, 405798912, 387 MB",
        "NUMBER, 126000, 126 k",
        "RATIO, 2.44, 2.44",
        "RATIO, -1, –",
        "NANOS, -1, –"
    })
    void haveThreeDigitsAndAUnit(Figure.Unit unit, double value, String words) {
        assertEquals(words, Amounts.of(unit, value));
    }
}
