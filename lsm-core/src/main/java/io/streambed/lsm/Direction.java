package io.streambed.lsm;

/** Which way an iterator walks. */
public enum Direction {
    /** Keys ascending. */
    FORWARD,

    /** Keys descending. */
    REVERSE
}
