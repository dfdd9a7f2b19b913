package io.streambed.examples.benchmark.report;

import io.streambed.examples.benchmark.measure.Measurement;
import io.streambed.examples.benchmark.row.Child.Outcome;
import io.streambed.examples.benchmark.row.Figure;
import io.streambed.examples.benchmark.row.Plan;
import io.streambed.examples.benchmark.row.Row;
import io.streambed.examples.benchmark.store.Side;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/** What came of all runs, row by row. One thread's. */
public final class Results {
    private final Side ours = Side.STREAMBED;
    private final Side theirs;
    private final Plan plan;
    private final Map<Row, Map<Side, List<Outcome>>> outcomes = new LinkedHashMap<>();

    /** Of a comparison of ours with another side. */
    public Results(Side theirs, Plan plan) {
        this.theirs = theirs;
        this.plan = plan;
    }

    /**
     * A gain: how many times better ours is.
     *
     * @param median over the rounds
     * @param least the least of them
     * @param greatest the greatest
     */
    public record Gain(double median, double least, double greatest) {}

    /** The side that ours is compared with. */
    public Side theirs() {
        return theirs;
    }

    /** How much was done. */
    public Plan plan() {
        return plan;
    }

    /** Adds what a round gave for a row. */
    public void add(Row row, Side side, Outcome outcome) {
        outcomes.computeIfAbsent(row, key -> new LinkedHashMap<>())
                .computeIfAbsent(side, key -> new ArrayList<>())
                .add(outcome);
    }

    /** How often rows were run, where they were run most often. */
    public int rounds() {
        return outcomes.values().stream()
                .flatMap(sides -> sides.values().stream())
                .mapToInt(List::size)
                .max()
                .orElse(0);
    }

    /** The rows, in the order of the table. */
    public List<Row> rows() {
        return List.copyOf(outcomes.keySet());
    }

    /** What was measured of a row, by round. */
    public List<Measurement> measurements(Row row, Side side) {
        List<Measurement> measured = new ArrayList<>();
        for (Outcome outcome : outcomes.getOrDefault(row, Map.of()).getOrDefault(side, List.of())) {
            Measurement measurement = outcome.measured().get(row.part());
            if (measurement != null) {
                measured.add(measurement);
            }
        }
        return measured;
    }

    /** The median of a figure over the rounds. */
    public OptionalDouble median(Row row, Side side, ToDoubleFunction<Measurement> figure) {
        double[] values = measurements(row, side).stream()
                .mapToDouble(figure)
                .filter(value -> value >= 0)
                .sorted()
                .toArray();
        return values.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(median(values));
    }

    /** How many times better ours is in a figure, round against round. */
    public Optional<Gain> gain(Row row, Figure figure) {
        List<Measurement> our = measurements(row, ours);
        List<Measurement> their = measurements(row, theirs);
        double[] gains = new double[Math.min(our.size(), their.size())];
        for (int round = 0; round < gains.length; round++) {
            double ourFigure = figure.of(our.get(round));
            double theirFigure = figure.of(their.get(round));
            gains[round] = ourFigure < 0 || theirFigure < 0 ? Double.NaN : theirFigure / ourFigure;
        }
        double[] sorted = Arrays.stream(gains)
                .filter(gain -> gain > 0 && Double.isFinite(gain))
                .sorted()
                .toArray();
        return sorted.length == 0
                ? Optional.empty()
                : Optional.of(new Gain(median(sorted), sorted[0], sorted[sorted.length - 1]));
    }

    /** What went wrong: row, side and reason, each once. A store that a side does not have is none of it. */
    public List<String> failures() {
        return messages(false);
    }

    /** Rows that a side has no store for. */
    public List<String> notThere() {
        return messages(true);
    }

    private List<String> messages(boolean notThere) {
        return outcomes.entrySet().stream()
                .flatMap(row -> row.getValue().entrySet().stream()
                        .flatMap(side -> side.getValue().stream()
                                .filter(outcome -> !outcome.measured()
                                        .containsKey(row.getKey().part()))
                                .filter(outcome -> (outcome.kind() == Outcome.Kind.NOT_THERE) == notThere)
                                .map(outcome -> row.getKey().name() + ", "
                                        + side.getKey().label() + ": "
                                        + (outcome.kind() == Outcome.Kind.WRONG ? "a wrong value was read: " : "")
                                        + outcome.message())))
                .distinct()
                .toList();
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
