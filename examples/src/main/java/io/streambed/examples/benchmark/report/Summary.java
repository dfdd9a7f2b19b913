package io.streambed.examples.benchmark.report;

import io.streambed.examples.benchmark.row.Figure;
import io.streambed.examples.benchmark.row.Goal;
import io.streambed.examples.benchmark.row.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The table in Markdown, and what became of the goals, in words. */
final class Summary {
    private final Results results;
    private final Environment environment;

    Summary(Results results, Environment environment) {
        this.results = results;
        this.environment = environment;
    }

    String markdown() {
        return "`" + environment.command() + "`, medians of " + rounds() + ", "
                + results.plan().entries() + " entries; " + environment.line() + ". Each cell has ours / "
                + results.theirs().label() + ".\n\n" + new Table(results).markdown() + "\n" + goals() + missing();
    }

    /** How many goals were reached, and which were not. */
    String goals() {
        List<String> not = new ArrayList<>();
        int reached = 0;
        for (Row row : results.rows()) {
            for (Goal goal : row.goals(results.plan(), results.theirs())) {
                Verdict verdict = Verdict.of(results, row, goal);
                if (verdict.reached().isEmpty()) {
                    continue;
                }
                if (verdict.reached().get()) {
                    reached++;
                } else {
                    not.add(row.name()
                            + (goal.figure() == Figure.CPU
                                    ? ""
                                    : " (" + goal.figure().label() + ")") + " " + verdict.found() + " of "
                            + verdict.promised());
                }
            }
        }
        int all = reached + not.size();
        String missed = not.isEmpty() ? "." : "; not reached: " + String.join(", ", not) + ".";
        return all == 0 ? "" : "Goals reached: " + reached + " of " + all + missed + "\n";
    }

    private String missing() {
        String lines =
                results.notThere().stream().map(line -> "- " + line + "\n").collect(Collectors.joining());
        return lines.isEmpty() ? "" : "\nNot there:\n\n" + lines;
    }

    private String rounds() {
        int rounds = results.rounds();
        return rounds == 1 ? "one round" : rounds + " rounds";
    }
}
