package io.streambed.examples.wordcount;

import io.streambed.examples.broker.Cluster;
import io.streambed.kafka.LsmDslStoreSuppliers;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;

/** The topology, and the settings that it runs with. Nothing in it names a store; one setting does. */
final class CountWords {
    /** Partitions of every topic, and so of the store; one stream thread each. */
    static final int PARTITIONS = 2;

    private CountWords() {}

    static Topology topology(Names names) {
        StreamsBuilder builder = new StreamsBuilder();
        builder.<String, String>stream(names.input())
                .flatMapValues(Words::in)
                .groupBy((none, word) -> word, Grouped.as(Names.WORDS))
                .count(Materialized.as(Names.STORE));
        return builder.build();
    }

    static Properties settings(Cluster cluster, Names names, Path state) {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, names.id());
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers());
        settings.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        settings.put(StreamsConfig.DSL_STORE_SUPPLIERS_CLASS_CONFIG, LsmDslStoreSuppliers.class);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, PARTITIONS);
        settings.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        settings.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        settings.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        // A busy machine may work on a transaction for longer than the 10 seconds that Streams gives it. What a killed
        // process has left open does not last as long: the next one has its transactional ids, and aborts it.
        settings.put(StreamsConfig.producerPrefix("transaction.timeout.ms"), 30_000);
        return settings;
    }
}
