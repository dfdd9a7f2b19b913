package io.streambed.examples.compactiondemo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.streambed.examples.compactiondemo.Timeline.Span;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a writer met, tenth of a second by tenth of a second. */
class TimelineTest {
    private static final long MILLISECOND = 1_000_000;

    @Test
    void countsThePutsOfEachSpanAndKnowsTheLongest() {
        Timeline timeline = new Timeline(0);
        timeline.add(10 * MILLISECOND, 1_000);
        timeline.add(99 * MILLISECOND, 3_000);
        timeline.add(100 * MILLISECOND, 2_000);
        timeline.add(200 * MILLISECOND, 1_000);
        assertEquals(List.of(new Span(2, 3_000), new Span(1, 2_000)), timeline.spans());
        assertEquals(4, timeline.puts());
        assertEquals(3, timeline.longest() / 1_000);
    }

    @Test
    void aLongPutLeavesSpansWithNothing() {
        Timeline timeline = new Timeline(0);
        timeline.add(50 * MILLISECOND, 1_000);
        timeline.add(420 * MILLISECOND, 370 * MILLISECOND);
        timeline.add(510 * MILLISECOND, 1_000);
        assertEquals(
                List.of(
                        new Span(1, 1_000),
                        new Span(0, 0),
                        new Span(0, 0),
                        new Span(0, 0),
                        new Span(1, 370 * MILLISECOND)),
                timeline.spans());
    }

    @Test
    void standstillIsTheShareOfSpansWithHardlyAnyPut() {
        Timeline timeline = new Timeline(0);
        for (int span = 0; span < 4; span++) {
            for (int i = 0; i < 20; i++) {
                timeline.add(span * 100L * MILLISECOND + i, 1_000);
            }
        }
        timeline.add(500 * MILLISECOND, 200 * MILLISECOND);
        assertEquals(0.2, timeline.standstill(), 1e-9);
    }
}
