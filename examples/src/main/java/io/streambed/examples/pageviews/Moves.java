package io.streambed.examples.pageviews;

import io.streambed.examples.app.Progress;
import io.streambed.examples.streams.Figures;
import io.streambed.examples.streams.Instances;
import io.streambed.examples.streams.Patience;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Starts and closes instances one after the other, and tells how long their tasks took to move and who has which of them then. The
 * application works on meanwhile; a move is over when somebody {@link #look looks} and nothing is on its way any more.
 */
final class Moves {
    private final Instances instances;
    private final Progress progress;
    private final int tasks;
    /** What led to the move that goes on. */
    private @Nullable String reason;

    private long begin;
    private long restoredBefore;

    /** @param tasks how many tasks the application has */
    Moves(Instances instances, Progress progress, int tasks) {
        this.instances = instances;
        this.progress = progress;
        this.tasks = tasks;
    }

    /** Starts an instance, once the last move is over. */
    void start() throws InterruptedException {
        await();
        begin();
        reason = "instance " + instances.start() + " started";
    }

    /** Closes an instance, once the last move is over. */
    void close(int number) throws InterruptedException {
        await();
        begin();
        progress.say("closing instance " + number);
        instances.close(number);
        reason = "instance " + number + " closed";
    }

    /** Tells of the move that goes on if it is over by now. */
    void look() {
        instances.check();
        if (reason != null && instances.settled(tasks)) {
            double seconds = (System.nanoTime() - begin) / (double) TimeUnit.SECONDS.toNanos(1);
            long restored = instances.figures().restored() - restoredBefore;
            progress.say(String.format(
                    Locale.ROOT,
                    "%s: all tasks in place after %.1f s, %,d records restored",
                    reason,
                    seconds,
                    restored));
            instances.tasks().forEach((number, has) -> progress.say("instance " + number + " has " + has));
            reason = null;
        }
    }

    /** Waits until no move goes on. */
    void await() throws InterruptedException {
        Patience patience = new Patience();
        look();
        while (reason != null) {
            Figures figures = instances.figures();
            instances.pause(
                    patience, figures.records() + figures.restored(), reason + ", and tasks are still on their way");
            look();
        }
    }

    private void begin() {
        begin = System.nanoTime();
        restoredBefore = instances.figures().restored();
    }
}
