package io.streambed.examples.streams;

import io.streambed.examples.app.AppException;
import java.util.Collection;
import org.apache.kafka.streams.KafkaStreams;

/** A Streams application as far as it runs in this process, in one instance or in several. */
public interface Application extends Awaited {
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

    @Override
    default long records() {
        return figures().records();
    }

    /** Why the application failed, in words for its user. */
    AppException failure(Throwable cause);
}
