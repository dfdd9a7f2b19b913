package io.streambed.lsm.bench;

import io.streambed.lsm.bench.MemtableBenchmark.Full;
import io.streambed.lsm.bench.MemtableBenchmark.Keys;
import io.streambed.lsm.internal.entry.InternalIterator;
import io.streambed.lsm.internal.memtable.Memtable;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@link MemtableBenchmark} measures, as processor time of the thread and not by the clock, for machines that others use
 * at the same time. Prints the least and the median of some rounds, in nanoseconds an operation.
 *
 * <pre>
 *  java -Xms3g -Xmx3g -cp … io.streambed.lsm.bench.MemtableCpuTime [entries [rounds]]
 * </pre>
 */
public final class MemtableCpuTime {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Map<String, List<Double>> figures = new LinkedHashMap<>();
    private final MemtableBenchmark benchmark = new MemtableBenchmark();
    private final Keys keys = new Keys();
    private final int entries;
    private long sum;

    private MemtableCpuTime(int entries) {
        this.entries = entries;
    }

    /** One operation. */
    private interface Operation {
        long run(int i) throws Exception;
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        int entries = args.length > 0 ? Integer.parseInt(args[0]) : 130_000;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 7;
        MemtableCpuTime run = new MemtableCpuTime(entries);
        for (int i = 0; i < rounds; i++) {
            run.round();
        }
        run.print();
    }

    private void round() throws Exception {
        Full full = new Full();
        full.entries = entries;
        full.memtable = new Memtable();
        measure("put ascending", entries, i -> {
            keys.ascending(i);
            full.put(keys);
            return 0;
        });
        full.memtable = new Memtable();
        measure("put random", entries, i -> {
            keys.random(i);
            full.put(keys);
            return 0;
        });
        InternalIterator[] flush = new InternalIterator[1];
        measure("sort, an entry", entries, i -> {
            if (i == 0) {
                flush[0] = full.memtable.allVersions();
            }
            return 0;
        });
        measure("walk all, an entry", entries, i -> {
            boolean on = i == 0 ? flush[0].first() : flush[0].next();
            return flush[0].seqNo()
                    + (on ? flush[0].userKey().length() + flush[0].value().length() : 0);
        });
        measure("get, hit", 300_000, i -> benchmark.getHit(full, keys).length);
        measure("get, missing", 300_000, i -> benchmark.getMissing(full, keys) == null ? 1 : 0);
        measure("range of 50", 20_000, i -> benchmark.range50(full, keys));
        measure("put, then range of 50", 20_000, i -> benchmark.putThenRange50(full, keys));
        measure("overwrite", 300_000, i -> {
            keys.random(keys.draw(entries));
            full.put(keys);
            return 0;
        });
    }

    private void measure(String name, int count, Operation operation) throws Exception {
        long begin = THREADS.getCurrentThreadCpuTime();
        for (int i = 0; i < count; i++) {
            sum += operation.run(i);
        }
        double each = (THREADS.getCurrentThreadCpuTime() - begin) / (double) count;
        figures.computeIfAbsent(name, n -> new ArrayList<>()).add(each);
    }

    private void print() {
        System.out.printf("%d entries (%x)%n", entries, sum);
        figures.forEach((name, all) -> {
            Collections.sort(all);
            System.out.printf("%-24s least %8.0f  median %8.0f%n", name, all.get(0), all.get(all.size() / 2));
        });
    }
}
