package io.streambed.examples.benchmark.row;

import java.util.List;

/**
 * What one process does: on a store that holds something, in a way that gives the figures of one or a few rows.
 *
 * @param name what it is called in messages
 * @param dataset what the store holds at the beginning
 * @param rows the rows that it measures
 * @param body what it does
 */
public record Scenario(String name, Dataset dataset, List<Row> rows, Body body) {
    /** Copies the list. */
    public Scenario {
        rows = List.copyOf(rows);
    }

    /** Runs in the process of its own. */
    @FunctionalInterface
    interface Body {
        void run(Bench bench) throws Exception;
    }

    /** Of a single row, by whose name it goes. */
    static Scenario of(Dataset dataset, Row row, Body body) {
        return new Scenario(row.name(), dataset, List.of(row), body);
    }
}
