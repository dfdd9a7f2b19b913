package io.streambed.examples.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Where values lie. */
class ScaleTest {
    @Test
    void equalFactorsAreEqualSteps() {
        Scale scale = new Scale.Logarithmic(1, 1_000, 100, 400);
        assertEquals(100, scale.at(1), 1e-9);
        assertEquals(200, scale.at(10), 1e-9);
        assertEquals(400, scale.at(1_000), 1e-9);
        assertEquals(List.of(1.0, 10.0, 100.0, 1_000.0), scale.marks());
    }

    @Test
    void whatLiesOutsideIsAtTheEnd() {
        assertEquals(400, new Scale.Logarithmic(1, 1_000, 100, 400).at(1e9), 1e-9);
        assertEquals(100, new Scale.Logarithmic(1, 1_000, 100, 400).at(0.01), 1e-9);
        assertEquals(10, new Scale.Linear(50, 0, 10).at(51), 1e-9);
    }

    @Test
    void powersOfTenReachAroundTheValues() {
        assertEquals(new Scale.Logarithmic(0.1, 1_000, 0, 1), Scale.Logarithmic.around(0.5, 230, 0, 1));
        assertEquals(new Scale.Logarithmic(1, 10, 0, 1), Scale.Logarithmic.around(1, 1, 0, 1));
    }

    @Test
    void aLinearScaleHasAFewRoundMarks() {
        Scale scale = new Scale.Linear(430, 0, 100);
        assertEquals(List.of(0.0, 100.0, 200.0, 300.0, 400.0), scale.marks());
        assertEquals(50, scale.at(215), 1e-9);
        assertEquals(List.of(0.0, 0.5, 1.0), new Scale.Linear(1.2, 0, 1).marks());
    }
}
