package io.streambed.kafka.internal.engine;

/** What queries see of a task that writes meanwhile. */
public enum QueryIsolation {
    /** Everything that was written. */
    READ_UNCOMMITTED,

    /** What the store's last commit holds. */
    READ_COMMITTED
}
