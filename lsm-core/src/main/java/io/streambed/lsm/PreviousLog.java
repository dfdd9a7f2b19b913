package io.streambed.lsm;

/** The log before the one to be created: its number, and how much of it counts and is known to be synced. */
record PreviousLog(long number, long length, long syncedLength) {
    static final PreviousLog NONE = new PreviousLog(0, 0, 0);
}
