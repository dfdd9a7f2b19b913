package io.streambed.examples.benchmark;

import io.streambed.examples.app.Progress;
import io.streambed.examples.app.Stop;
import io.streambed.examples.benchmark.report.Results;
import io.streambed.examples.benchmark.row.Child;
import io.streambed.examples.benchmark.row.Child.Outcome;
import io.streambed.examples.benchmark.row.Dataset;
import io.streambed.examples.benchmark.row.Plan;
import io.streambed.examples.benchmark.row.Row;
import io.streambed.examples.benchmark.row.Scenario;
import io.streambed.examples.benchmark.store.Side;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Runs scenarios round by round. Within a round each scenario runs on both sides, one right after the other, and from round to round the
 * other side begins: whatever else the machine does meets both alike.
 */
final class Benchmark {
    private final Plan plan;
    private final List<Side> sides;
    private final int rounds;
    private final Runs runs;
    private final Stop stop;
    private final Progress progress;
    private final Map<Side, Map<Dataset, Path>> prepared = new EnumMap<>(Side.class);
    private volatile String doing = "starting";
    private volatile long doingSince = System.nanoTime();
    private final AtomicInteger done = new AtomicInteger();
    private volatile int all;

    /** @param sides those that are run; not empty */
    Benchmark(Plan plan, List<Side> sides, int rounds, Runs runs, Stop stop, Progress progress) {
        this.plan = plan;
        this.sides = List.copyOf(sides);
        this.rounds = rounds;
        this.runs = runs;
        this.stop = stop;
        this.progress = progress;
    }

    /** Does something with the results that there are. */
    @FunctionalInterface
    interface AfterScenario {
        void with(Results results) throws IOException;
    }

    /** Runs these rows, and puts what came of it into {@code results}; tells {@code afterScenario} each time that all sides have run one. */
    void run(List<Scenario> scenarios, Set<Row> rows, Results results, AfterScenario afterScenario) throws Exception {
        all = rounds * scenarios.size() * sides.size();
        long begin = System.nanoTime();
        progress.show(() -> state(begin));
        for (int round = 1; round <= rounds; round++) {
            List<Side> order = new ArrayList<>(sides);
            if (round % 2 == 0) {
                Collections.reverse(order);
            }
            for (Scenario scenario : scenarios) {
                for (Side side : order) {
                    Outcome outcome = measure(scenario, side, round);
                    for (Row row : scenario.rows()) {
                        if (rows.contains(row)) {
                            results.add(row, side, outcome);
                        }
                    }
                    done.incrementAndGet();
                }
                afterScenario.with(results);
            }
        }
    }

    private Outcome measure(Scenario scenario, Side side, int round) throws Exception {
        Dataset dataset = scenario.dataset();
        Path from = null;
        if (dataset != Dataset.NONE && side.persistent()) {
            from = prepared(side, dataset);
        }
        doing("round " + round + " of " + rounds + ", " + scenario.name() + ", " + side.label());
        Child.Task task = new Child.Task(scenario.name(), dataset, side, plan);
        Path copied = from;
        return stop.during(() -> runs.measure(task, copied));
    }

    private Path prepared(Side side, Dataset dataset) throws Exception {
        Map<Dataset, Path> ofSide = prepared.computeIfAbsent(side, key -> new EnumMap<>(Dataset.class));
        @Nullable Path there = ofSide.get(dataset);
        if (there != null) {
            return there;
        }
        doing("writing the data set " + dataset + " with " + side.label());
        Path made = stop.during(() -> runs.prepare(new Child.Task("", dataset, side, plan)));
        ofSide.put(dataset, made);
        return made;
    }

    private void doing(String what) {
        doing = what;
        doingSince = System.nanoTime();
    }

    private String state(long begin) {
        long now = System.nanoTime();
        int ended = done.get();
        String left = ended == 0 ? "" : ", about " + minutes((now - begin) / ended * (all - ended)) + " left";
        long seconds = Duration.ofNanos(now - doingSince).toSeconds();
        return ended + " of " + all + " runs" + left + "; " + doing + " (" + seconds + " s)";
    }

    private static String minutes(long nanos) {
        Duration duration = Duration.ofNanos(nanos);
        return duration.toMinutes() > 0 ? duration.toMinutes() + " min" : duration.toSeconds() + " s";
    }
}
