package io.streambed.examples.pageviews;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.streambed.examples.pageviews.Counts.Session;
import io.streambed.examples.pageviews.Counts.Window;
import io.streambed.examples.pageviews.TopPages.PageCount;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What has to come out of views, worked out by hand. */
class ExpectationTest {
    private static final long MINUTE = 60_000;
    /** The beginning of a minute. */
    private static final long NOON = 12 * 60 * MINUTE;

    @Test
    void aMinuteTakesViewsUntilItsPartitionHasPassedItByTheGrace() {
        Counts counts = expect(
                view("/a", NOON + 59_999),
                view("/a", NOON + 89_999),
                // A view of the first minute, and one that closes it, in time for the second.
                view("/a", NOON),
                view("/a", NOON + 90_000),
                view("/a", NOON + 59_999),
                view("/a", NOON + 60_000));
        assertEquals(Map.of(new Window(NOON, "/a"), 2L, new Window(NOON + MINUTE, "/a"), 3L), counts.minutes());
    }

    @Test
    void eachPartitionHasATimeOfItsOwn() {
        Counts counts = expect(new PageView(0, "/a", "u", NOON + 10 * MINUTE), new PageView(1, "/b", "u", NOON));
        assertEquals(Map.of(new Window(NOON + 10 * MINUTE, "/a"), 1L, new Window(NOON, "/b"), 1L), counts.minutes());
    }

    @Test
    void fiveMinutesTakeEveryView() {
        Counts counts = expect(view("/a", NOON + 20 * MINUTE), view("/a", NOON + 1));
        assertEquals(10, counts.fiveMinutes().size());
        assertEquals(new Window(NOON - 4 * MINUTE, "/a"), counts.fiveMinutes().firstKey());
        assertEquals(1L, counts.fiveMinutes().get(new Window(NOON, "/a")));
        assertEquals(1, counts.minutes().size());
    }

    @Test
    void aSessionEndsWithAPauseOfMoreThanFiveMinutesWhateverComesWhen() {
        long end = NOON + 5 * MINUTE;
        Counts counts = expect(view("/a", end + 5 * MINUTE + 1), view("/a", NOON), view("/b", end), view("/b", NOON));
        assertEquals(
                Map.of(
                        new Session("u", NOON, end), 3L,
                        new Session("u", end + 5 * MINUTE + 1, end + 5 * MINUTE + 1), 1L),
                counts.sessions());
    }

    @Test
    void theTopPagesComeByViewsAndThenByName() {
        Counts counts = expect(Stream.of("/f", "/e", "/d", "/c", "/b", "/a", "/f")
                .map(page -> view(page, NOON))
                .toArray(PageView[]::new));
        assertEquals(
                Map.of(
                        NOON,
                        new TopPages(List.of(
                                new PageCount("/f", 2),
                                new PageCount("/a", 1),
                                new PageCount("/b", 1),
                                new PageCount("/c", 1),
                                new PageCount("/d", 1)))),
                counts.top());
    }

    @Test
    void marksAreNoViews() {
        assertEquals(new Counts(), expect(PageView.mark(0, NOON)));
    }

    private static PageView view(String page, long time) {
        return new PageView(0, page, "u", time);
    }

    private static Counts expect(PageView... views) {
        Iterator<PageView> each = List.of(views).iterator();
        return Expectation.of(() -> each.hasNext() ? each.next() : null);
    }
}
