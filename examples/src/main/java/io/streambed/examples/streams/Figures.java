package io.streambed.examples.streams;

import io.streambed.lsm.LsmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.jspecify.annotations.Nullable;

/**
 * What a Streams application tells about itself through its metrics.
 *
 * @param records records that went through the topology since the start
 * @param restored records that stores got back from their changelogs since the start
 * @param storeBytes size of all stores, in memory and on disk
 * @param tables tables in each level of the stores, from level 0 on, all partitions together
 */
public record Figures(long records, long restored, long storeBytes, List<Integer> tables) {

    /** Of an instance that has done nothing. */
    static final Figures NONE = new Figures(0, 0, 0, List.of());

    /** Out of the metrics of an instance. */
    public static Figures of(Collection<? extends Metric> metrics, long restored) {
        long records = 0;
        long bytes = 0;
        List<Integer> tables = new ArrayList<>();
        for (Metric metric : metrics) {
            MetricName name = metric.metricName();
            String of = name.group() + "/" + name.name();
            // Looking at a value costs, and there are many.
            switch (of) {
                case "stream-thread-metrics/process-total" -> records += number(metric);
                case "stream-state-metrics/total-sst-files-size", "stream-state-metrics/size-all-mem-tables" ->
                    bytes += number(metric);
                case "stream-state-metrics/tables-per-level" -> add(tables, value(metric));
                default -> {}
            }
        }
        return new Figures(records, restored, bytes, List.copyOf(tables));
    }

    /** Of two instances together. */
    public Figures plus(Figures other) {
        List<Integer> sum = new ArrayList<>(tables);
        for (int level = 0; level < other.tables.size(); level++) {
            add(sum, level, other.tables.get(level));
        }
        return new Figures(
                records + other.records, restored + other.restored, storeBytes + other.storeBytes, List.copyOf(sum));
    }

    /** The tables by level, as far down as there are any. */
    public String levels() {
        int depth = tables.size();
        while (depth > 1 && tables.get(depth - 1) == 0) {
            depth--;
        }
        return tables.subList(0, depth).stream().map(String::valueOf).collect(Collectors.joining("/"));
    }

    private static long number(Metric metric) {
        return value(metric) instanceof Number number ? number.longValue() : 0;
    }

    private static @Nullable Object value(Metric metric) {
        try {
            return metric.metricValue();
        } catch (LsmException e) {
            if (e.kind() == LsmException.Kind.CLOSED) {
                // A task that moves closes its stores, perhaps after we got the list and before we ask.
                return null;
            }
            throw e;
        }
    }

    private static void add(List<Integer> tables, @Nullable Object levels) {
        if (!(levels instanceof String text) || text.isEmpty()) {
            return;
        }
        String[] counts = text.split(",", -1);
        for (int level = 0; level < counts.length; level++) {
            add(tables, level, Integer.parseInt(counts[level]));
        }
    }

    private static void add(List<Integer> tables, int level, int count) {
        if (level == tables.size()) {
            tables.add(0);
        }
        tables.set(level, tables.get(level) + count);
    }
}
