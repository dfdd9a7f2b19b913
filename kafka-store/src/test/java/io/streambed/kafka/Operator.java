package io.streambed.kafka;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.EmitStrategy;
import org.apache.kafka.streams.kstream.GlobalKTable;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.Joined;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.kstream.SlidingWindows;
import org.apache.kafka.streams.kstream.Suppressed;
import org.apache.kafka.streams.kstream.TimeWindows;

/**
 * A stateful operator of the DSL: a topology that has it and what it needs, from the topics {@code in}, {@code other},
 * {@code left}, {@code right} and {@code global}, all of texts, to {@code out}.
 *
 * @param name what it is, for the report
 * @param ofKafka whether Kafka Streams gives it a store of RocksDB's, whatever is configured; the README lists them
 * @param output what it gives
 */
record Operator(String name, boolean ofKafka, Function<Inputs, KStream<?, ?>> output) {
    /** What an operator reads; a table can be asked for once. */
    static final class Inputs {
        private final StreamsBuilder builder;
        private final Set<String> topics = new LinkedHashSet<>();

        private Inputs(StreamsBuilder builder) {
            this.builder = builder;
        }

        KStream<String, String> in() {
            return builder.stream(topic("in"));
        }

        KStream<String, String> other() {
            return builder.stream(topic("other"));
        }

        KTable<String, String> left() {
            return builder.table(topic("left"));
        }

        KTable<String, String> right() {
            return builder.table(topic("right"), Materialized.as("right"));
        }

        KTable<String, String> versioned() {
            return builder.table(
                    topic("right"),
                    Materialized.as(LsmStores.persistentVersionedKeyValueStore("right", ofSeconds(10))));
        }

        GlobalKTable<String, String> global() {
            return builder.globalTable(topic("global"));
        }

        private String topic(String name) {
            topics.add(name);
            return name;
        }
    }

    /** Every operator that keeps state. */
    static List<Operator> all() {
        List<Operator> all = new ArrayList<>();
        all.addAll(aggregations());
        all.addAll(tables());
        all.addAll(joinsWithTables());
        all.addAll(timeWindows());
        all.addAll(sessions());
        all.addAll(joinsOfStreams());
        return all;
    }

    private static List<Operator> aggregations() {
        return List.of(
                of("count", in -> in.in().groupByKey().count().toStream()),
                of("reduce", in -> in.in().groupByKey().reduce(Operator::lastOf).toStream()),
                of(
                        "aggregate",
                        in -> in.in()
                                .groupBy((key, value) -> value.substring(0, 1))
                                .aggregate(() -> "", (key, value, all) -> lastOf(all, value))
                                .toStream()),
                of(
                        "cogroup",
                        in -> in.in()
                                .groupByKey()
                                .<String>cogroup((key, value, all) -> lastOf(all, value))
                                .cogroup(in.other().groupByKey(), (key, value, all) -> lastOf(value, all))
                                .aggregate(() -> "")
                                .toStream()),
                of(
                        "table count",
                        in -> in.left()
                                .groupBy((key, value) -> KeyValue.pair(value.substring(0, 1), value))
                                .count()
                                .toStream()),
                of(
                        "table reduce",
                        in -> in.left()
                                .groupBy((key, value) -> KeyValue.pair(value.substring(0, 1), value))
                                .reduce(Operator::lastOf, (all, value) -> lastOf(all, "-"))
                                .toStream()),
                of(
                        "table aggregate",
                        in -> in.left()
                                .groupBy((key, value) -> KeyValue.pair(value.substring(0, 1), value))
                                .aggregate(
                                        () -> "",
                                        (key, value, all) -> lastOf(all, value),
                                        (key, value, all) -> lastOf(all, "-"))
                                .toStream()),
                of(
                        "repartition",
                        in -> in.in()
                                .selectKey((key, value) -> value.substring(0, 1))
                                .repartition(Repartitioned.as("again"))
                                .groupByKey()
                                .count()
                                .toStream()));
    }

    private static List<Operator> tables() {
        return List.of(
                of("table", in -> in.right().toStream()),
                of("to table", in -> in.in().toTable(Materialized.as("table")).toStream()),
                of(
                        "table filter",
                        in -> in.left()
                                .filter((key, value) -> value.length() % 2 == 0, Materialized.as("filtered"))
                                .toStream()),
                of(
                        "table filter not",
                        in -> in.left()
                                .filterNot((key, value) -> value.length() % 2 == 0, Materialized.as("filtered"))
                                .toStream()),
                of(
                        "table map values",
                        in -> in.left()
                                .mapValues(value -> value.substring(1), Materialized.as("mapped"))
                                .toStream()),
                of(
                        "global table",
                        in -> in.in()
                                .leftJoin(
                                        in.global(), (key, value) -> value.length() > 3 ? key : "k0", Operator::both)));
    }

    private static List<Operator> joinsWithTables() {
        return List.of(
                of(
                        "join of tables",
                        in -> in.left().join(in.right(), Operator::both).toStream()),
                of(
                        "left join of tables",
                        in -> in.left().leftJoin(in.right(), Operator::both).toStream()),
                of(
                        "outer join of tables",
                        in -> in.left()
                                .outerJoin(in.right(), Operator::both, Materialized.as("joined"))
                                .toStream()),
                of(
                        "foreign-key join",
                        in -> in.left()
                                .join(in.right(), value -> "k" + value.charAt(0), Operator::both)
                                .toStream()),
                of(
                        "foreign-key left join",
                        in -> in.left()
                                .leftJoin(
                                        in.right(),
                                        value -> "k" + value.charAt(0),
                                        Operator::both,
                                        Materialized.as("joined"))
                                .toStream()),
                of("join of stream and table", in -> in.in().join(in.right(), Operator::both)),
                of("left join of stream and table", in -> in.in().leftJoin(in.right(), Operator::both)),
                new Operator(
                        "join of stream and versioned table with a grace period",
                        true,
                        in -> in.in()
                                .join(
                                        in.versioned(),
                                        Operator::both,
                                        Joined.<String, String, String>as("graceful")
                                                .withGracePeriod(ofMillis(500)))),
                of(
                        "suppressed for a while",
                        in -> in.in()
                                .groupByKey()
                                .count()
                                .suppress(
                                        Suppressed.untilTimeLimit(ofSeconds(1), Suppressed.BufferConfig.maxRecords(5)))
                                .toStream()),
                of(
                        "join of stream and global table",
                        in -> in.in().join(in.global(), (key, value) -> key, Operator::both)));
    }

    private static List<Operator> timeWindows() {
        TimeWindows tumbling = TimeWindows.ofSizeAndGrace(ofSeconds(2), ofSeconds(1));
        TimeWindows hopping = TimeWindows.ofSizeWithNoGrace(ofSeconds(3)).advanceBy(ofSeconds(1));
        SlidingWindows sliding = SlidingWindows.ofTimeDifferenceAndGrace(ofMillis(1500), ofSeconds(1));
        return List.of(
                of(
                        "tumbling count",
                        in -> in.in().groupByKey().windowedBy(tumbling).count().toStream()),
                of(
                        "hopping reduce",
                        in -> in.in()
                                .groupByKey()
                                .windowedBy(hopping)
                                .reduce(Operator::lastOf)
                                .toStream()),
                of(
                        "hopping aggregate",
                        in -> in.in()
                                .groupByKey()
                                .windowedBy(hopping)
                                .aggregate(() -> "", (key, value, all) -> lastOf(all, value))
                                .toStream()),
                of(
                        "sliding count",
                        in -> in.in().groupByKey().windowedBy(sliding).count().toStream()),
                of(
                        "sliding aggregate",
                        in -> in.in()
                                .groupByKey()
                                .windowedBy(sliding)
                                .aggregate(() -> "", (key, value, all) -> lastOf(all, value))
                                .toStream()),
                of(
                        "tumbling count on close",
                        in -> in.in()
                                .groupByKey()
                                .windowedBy(tumbling)
                                .emitStrategy(EmitStrategy.onWindowClose())
                                .count()
                                .toStream()),
                of(
                        "sliding reduce on close",
                        in -> in.in()
                                .groupByKey()
                                .windowedBy(sliding)
                                .emitStrategy(EmitStrategy.onWindowClose())
                                .reduce(Operator::lastOf)
                                .toStream()),
                of(
                        "suppressed until the window closes",
                        in -> in.in()
                                .groupByKey(Grouped.with(Serdes.String(), Serdes.String()))
                                .windowedBy(tumbling)
                                .count()
                                .suppress(Suppressed.untilWindowCloses(Suppressed.BufferConfig.unbounded()))
                                .toStream()),
                of(
                        "tumbling cogroup",
                        in -> in.in()
                                .groupByKey()
                                .<String>cogroup((key, value, all) -> lastOf(all, value))
                                .cogroup(in.other().groupByKey(), (key, value, all) -> lastOf(value, all))
                                .windowedBy(tumbling)
                                .aggregate(() -> "")
                                .toStream()),
                of(
                        "sliding cogroup",
                        in -> in.in()
                                .groupByKey()
                                .<String>cogroup((key, value, all) -> lastOf(all, value))
                                .windowedBy(sliding)
                                .aggregate(() -> "")
                                .toStream()));
    }

    private static List<Operator> sessions() {
        SessionWindows windows = SessionWindows.ofInactivityGapAndGrace(ofMillis(400), ofSeconds(1));
        return List.of(
                of(
                        "session count",
                        in -> in.in().groupByKey().windowedBy(windows).count().toStream()),
                of(
                        "session reduce",
                        in -> in.in()
                                .groupByKey()
                                .windowedBy(windows)
                                .reduce(Operator::lastOf)
                                .toStream()),
                of(
                        "session aggregate on close",
                        in -> in.in()
                                .groupByKey()
                                .windowedBy(windows)
                                .emitStrategy(EmitStrategy.onWindowClose())
                                .aggregate(() -> "", (key, value, all) -> lastOf(all, value), Operator::merged)
                                .toStream()),
                of(
                        "session suppressed until it closes",
                        in -> in.in()
                                .groupByKey(Grouped.with(Serdes.String(), Serdes.String()))
                                .windowedBy(windows)
                                .count()
                                .suppress(Suppressed.untilWindowCloses(Suppressed.BufferConfig.unbounded()))
                                .toStream()),
                of(
                        "session cogroup",
                        in -> in.in()
                                .groupByKey()
                                .<String>cogroup((key, value, all) -> lastOf(all, value))
                                .cogroup(in.other().groupByKey(), (key, value, all) -> lastOf(value, all))
                                .windowedBy(windows)
                                .aggregate(() -> "", Operator::merged)
                                .toStream()));
    }

    private static List<Operator> joinsOfStreams() {
        JoinWindows windows = JoinWindows.ofTimeDifferenceAndGrace(ofMillis(700), ofSeconds(1));
        return List.of(
                of("join of streams", in -> in.in().join(in.other(), Operator::both, windows)),
                of("left join of streams", in -> in.in().leftJoin(in.other(), Operator::both, windows)),
                of("outer join of streams", in -> in.in().outerJoin(in.other(), Operator::both, windows)),
                of("join of a stream with itself", in -> {
                    KStream<String, String> stream = in.in();
                    return stream.join(stream, Operator::both, windows);
                }));
    }

    /** Adds the operator to a topology; returns the topics that it reads. */
    List<String> addTo(StreamsBuilder builder) {
        Inputs inputs = new Inputs(builder);
        output.apply(inputs)
                .map((key, value) -> KeyValue.pair(String.valueOf(key), String.valueOf(value)))
                .to("out");
        return List.copyOf(inputs.topics);
    }

    @Override
    public String toString() {
        return name;
    }

    private static Operator of(String name, Function<Inputs, KStream<?, ?>> output) {
        return new Operator(name, false, output);
    }

    private static String both(String a, String b) {
        return a + "+" + b;
    }

    private static String merged(String key, String one, String other) {
        return lastOf(one, other);
    }

    /** Depends on all values and their order, and does not grow. */
    private static String lastOf(String a, String b) {
        String all = a + b;
        return all.substring(Math.max(0, all.length() - 9));
    }
}
