package io.streambed.examples.app;

import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * The user's wish that the app should end now (Ctrl-C, SIGTERM). It reaches the app's thread as an interrupt, but only inside {@link
 * #during}: whatever the app opens and closes around that runs to its end, so that nothing stays half closed.
 */
public final class Stop {
    private boolean requested;
    private @Nullable Thread worker;

    /** Asks for the end; from any thread. */
    public synchronized void request() {
        requested = true;
        if (worker != null) {
            worker.interrupt();
        }
    }

    /** Whether somebody asked for it. */
    public synchronized boolean requested() {
        return requested;
    }

    /**
     * Does work that may be cut short; part of it may be such work again.
     *
     * @throws CancellationException if it was
     */
    public <T> T during(Callable<T> work) throws Exception {
        Thread outer = begin();
        try {
            return work.call();
        } catch (InterruptedException | InterruptException e) {
            throw cancelled(e);
        } catch (Exception e) {
            // An interrupt surfaces in as many forms as there are libraries; the wish for it has but one.
            throw requested() ? cancelled(e) : e;
        } finally {
            end(outer);
        }
    }

    private synchronized @Nullable Thread begin() {
        if (requested) {
            throw new CancellationException("stopped");
        }
        Thread outer = worker;
        worker = Thread.currentThread();
        return outer;
    }

    private synchronized void end(@Nullable Thread outer) {
        worker = outer;
        if (outer == null) {
            // Not to be found by whoever closes things next.
            Thread.interrupted();
        }
    }

    private static CancellationException cancelled(Exception cause) {
        CancellationException cancelled = new CancellationException("stopped");
        cancelled.initCause(cause);
        return cancelled;
    }
}
