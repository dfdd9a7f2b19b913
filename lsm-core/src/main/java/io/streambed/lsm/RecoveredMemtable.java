package io.streambed.lsm;

/**
 * The memtable that opening has filled from the logs, as long as it is sealed and nobody has asked for its flush. A store that is opened
 * and hardly written does without that flush. Until then its memory counts with that of the active memtable, which a budget may ask to be
 * flushed: memory of sealed ones is waited for.
 *
 * <p>Told by whoever has filled it; asked under the writer's lock.
 */
final class RecoveredMemtable {
    private static final long NONE = -1;

    private final Background background;
    private volatile long bytes = NONE;

    RecoveredMemtable(Background background) {
        this.background = background;
    }

    /** It has everything, and takes so much memory. Once, if there is such a one. */
    void filled(long memtableBytes) {
        bytes = memtableBytes;
    }

    /** What it takes; 0 if there is none. */
    long bytes() {
        return Math.max(0, bytes);
    }

    /**
     * Has it flushed.
     *
     * @return whether there is one, and it has been filled
     */
    boolean flush() {
        long flushed = bytes;
        if (flushed == NONE) {
            return false;
        }
        bytes = NONE;
        background.memory().sealed(flushed);
        background.flushSoon();
        return true;
    }
}
