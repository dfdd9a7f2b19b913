package io.streambed.lsm.internal.runtime;

/** Runs something once some time has passed. */
@FunctionalInterface
public interface DelayedExecution {
    /** Runs {@code task} in {@code nanos} nanoseconds, or a little later; not at all if whoever would run it has ended by then. */
    void after(long nanos, Runnable task);
}
