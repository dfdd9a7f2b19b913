package io.streambed.examples.benchmark.row;

import io.streambed.examples.benchmark.measure.Measurement;
import java.util.function.ToDoubleFunction;

/** A figure of a measurement, less of which is better. */
public enum Figure {
    CPU("CPU/op", Unit.NANOS, Measurement::cpuPerOperation),
    P50("p50", Unit.NANOS, Measurement::p50),
    P99("p99", Unit.NANOS, Measurement::p99),
    P999("p99.9", Unit.NANOS, Measurement::p999),
    MAX("max", Unit.NANOS, Measurement::max),
    TIME("time", Unit.NANOS, Measurement::wall),
    COUNT("number", Unit.NUMBER, Measurement::operations),
    WRITE_AMPLIFICATION("write amp.", Unit.RATIO, Measurement::writeAmplification),
    SPACE_AMPLIFICATION("space amp.", Unit.RATIO, Measurement::spaceAmplification),
    MEMORY("anon. memory", Unit.BYTES, Measurement::anonymous),
    LONGEST_PAUSE("longest GC pause", Unit.NANOS, Measurement::longestPause);

    /** What a figure is counted in. */
    public enum Unit {
        NANOS,
        BYTES,
        NUMBER,
        RATIO
    }

    private final String label;
    private final Unit unit;

    @SuppressWarnings("ImmutableEnumChecker") // A method reference, which holds nothing.
    private final ToDoubleFunction<Measurement> of;

    Figure(String label, Unit unit, ToDoubleFunction<Measurement> of) {
        this.label = label;
        this.unit = unit;
        this.of = of;
    }

    /** Its name in tables. */
    public String label() {
        return label;
    }

    /** What it is counted in. */
    public Unit unit() {
        return unit;
    }

    /** Its value in a measurement; -1 if it was not measured. */
    public double of(Measurement measurement) {
        return of.applyAsDouble(measurement);
    }
}
