package io.streambed.examples.benchmark.row;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.examples.benchmark.store.Side;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The rows, and what is promised of them. */
class CatalogueTest {
    private static final List<Row> ROWS = Catalogue.scenarios().stream()
            .flatMap(scenario -> scenario.rows().stream())
            .toList();

    @Test
    void namesAreUnique() {
        Set<String> rows = new HashSet<>();
        ROWS.forEach(row -> assertTrue(rows.add(row.name()), row.name()));
        Set<String> scenarios = new HashSet<>();
        Catalogue.scenarios().forEach(scenario -> assertTrue(scenarios.add(scenario.name()), scenario.name()));
    }

    @Test
    void eachRowIsPromisedSomethingBesideRocksDb() {
        for (Row row : ROWS) {
            assertFalse(row.goals(Plan.NORMAL, Side.ROCKSDB).isEmpty(), row.name());
            assertEquals(row.figure(), row.goals().get(0).figure());
        }
    }

    @Test
    void aRowWithoutAGoalIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Row.of("row", "whatever"));
    }

    @Test
    void goalsAreThoseOfTheNormalSize() {
        Row row = row("read-random-hit");
        List<Goal> both = List.of(new Goal.Gain(Figure.CPU, 6), new Goal.Gain(Figure.P50, 6));
        assertEquals(both, row.goals(Plan.NORMAL, Side.ROCKSDB));
        assertEquals(both, row.goals(Plan.QUICK, Side.ROCKSDB));
    }

    @Test
    void pastEveryCacheNoRowIsToBeSlower() {
        List<Goal> noWorse = List.of(new Goal.Gain(Figure.CPU, 1), new Goal.Gain(Figure.P50, 1));
        assertEquals(noWorse, row("read-random-hit").goals(Plan.BIG, Side.ROCKSDB));
        assertEquals(noWorse, row("read-random-hit").goals(Plan.NORMAL, Side.ROCKSDB_TUNED));
        assertEquals(
                List.of(new Goal.Gain(Figure.CPU, 1), new Goal.Gain(Figure.WRITE_AMPLIFICATION, 2)),
                row("update-all").goals(Plan.BIG, Side.ROCKSDB));
        assertTrue(row("fill-random")
                .goals(Plan.BIG, Side.ROCKSDB)
                .contains(new Goal.Bound(Figure.SPACE_AMPLIFICATION, 1.3)));
    }

    @Test
    void besideMemoryNothingIsPromised() {
        ROWS.forEach(row -> assertEquals(List.of(), row.goals(Plan.NORMAL, Side.IN_MEMORY), row.name()));
    }

    private static Row row(String name) {
        return ROWS.stream().filter(row -> row.name().equals(name)).findFirst().orElseThrow();
    }
}
