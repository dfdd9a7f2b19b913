package io.streambed.examples.benchmark.row;

import io.streambed.examples.benchmark.store.Side;
import java.util.ArrayList;
import java.util.List;

/**
 * A row of the table.
 *
 * @param name what it is called on the command line and in reports
 * @param what what an operation is, in a few words
 * @param part which of its scenario's measurements it shows
 * @param goals beside RocksDB with stores of the normal size; what the first one compares is the row's own figure; never empty
 * @param big what holds with stores past every cache, besides being no worse in any figure of the goals
 */
public record Row(String name, String what, String part, List<Goal> goals, List<Goal> big) {
    /** Copies the lists; fails without a goal. */
    public Row {
        if (goals.isEmpty()) {
            throw new IllegalArgumentException("row " + name + " has no goal, so nobody knows what it is about");
        }
        goals = List.copyOf(goals);
        big = List.copyOf(big);
    }

    /** The figure that the row is about. */
    public Figure figure() {
        return goals.get(0).figure();
    }

    /**
     * The goals in a certain comparison. The gains are promised beside RocksDB as Kafka Streams configures it, at the normal size; beside
     * RocksDB with more memory, and past every cache, no row is to be slower. Nothing is promised beside stores in memory.
     */
    public List<Goal> goals(Plan plan, Side theirs) {
        if (theirs == Side.ROCKSDB && !plan.pastEveryCache()) {
            return goals;
        }
        if (theirs != Side.ROCKSDB && theirs != Side.ROCKSDB_TUNED) {
            return List.of();
        }
        List<Goal> found = new ArrayList<>();
        for (Goal goal : goals) {
            boolean own = plan.pastEveryCache() && big.stream().anyMatch(other -> other.figure() == goal.figure());
            if (!own && goal instanceof Goal.Gain gain) {
                found.add(new Goal.Gain(gain.figure(), 1));
            } else if (!own) {
                found.add(goal);
            }
        }
        if (plan.pastEveryCache()) {
            found.addAll(big);
        }
        return found;
    }

    static Row of(String name, String what, Goal... goals) {
        return new Row(name, what, name, List.of(goals), List.of());
    }

    /** The same with goals for stores past every cache. */
    Row atBig(Goal... more) {
        return new Row(name, what, part, goals, List.of(more));
    }

    static Goal cpu(double gain) {
        return goal(Figure.CPU, gain);
    }

    static Goal p50(double gain) {
        return goal(Figure.P50, gain);
    }

    static Goal p99(double gain) {
        return goal(Figure.P99, gain);
    }

    static Goal goal(Figure figure, double gain) {
        return new Goal.Gain(figure, gain);
    }

    static Goal atMost(Figure figure, double most) {
        return new Goal.Bound(figure, most);
    }
}
