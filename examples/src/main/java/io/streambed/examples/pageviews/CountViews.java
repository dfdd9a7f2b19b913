package io.streambed.examples.pageviews;

import io.streambed.examples.broker.Cluster;
import io.streambed.kafka.LsmClientSupplier;
import io.streambed.kafka.LsmDslStoreSuppliers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.EmitStrategy;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.kstream.WindowedSerdes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.WindowStore;

/**
 * The topology, and the settings that it runs with. One setting names the stores, another one lets them commit with each transaction.
 *
 * <p>What comes out is settled by the input alone, whenever tasks move or die and in whatever order the partitions are worked on:
 *
 * <ul>
 *   <li>A minute closes when the stream time of its partition has passed its end by the grace; what comes for it later is dropped.
 *       Stream time starts anew where a task starts anew, so its store may then take a view that is too late. But what was emitted was
 *       emitted once, with the transaction in which it closed. So the emitted counts are what is kept and read.
 *   <li>Windows of five minutes and sessions never close while there is input: they count every view, and order does not matter. It may
 *       not for the sessions, as views of a user come out of several partitions.
 * </ul>
 */
final class CountViews {
    /** The size of the windows that close. */
    static final Duration MINUTE = Duration.ofMinutes(1);

    /** How long after its end a minute still takes views. */
    static final Duration GRACE = Duration.ofSeconds(30);

    /** The size of the windows that overlap; one begins each minute. */
    static final Duration FIVE_MINUTES = Duration.ofMinutes(5);

    /** How long a user may look at nothing until the session is over. */
    static final Duration INACTIVITY = Duration.ofMinutes(5);

    /**
     * How long the store keeps a minute. By default that is just until it closes; then a jump in time, as a mark makes one, would let it
     * forget minutes that are not emitted yet.
     */
    private static final Duration KEPT = Duration.ofMinutes(10);

    /** Longer than the views of any run go on: a grace that never ends. */
    private static final Duration NEVER = Duration.ofDays(365);

    /** Brokers count the age of records from now on, but the views are of long ago, and so are the changes of their stores. */
    private static final Duration AGE = Duration.ofDays(100 * 365L);

    private CountViews() {}

    static Topology topology(Names names) {
        StreamsBuilder builder = new StreamsBuilder();
        KStream<String, String> input = builder.stream(names.input());

        // Marks go in here, too: they are what closes the last minutes. Their own minute never closes.
        KStream<Windowed<String>, Long> closed = input.groupByKey()
                .windowedBy(TimeWindows.ofSizeAndGrace(MINUTE, GRACE))
                .emitStrategy(EmitStrategy.onWindowClose())
                .count(Materialized.<String, Long, WindowStore<Bytes, byte[]>>as(Names.MINUTES)
                        .withRetention(KEPT))
                .toStream();
        closed.toTable(Materialized.<Windowed<String>, Long, KeyValueStore<Bytes, byte[]>>as(Names.CLOSED)
                .withKeySerde(minutes())
                .withValueSerde(Serdes.Long()));
        closed.map((window, views) -> new KeyValue<>(window.window().start(), TopPages.of(window.key(), views)))
                .groupByKey(Grouped.with(Names.BY_MINUTE, Serdes.Long(), TopPages.serde()))
                .reduce(
                        TopPages::with,
                        Materialized.<Long, TopPages, KeyValueStore<Bytes, byte[]>>as(Names.TOP)
                                .withKeySerde(Serdes.Long())
                                .withValueSerde(TopPages.serde()));

        KStream<String, String> views = input.filterNot((page, user) -> PageView.isMark(page));
        views.groupByKey()
                .windowedBy(TimeWindows.ofSizeAndGrace(FIVE_MINUTES, NEVER).advanceBy(MINUTE))
                .count(Materialized.as(Names.FIVE_MINUTES));
        views.map((page, user) -> new KeyValue<>(user, page))
                .groupByKey(Grouped.as(Names.BY_USER))
                .windowedBy(SessionWindows.ofInactivityGapAndGrace(INACTIVITY, NEVER))
                .count(Materialized.as(Names.SESSIONS));
        return builder.build();
    }

    /** How many tasks there are: each part of the topology has one for each partition. */
    static int tasks(Topology topology) {
        return topology.describe().subtopologies().size() * Views.PARTITIONS;
    }

    /**
     * The settings of one instance.
     *
     * @param instances how many there are to be
     */
    static Properties settings(Cluster cluster, Names names, Path state, int instances) {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, names.id());
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers());
        settings.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        settings.put(StreamsConfig.DSL_STORE_SUPPLIERS_CLASS_CONFIG, LsmDslStoreSuppliers.class);
        settings.put(StreamsConfig.DEFAULT_CLIENT_SUPPLIER_CONFIG, LsmClientSupplier.class);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        settings.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        settings.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        settings.put(StreamsConfig.WINDOW_STORE_CHANGE_LOG_ADDITIONAL_RETENTION_MS_CONFIG, AGE.toMillis());
        // By default Streams looks once a second for windows that have closed, and only when a record comes. After
        // the marks none comes any more.
        settings.put(StreamsConfig.InternalConfig.EMIT_INTERVAL_MS_KSTREAMS_WINDOWED_AGGREGATION, 0L);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, instances == 1 ? 2 : 1);
        settings.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, instances == 1 ? 0 : 1);
        // With its next heartbeat an instance learns that tasks move.
        settings.put(StreamsConfig.consumerPrefix("heartbeat.interval.ms"), 500);
        // A busy machine may work on a transaction for longer than the 10 seconds that Streams gives it.
        settings.put(StreamsConfig.producerPrefix("transaction.timeout.ms"), 30_000);
        // A new instance gets its share at once. By default it gets copies first, and Streams looks after ten minutes
        // whether they have caught up.
        settings.put(StreamsConfig.ACCEPTABLE_RECOVERY_LAG_CONFIG, Long.MAX_VALUE);
        return settings;
    }

    private static Serde<Windowed<String>> minutes() {
        return WindowedSerdes.timeWindowedSerdeFrom(String.class, MINUTE.toMillis());
    }
}
