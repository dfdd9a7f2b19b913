package io.streambed.lsm.bench;

import io.streambed.lsm.internal.sstable.TableSummary;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@link TableBenchmark} measures, as processor time of the thread and not by the clock, for machines that others use at the
 * same time. Prints the least and the median of some rounds, in nanoseconds an operation or an entry.
 *
 * <pre>
 *  java -Xms2g -Xmx2g -Xmn64m -XX:+UseSerialGC -cp … io.streambed.lsm.bench.TableCpuTime [NONE|LZ4 [rounds]]
 * </pre>
 */
public final class TableCpuTime {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int ENTRIES = 500_000;

    private final Map<String, List<Double>> figures = new LinkedHashMap<>();
    private final TableBenchmark benchmark = new TableBenchmark();
    private long sum;

    private TableCpuTime() {}

    /** One operation; says something that depends on its result. */
    private interface Operation {
        long run() throws Exception;
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        TableCpuTime run = new TableCpuTime();
        run.benchmark.codec = args.length > 0 ? TableBenchmark.Codec.valueOf(args[0]) : TableBenchmark.Codec.NONE;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 7;
        run.benchmark.makeTable();
        for (int i = 0; i < rounds; i++) {
            run.round();
        }
        run.print();
    }

    private void round() throws Exception {
        measure("filter, hit", ENTRIES, () -> benchmark.filterHit() ? 1 : 0);
        measure("filter, missing", ENTRIES, () -> benchmark.filterMissing() ? 1 : 0);
        measure("get, hit", ENTRIES, () -> benchmark.getHit()[0]);
        measure("get, missing", ENTRIES, () -> benchmark.getMissing() == null ? 1 : 0);
        measure("seek, hit", ENTRIES, () -> benchmark.seekHit()[0]);
        measure("get, not cached", ENTRIES / 5, () -> benchmark.getUncached()[0]);
        measureWhole("scan, cached", benchmark::scanCached);
        measureWhole("scan, sequential", benchmark::scanSequential);
        measureWhole("write", () -> {
            TableSummary summary = benchmark.write();
            return summary.bytes();
        });
    }

    private void measure(String name, int count, Operation operation) throws Exception {
        long start = THREADS.getCurrentThreadCpuTime();
        for (int i = 0; i < count; i++) {
            sum += operation.run();
        }
        note(name, start, count);
    }

    private void measureWhole(String name, Operation operation) throws Exception {
        long start = THREADS.getCurrentThreadCpuTime();
        sum += operation.run();
        note(name, start, ENTRIES);
    }

    private void note(String name, long start, int count) {
        double nanos = (double) (THREADS.getCurrentThreadCpuTime() - start) / count;
        figures.computeIfAbsent(name, absent -> new ArrayList<>()).add(nanos);
    }

    private void print() {
        figures.forEach((name, of) -> {
            Collections.sort(of);
            System.out.printf("%-18s least %7.1f   median %7.1f ns%n", name, of.get(0), of.get(of.size() / 2));
        });
        System.out.println("(" + sum + ")");
    }
}
