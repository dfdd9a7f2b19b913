package io.streambed.examples.benchmark.row;

import java.util.List;

/**
 * A row of the table.
 *
 * @param name what it is called on the command line and in reports
 * @param what what an operation is, in a few words
 * @param part which of its scenario's measurements it shows
 * @param goals what is compared, the first figure being the row's own; never empty
 */
public record Row(String name, String what, String part, List<Goal> goals) {
    /** Copies the list. */
    public Row {
        goals = List.copyOf(goals);
    }

    /** The figure that the row is about. */
    public Figure figure() {
        return goals.get(0).figure();
    }

    static Row of(String name, String what, Goal... goals) {
        return new Row(name, what, name, List.of(goals));
    }

    /** The same with what another row's part measured. */
    Row from(String otherPart) {
        return new Row(name, what, otherPart, goals);
    }

    static Goal cpu(double gain) {
        return new Goal(Figure.CPU, gain);
    }

    static Goal p50(double gain) {
        return new Goal(Figure.P50, gain);
    }

    static Goal p99(double gain) {
        return new Goal(Figure.P99, gain);
    }

    static Goal goal(Figure figure, double gain) {
        return new Goal(figure, gain);
    }
}
