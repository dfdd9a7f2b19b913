package io.streambed.examples.pageviews;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The views of a seed. */
class ViewsTest {
    private static final int COUNT = 20_000;

    @Test
    void areAlwaysTheSameOnes() {
        assertEquals(views(3), views(3));
        assertNotEquals(views(3), views(4));
    }

    @Test
    void endWithAMarkInEachPartitionThatClosesAllMinutes() {
        List<PageView> views = views(1);
        List<PageView> marks = views.subList(COUNT, views.size());
        assertEquals(List.of(0, 1, 2), marks.stream().map(PageView::partition).toList());
        long last = views.stream()
                .filter(view -> !view.isMark())
                .mapToLong(PageView::time)
                .max()
                .orElseThrow();
        long lastMinuteEnds = last - last % 60_000 + 60_000;
        assertTrue(marks.stream().allMatch(mark -> mark.isMark() && mark.time() >= lastMinuteEnds + 30_000));
        assertEquals(Views.total(COUNT), views.size());
    }

    @Test
    void standInOnePartitionForEachPage() {
        Map<String, Integer> partitions = new HashMap<>();
        for (PageView view : views(1)) {
            if (!view.isMark()) {
                assertEquals(
                        view.partition(),
                        partitions.computeIfAbsent(view.page(), page -> view.partition()),
                        view::page);
            }
        }
        assertEquals(Set.of(0, 1, 2), Set.copyOf(partitions.values()));
    }

    @Test
    void areOfKnownUsers() {
        Set<String> users = Views.users().collect(Collectors.toSet());
        assertTrue(views(1).stream().filter(view -> !view.isMark()).allMatch(view -> users.contains(view.user())));
    }

    /** Otherwise a run would not show what it is to show. */
    @Test
    void arePartlyLateAndPartlyTooLateAndPauseBetweenSessions() {
        List<PageView> views = views(1);
        long late = 0;
        for (int number = 1; number < COUNT; number++) {
            late += views.get(number).time() < views.get(number - 1).time() ? 1 : 0;
        }
        Counts counts = Expectation.of(new Views(1, COUNT)::next);
        long inTime =
                counts.minutes().values().stream().mapToLong(Long::longValue).sum();
        long dropped = COUNT - inTime;
        assertTrue(dropped > COUNT / 100 && dropped < late / 2, dropped + " dropped of " + late + " late ones");
        assertTrue(counts.sessions().size() > 400, () -> counts.sessions().size() + " sessions");
        assertEquals(
                COUNT,
                counts.sessions().values().stream().mapToLong(Long::longValue).sum());
    }

    private static List<PageView> views(long seed) {
        Views views = new Views(seed, COUNT);
        List<PageView> all = new ArrayList<>();
        for (PageView view = views.next(); view != null; view = views.next()) {
            all.add(view);
        }
        assertNull(views.next());
        return all;
    }
}
