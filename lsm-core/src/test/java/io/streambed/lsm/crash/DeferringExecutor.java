package io.streambed.lsm.crash;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/** Runs tasks at once in the caller's thread, or, while it defers, when the test says so. Used by one thread. */
final class DeferringExecutor implements Executor {
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private boolean deferring;

    @Override
    public void execute(Runnable task) {
        if (deferring) {
            tasks.add(task);
        } else {
            task.run();
        }
    }

    /** From now on tasks wait for {@link #catchUp}. */
    void defer() {
        deferring = true;
    }

    /** Runs what waits, and from now on everything at once. */
    void catchUp() {
        deferring = false;
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }
}
