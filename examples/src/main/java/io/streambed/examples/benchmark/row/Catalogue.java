package io.streambed.examples.benchmark.row;

import static io.streambed.examples.benchmark.row.Row.cpu;
import static io.streambed.examples.benchmark.row.Row.p50;

import io.streambed.examples.benchmark.data.Keys;
import java.util.List;

/** All scenarios, in the order of the table. */
public final class Catalogue {
    private Catalogue() {}

    /** All of them; names of scenarios and of rows are unique. */
    public static List<Scenario> scenarios() {
        return List.of(
                Scenario.of(
                        Dataset.NONE,
                        Row.of("fill-random", "put of a new key, in random order", cpu(3.5)),
                        Fills.each("fill-random", Keys.RANDOM)),
                Scenario.of(
                        Dataset.RANDOM,
                        Row.of("read-random-hit", "get of a key that is there", cpu(6), p50(6)),
                        Reads.hit("read-random-hit")));
    }

    /** The one of that name. */
    static Scenario scenario(String name) {
        return scenarios().stream()
                .filter(scenario -> scenario.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no scenario " + name));
    }
}
