package io.streambed.examples.streams;

/** A Streams application that runs somewhere, be it in other processes, as whoever waits for it sees it. */
public interface Awaited {
    /** Waits until all tasks run. */
    void awaitRunning() throws InterruptedException;

    /** Records that went through the topology since the start, about; grows as long as there is any progress. */
    long records();

    /**
     * Waits a moment between two looks, or less if the application breaks meanwhile.
     *
     * @param done a figure that grows as long as there is any progress
     * @param situation what is waited for, for the case that there is none
     * @throws io.streambed.examples.app.AppException if the application has broken, or there was no progress for too long
     */
    void pause(Patience patience, long done, String situation) throws InterruptedException;
}
