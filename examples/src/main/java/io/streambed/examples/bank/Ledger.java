package io.streambed.examples.bank;

import java.util.Properties;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;

/** The topology: each transfer becomes postings, and the postings of an account its balance. */
final class Ledger {
    /** Partitions of every topic, and so of the store: more than an instance has threads, so that threads have several tasks. */
    static final int PARTITIONS = 4;

    private static final int THREADS = 2;

    private static final Serde<Transfer> TRANSFERS =
            Serdes.serdeFrom((topic, transfer) -> transfer.encode(), (topic, bytes) -> Transfer.decode(bytes));
    private static final Serde<Posting> POSTINGS =
            Serdes.serdeFrom((topic, posting) -> posting.encode(), (topic, bytes) -> Posting.decode(bytes));

    private Ledger() {}

    /** @param filler bytes that each account is to take beyond what it needs */
    static Topology topology(Names names, int filler) {
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(names.transfers(), Consumed.with(Serdes.Long(), TRANSFERS))
                .flatMap((from, transfer) -> transfer.postings())
                .groupByKey(Grouped.with(Names.POSTINGS, Serdes.Long(), POSTINGS))
                .aggregate(
                        () -> new byte[0],
                        (account, posting, bytes) -> {
                            byte[] before = bytes.length == 0 ? Account.empty(account, filler) : bytes;
                            return Account.decode(before).with(posting).encode(before);
                        },
                        Materialized.as(Names.STORE));
        return builder.build();
    }

    /** Settings that all instances have in common; each adds a state directory and, if it likes, a name of its own. */
    static Properties settings(Names names, String bootstrapServers, Plan plan) {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, names.id());
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, plan.guarantee());
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, Integer.toString(plan.commitMillis()));
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, Integer.toString(THREADS));
        settings.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, plan.instances() > 1 ? "1" : "0");
        settings.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.LongSerde.class.getName());
        settings.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class.getName());
        // Every posting is a record of the changelog, so that what is restored can be told as a part of the whole.
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, "0");
        settings.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        // Or a slow machine would put all that it has to do into a single transaction.
        settings.put(StreamsConfig.mainConsumerPrefix("max.poll.records"), "200");
        // Where there are others, what a killed one had is soon theirs.
        settings.put(StreamsConfig.mainConsumerPrefix("session.timeout.ms"), plan.instances() > 1 ? "6000" : "30000");
        settings.put(StreamsConfig.mainConsumerPrefix("heartbeat.interval.ms"), "1000");
        if (plan.instances() == 1) {
            // A busy machine may work on a transaction for longer than the 10 seconds that Streams gives it. Where
            // there are others, they wait as long for what a killed one has left open in tasks that they take over.
            settings.put(StreamsConfig.producerPrefix("transaction.timeout.ms"), "30000");
        }
        plan.store().addTo(settings);
        return settings;
    }
}
