package io.streambed.lsm;

/**
 * Something that happened in a tree, told to the listener of its {@link LsmRuntime} by the thread that it happened in, with no lock
 * held. A listener must be quick and must not call the tree.
 */
public sealed interface LsmEvent {
    /** Name of the tree, from {@link LsmOptions#name()}. */
    String tree();

    /**
     * A tree was opened and is at the commit that recovery found.
     *
     * @param logBytes bytes of the write-ahead logs up to that commit, which are read into the memtable
     * @param nanos time that opening took; to read much goes on in the background
     */
    record Opened(String tree, long logBytes, long nanos) implements LsmEvent {}

    /**
     * A memtable became a table.
     *
     * @param table its file number; 0 if nothing was left to write
     * @param bytes its size
     * @param nanos time that the flush took
     */
    record FlushEnded(String tree, long table, long bytes, long nanos) implements LsmEvent {}

    /**
     * A compaction replaced some tables by others.
     *
     * @param fromLevel the upper level of its input
     * @param toLevel the level of its output
     * @param bytesRead size of its input
     * @param bytesWritten size of its output; 0 if tables only changed their level
     * @param nanos time that it took
     */
    record CompactionEnded(String tree, int fromLevel, int toLevel, long bytesRead, long bytesWritten, long nanos)
            implements LsmEvent {}

    /**
     * A write had to wait until flush or compaction had caught up.
     *
     * @param reason what it waited for
     * @param nanos time that it waited
     */
    record WriteStalled(String tree, String reason, long nanos) implements LsmEvent {}

    /**
     * Something in the background failed; the tree is read-only until it is opened again.
     *
     * @param cause what failed
     */
    record BackgroundFailed(String tree, Throwable cause) implements LsmEvent {}
}
