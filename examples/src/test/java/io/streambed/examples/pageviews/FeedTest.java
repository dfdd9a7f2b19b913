package io.streambed.examples.pageviews;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** Views on their way to the topic. */
class FeedTest {
    private long now = 5;
    private int waits;

    @Test
    void goPartByPartAndAllOfThem() throws InterruptedException {
        Feed feed = feed(0);
        feed.skip(1);
        List<ProducerRecord<String, String>> records = new ArrayList<>();
        records.addAll(part(feed, 4));
        assertEquals(4, records.size());
        records.addAll(part(feed, 100));
        Views views = new Views(1, 10);
        views.next();
        for (ProducerRecord<String, String> record : records) {
            PageView view = views.next();
            assertEquals(view, new PageView(record.partition(), record.key(), record.value(), record.timestamp()));
            assertEquals("topic", record.topic());
        }
        assertNull(views.next());
        assertEquals(0, waits);
    }

    @Test
    void goNoFasterThanWanted() throws InterruptedException {
        // One each 100 ms, the first one at once; each wait takes 30 ms.
        Feed feed = feed(10);
        assertEquals(3, part(feed, 3).size());
        assertEquals(7, waits);
    }

    private static List<ProducerRecord<String, String>> part(Feed feed, long count) throws InterruptedException {
        List<ProducerRecord<String, String>> records = new ArrayList<>();
        feed.part(count);
        for (ProducerRecord<String, String> record = feed.next(); record != null; record = feed.next()) {
            records.add(record);
        }
        return records;
    }

    private Feed feed(long perSecond) {
        return new Feed(new Views(1, 10), "topic", perSecond, () -> now, () -> {
            waits++;
            now += TimeUnit.MILLISECONDS.toNanos(30);
        });
    }
}
