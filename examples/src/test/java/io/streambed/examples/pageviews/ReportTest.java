package io.streambed.examples.pageviews;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.streambed.examples.pageviews.Counts.Session;
import io.streambed.examples.pageviews.Counts.Window;
import org.junit.jupiter.api.Test;

/** The lines that the app prints. */
class ReportTest {
    @Test
    void areTheHighestCountsOfEachKind() {
        Counts counts = new Counts();
        counts.minutes().put(new Window(0, "/a"), 2L);
        counts.minutes().put(new Window(0, "/b"), 1L);
        counts.minutes().put(new Window(60_000, "/b"), 4L);
        counts.top().put(0L, TopPages.of("/a", 2).with(TopPages.of("/b", 1)));
        counts.top().put(60_000L, TopPages.of("/b", 4));
        for (int user = 0; user < 9; user++) {
            counts.sessions().put(new Session("user-" + user, 0, 1_500), user % 2 + 1L);
        }
        counts.fiveMinutes().put(new Window(0, "/a"), 8L);
        assertEquals("""
                views	8	7	1
                page	5	/b
                page	2	/a
                minute	4	/b	1970-01-01T00:01:00Z
                five-minutes	8	/a	1970-01-01T00:00:00Z
                session	2	user-1	1970-01-01T00:00:00Z	1970-01-01T00:00:01.500Z
                session	2	user-3	1970-01-01T00:00:00Z	1970-01-01T00:00:01.500Z
                session	2	user-5	1970-01-01T00:00:00Z	1970-01-01T00:00:01.500Z
                session	2	user-7	1970-01-01T00:00:00Z	1970-01-01T00:00:01.500Z
                session	1	user-0	1970-01-01T00:00:00Z	1970-01-01T00:00:01.500Z
                """, Report.of(8, counts));
    }

    @Test
    void areFewWhereNothingIsCounted() {
        assertEquals("views\t1\t0\t1\n", Report.of(1, new Counts()));
    }
}
