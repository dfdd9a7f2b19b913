package io.streambed.examples.pageviews;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.examples.pageviews.Counts.Session;
import io.streambed.examples.pageviews.Counts.Window;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A result that is not as expected is noticed, and told of place by place. */
class DifferencesTest {
    private final Counts expected = Expectation.of(new Views(7, 2_000)::next);
    private Counts counted;

    @BeforeEach
    void countTheSame() {
        counted = Expectation.of(new Views(7, 2_000)::next);
    }

    @Test
    void thereAreNoneWhereAllIsRight() {
        assertEquals(new Differences(0, List.of()), Differences.between(expected, counted));
    }

    @Test
    void aCountThatIsOneTooHighIsToldWithBothCounts() {
        Window window = counted.minutes().firstKey();
        long right = counted.minutes().get(window);
        counted.minutes().put(window, right + 1);
        assertEquals(
                new Differences(
                        1,
                        List.of("views in the minute " + window + ": expected " + right + ", counted " + (right + 1))),
                Differences.between(expected, counted));
        assertTrue(window.toString().startsWith("2024-01-01T00:00:00Z /page/"), window.toString());
    }

    @Test
    void whatIsMissingAndWhatIsTooMuchIsTold() {
        Session missing = counted.sessions().firstKey();
        long right = counted.sessions().remove(missing);
        Window extra = new Window(0, "/none");
        counted.fiveMinutes().put(extra, 3L);
        assertEquals(
                new Differences(
                        2,
                        List.of(
                                "views in the five minutes 1970-01-01T00:00:00Z /none: expected nothing, counted 3",
                                "views in the session " + missing + ": expected " + right + ", counted nothing")),
                Differences.between(expected, counted));
    }

    @Test
    void ofManyTheFirstFewAreToldAndTheOthersCounted() {
        int all = counted.minutes().size();
        counted.minutes().clear();
        long minute = counted.top().firstKey();
        counted.top().put(minute, TopPages.of("/none", 1));
        Differences differences = Differences.between(expected, counted);
        assertEquals(all + 1, differences.count());
        assertEquals(7, differences.lines().size());
        assertEquals(
                "views in the minute ...: " + (all - 5) + " more",
                differences.lines().get(5));
        assertEquals(
                "top pages of the minute 2024-01-01T00:00:00Z: expected "
                        + expected.top().get(minute) + ", counted 1 /none",
                differences.lines().get(6));
        assertTrue(differences.lines().stream().allMatch(line -> line.lines().count() == 1), differences::toString);
    }
}
