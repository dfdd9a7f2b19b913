package io.streambed.examples.benchmark.row;

/** What we hold ourselves to in a row. */
public sealed interface Goal {
    /** What is compared. */
    Figure figure();

    /**
     * A gain.
     *
     * @param gain how many times better ours is to be than the other side's, at least
     */
    record Gain(Figure figure, double gain) implements Goal {}

    /**
     * A bound.
     *
     * @param most what ours may have at the most, whatever the other side has
     */
    record Bound(Figure figure, double most) implements Goal {}
}
