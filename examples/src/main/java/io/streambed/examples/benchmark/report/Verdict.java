package io.streambed.examples.benchmark.report;

import io.streambed.examples.benchmark.row.Figure;
import io.streambed.examples.benchmark.row.Goal;
import io.streambed.examples.benchmark.row.Row;
import io.streambed.examples.benchmark.store.Side;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What became of a goal.
 *
 * @param promised in words
 * @param found what was measured, in words
 * @param reached whether that is as good as promised; empty if it was not measured
 */
record Verdict(String promised, String found, Optional<Boolean> reached) {
    static Verdict of(Results results, Row row, Goal goal) {
        if (goal instanceof Goal.Gain gain) {
            Optional<Results.Gain> found = results.gain(row, gain.figure());
            return new Verdict(
                    Amounts.gain(gain.gain()),
                    found.map(value -> Amounts.gain(value.median())).orElse(Amounts.NONE),
                    found.map(value -> value.median() >= gain.gain()));
        }
        Goal.Bound bound = (Goal.Bound) goal;
        Figure.Unit unit = bound.figure().unit();
        OptionalDouble found = results.median(row, Side.STREAMBED, bound.figure()::of);
        return new Verdict(
                "at most " + Amounts.of(unit, bound.most()),
                Amounts.of(unit, found.orElse(-1)),
                found.isPresent() ? Optional.of(found.getAsDouble() <= bound.most()) : Optional.empty());
    }
}
