package io.streambed.examples.pageviews;

import io.streambed.examples.input.InputWriter;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Views on their way to the input topic: part by part, and no faster than wanted. */
final class Feed implements InputWriter.Source {
    /** Whatever is done until the next view may go. */
    interface Wait {
        void moment() throws InterruptedException;
    }

    private final Views views;
    private final String topic;
    private final long perSecond;
    private final LongSupplier nanoTime;
    private final Wait wait;
    private final long begin;
    private long given;
    private long end;

    /**
     * From the first one on.
     *
     * @param perSecond how many may go in a second; 0 for as many as can
     * @param nanoTime the clock, as {@link System#nanoTime} is one
     */
    Feed(Views views, String topic, long perSecond, LongSupplier nanoTime, Wait wait) {
        this.views = views;
        this.topic = topic;
        this.perSecond = perSecond;
        this.nanoTime = nanoTime;
        this.begin = nanoTime.getAsLong();
        this.wait = wait;
    }

    /** Passes over views that were written before. */
    void skip(long count) {
        for (long skipped = 0; skipped < count; skipped++) {
            views.next();
        }
    }

    /** Gives so many more, and then none until it is called again. */
    Feed part(long count) {
        end = given + count;
        return this;
    }

    @Override
    public @Nullable ProducerRecord<String, String> next() throws InterruptedException {
        if (given == end) {
            return null;
        }
        while (!isDue()) {
            wait.moment();
        }
        PageView view = views.next();
        if (view == null) {
            return null;
        }
        given++;
        return new ProducerRecord<>(topic, view.partition(), view.time(), view.page(), view.user());
    }

    private boolean isDue() {
        // In doubles, as the product outgrows a long within hours.
        return perSecond == 0
                || (nanoTime.getAsLong() - begin) * (double) perSecond >= given * (double) TimeUnit.SECONDS.toNanos(1);
    }
}
