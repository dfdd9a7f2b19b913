package io.streambed.lsm;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What is worked out in the background before it is needed. Whoever needs it sooner waits for the thread that is at it, or works it out
 * himself if none has begun: so nobody ever waits for a place in a queue.
 *
 * <p>Safe for use by several threads.
 */
final class BackgroundResult<T extends @Nullable Object> {
    private final String what;
    private final FutureTask<T> task;

    /** @param what names the work in an error */
    BackgroundResult(String what, Callable<T> work) {
        this.what = what;
        this.task = new FutureTask<>(work);
    }

    /** Has it begun in the background. */
    void begin(Executor executor) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            // The runtime is being closed. Whoever still needs it does the work.
        }
    }

    /** Whether {@link #await} would return, or throw, at once. */
    boolean isDone() {
        return task.isDone();
    }

    /**
     * The result, sooner or later. An interrupt stays set for the caller.
     *
     * @throws IOException what the work has thrown, each time
     */
    T await() throws IOException {
        task.run();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw cause instanceof IOException io ? io : new IOException(what + " failed: " + cause, cause);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
