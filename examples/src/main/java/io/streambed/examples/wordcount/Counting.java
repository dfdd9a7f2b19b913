package io.streambed.examples.wordcount;

import io.streambed.examples.broker.Cluster;
import io.streambed.examples.streams.RunningStreams;
import io.streambed.examples.streams.StoreReader;
import java.nio.file.Path;
import org.apache.kafka.streams.query.RangeQuery;

/** The Streams application that counts, from its start to its end. */
final class Counting implements AutoCloseable {
    private final RunningStreams running;

    Counting(Cluster cluster, Names names, Path state) {
        this.running = new RunningStreams(
                "counting", cluster, CountWords.topology(names), CountWords.settings(cluster, names, state));
    }

    /** The application as it runs. */
    RunningStreams running() {
        return running;
    }

    /** The words with the highest counts, read from the store by an interactive query. */
    TopWords top(int limit) throws InterruptedException {
        TopWords top = new TopWords(limit);
        new StoreReader("counts", running, CountWords.PARTITIONS)
                .read(Names.STORE, RangeQuery.<String, Long>withNoBounds(), top::add);
        return top;
    }

    @Override
    public void close() {
        running.close();
    }
}
