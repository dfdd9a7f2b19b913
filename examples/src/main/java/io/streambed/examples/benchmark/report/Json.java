package io.streambed.examples.benchmark.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streambed.examples.benchmark.row.Goal;
import io.streambed.examples.benchmark.row.Row;
import io.streambed.examples.benchmark.store.Side;
import java.util.List;

/**
 * All that was measured, for other programs.
 *
 * <pre>
 *  environment   versions, machine, command
 *  plan          how much was done
 *  theirs        whose stores ours are compared with
 *  rows          [ name, what, figure, gain { median, least, greatest }, goals [ figure, promised, found, reached ],
 *                  sides { side: [ the measurement of each round ] } ]
 *  failures      [ row, side and reason ]
 *  notThere      [ row, side and reason ]
 * </pre>
 *
 * Times are in nanoseconds, sizes in bytes; -1 was not measured.
 */
final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Results results;
    private final Environment environment;

    Json(Results results, Environment environment) {
        this.results = results;
        this.environment = environment;
    }

    String text() {
        ObjectNode root = MAPPER.createObjectNode();
        root.set("environment", MAPPER.valueToTree(environment));
        root.set("plan", MAPPER.valueToTree(results.plan()));
        root.put("theirs", results.theirs().label());
        ArrayNode rows = root.putArray("rows");
        results.rows().forEach(row -> rows.add(row(row)));
        root.set("failures", MAPPER.valueToTree(results.failures()));
        root.set("notThere", MAPPER.valueToTree(results.notThere()));
        try {
            return MAPPER.writeValueAsString(root) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of numbers and words cannot be written", e);
        }
    }

    private ObjectNode row(Row row) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("name", row.name());
        node.put("what", row.what());
        node.put("figure", row.figure().name());
        results.gain(row, row.figure()).ifPresent(gain -> node.set("gain", MAPPER.valueToTree(gain)));
        ArrayNode goals = node.putArray("goals");
        for (Goal goal : row.goals(results.plan(), results.theirs())) {
            Verdict verdict = Verdict.of(results, row, goal);
            ObjectNode of = goals.addObject();
            of.put("figure", goal.figure().name());
            of.put("promised", verdict.promised());
            of.put("found", verdict.found());
            verdict.reached().ifPresent(reached -> of.put("reached", reached));
        }
        ObjectNode sides = node.putObject("sides");
        for (Side side : List.of(Side.STREAMBED, results.theirs())) {
            sides.set(side.label(), MAPPER.valueToTree(results.measurements(row, side)));
        }
        return node;
    }
}
