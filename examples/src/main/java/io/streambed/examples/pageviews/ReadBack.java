package io.streambed.examples.pageviews;

import io.streambed.examples.streams.Application;
import io.streambed.examples.streams.StoreReader;
import java.time.Instant;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.query.RangeQuery;
import org.apache.kafka.streams.query.WindowRangeQuery;
import org.apache.kafka.streams.state.ValueAndTimestamp;

/** Reads all counts out of the stores, by interactive queries of three kinds. */
final class ReadBack {
    private ReadBack() {}

    /** What the application has counted. */
    static Counts of(Application application) throws InterruptedException {
        Counts counts = new Counts();
        StoreReader reader = new StoreReader("counts", application, Views.PARTITIONS);
        reader.read(
                Names.CLOSED,
                RangeQuery.<Windowed<String>, Long>withNoBounds(),
                (window, views) -> counts.minutes().put(window(window), views));
        reader.read(Names.TOP, RangeQuery.<Long, TopPages>withNoBounds(), counts.top()::put);
        reader.read(
                Names.FIVE_MINUTES,
                WindowRangeQuery.<String, ValueAndTimestamp<Long>>withWindowStartRange(
                        Instant.EPOCH, Instant.ofEpochMilli(Long.MAX_VALUE)),
                (window, views) -> counts.fiveMinutes().put(window(window), views.value()));
        // Sessions are asked for by user: there is no query for those of all users.
        for (String user : (Iterable<String>) Views.users()::iterator) {
            reader.read(
                    Names.SESSIONS,
                    WindowRangeQuery.<String, Long>withKey(user),
                    (session, views) -> counts.sessions().put(session(session), views));
        }
        return counts;
    }

    private static Counts.Window window(Windowed<String> window) {
        return new Counts.Window(window.window().start(), window.key());
    }

    private static Counts.Session session(Windowed<String> session) {
        return new Counts.Session(
                session.key(), session.window().start(), session.window().end());
    }
}
