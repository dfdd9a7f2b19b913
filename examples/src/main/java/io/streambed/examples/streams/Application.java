package io.streambed.examples.streams;

import io.streambed.examples.app.AppException;
import java.util.Collection;
import org.apache.kafka.streams.KafkaStreams;

/** A Streams application as far as it runs in this process, in one instance or in several. */
public interface Application {
    /** Waits until all tasks run. */
    void awaitRunning() throws InterruptedException;

    /** The instances themselves, for queries. */
    Collection<KafkaStreams> instances();

    /** What the application counts about itself; from any thread. */
    Figures figures();

    /**
     * Nothing, as long as the application works.
     *
     * @throws AppException if it has broken
     */
    void check();

    /**
     * Waits a moment between two looks, or less if the application breaks meanwhile.
     *
     * @param done a figure that grows as long as there is any progress
     * @param situation what is waited for, for the case that there is none
     */
    void pause(Patience patience, long done, String situation) throws InterruptedException;

    /** Why the application failed, in words for its user. */
    AppException failure(Throwable cause);
}
