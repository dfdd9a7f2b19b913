package io.streambed.examples.benchmark;

import io.streambed.examples.app.AppException;
import io.streambed.examples.app.Console;
import io.streambed.examples.app.Directories;
import io.streambed.examples.app.Progress;
import io.streambed.examples.app.Stop;
import io.streambed.examples.benchmark.report.Environment;
import io.streambed.examples.benchmark.report.Report;
import io.streambed.examples.benchmark.report.Results;
import io.streambed.examples.benchmark.report.Table;
import io.streambed.examples.benchmark.row.Catalogue;
import io.streambed.examples.benchmark.row.Plan;
import io.streambed.examples.benchmark.row.Row;
import io.streambed.examples.benchmark.row.Scenario;
import io.streambed.examples.benchmark.store.Side;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The app {@code benchmark} as the command line sees it. */
@Command(
        name = BenchmarkCommand.NAME,
        description = "Measures our stores beside Kafka's, row by row, and prints one table.",
        footer = {
            "",
            "Each run of a row is a process of its own, the sides take turns, and every value that is read is checked."
                    + " A wrong one ends the benchmark with status 1."
        })
public final class BenchmarkCommand implements Callable<Integer> {
    static final String NAME = "benchmark";

    private static final int MOST_ENTRIES = 1_000_000_000;
    private static final int ROUNDS = 3;
    private static final int QUICK_ROUNDS = 1;
    private static final int IN_MEMORY_MEGABYTES = 4096;

    private final Console console;
    private final Stop stop;
    private final BiFunction<Path, List<String>, Runs> runs;

    @Spec
    private CommandSpec spec;

    @ArgGroup
    private @Nullable Size size;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description =
                    "How often each row runs on each side: 3 by default, 1 with --quick. The table shows medians.")
    private @Nullable Integer rounds;

    @Option(
            names = "--against",
            paramLabel = "SIDE",
            defaultValue = "rocksdb",
            description = "What ours is compared with: rocksdb (as Kafka Streams configures it, the default),"
                    + " rocksdb-tuned (with the memory that ours may use) or in-memory.")
    private String against;

    @Option(
            names = "--rows",
            paramLabel = "PATTERN",
            split = ",",
            description = "Only these rows; * stands for anything. --rows help lists them.")
    private @Nullable List<String> patterns;

    @Option(
            names = "--only",
            paramLabel = "SIDE",
            description = "Runs one side alone: streambed, or what --against names. There is no gain then.")
    private @Nullable String only;

    @Option(
            names = "--report",
            paramLabel = "DIR",
            description = "Also writes the table, all figures as JSON, and a page with plots into this directory.")
    private @Nullable Path report;

    @Option(
            names = "--entries",
            paramLabel = "N",
            description = "Entries of the main stores, instead of those that the size has.")
    private @Nullable Integer entries;

    @Option(
            names = "--jvm-args",
            paramLabel = "OPTIONS",
            description = "For the Java of each run, separated by blanks, such as a profiler or another collector.")
    private @Nullable String jvmArgs;

    /** One of them. */
    private static final class Size {
        @Option(names = "--quick", description = "A few minutes: 300,000 entries.")
        private boolean quick;

        @Option(
                names = "--normal",
                description = "The sizes that the goals are stated for: 2,000,000 entries. The default.")
        @SuppressWarnings("UnusedVariable") // Its being there is what counts.
        private boolean normal;

        @Option(names = "--big", description = "Past every cache: 20,000,000 entries; needs 20 GB of disk.")
        private boolean big;

        Plan plan() {
            if (quick) {
                return Plan.QUICK;
            }
            return big ? Plan.BIG : Plan.NORMAL;
        }
    }

    /** The fields get their values from the command line. */
    @SuppressWarnings("NullAway.Init")
    public BenchmarkCommand(Console console, Stop stop) {
        this(console, stop, ChildRun::new);
    }

    /**
     * With another way to run things.
     *
     * @param runs for a scratch directory and options of the user's for Java
     */
    @SuppressWarnings("NullAway.Init")
    BenchmarkCommand(Console console, Stop stop, BiFunction<Path, List<String>, Runs> runs) {
        this.console = console;
        this.stop = stop;
        this.runs = runs;
    }

    @Override
    public Integer call() throws Exception {
        if (patterns != null && patterns.equals(List.of("help"))) {
            Catalogue.scenarios().stream()
                    .flatMap(scenario -> scenario.rows().stream())
                    .forEach(row -> console.out().println(row.name() + "\t" + row.what()));
            console.out().flush();
            return 0;
        }
        Side theirs = theirs();
        Plan plan = plan(theirs);
        Set<Row> rows = rows();
        List<Scenario> scenarios = Catalogue.scenarios().stream()
                .filter(scenario -> scenario.rows().stream().anyMatch(rows::contains))
                .toList();
        List<Side> sides = sides(theirs);
        int times = rounds();
        Results results = new Results(theirs, plan);
        Report written = report == null
                ? null
                : new Report(
                        report,
                        Environment.here(
                                spec.root().commandLine().getParseResult().originalArgs()));
        Path scratch = Directories.temporary(NAME);
        try (Progress progress = new Progress(NAME, console)) {
            Runs made = runs.apply(scratch, jvmOptions());
            new Benchmark(plan, sides, times, made, stop, progress).run(scenarios, rows, results, sofar -> {
                // Not only in the end: whoever stops it after half an hour finds what was measured.
                if (written != null) {
                    written.write(sofar);
                }
            });
        } finally {
            Directories.delete(scratch);
        }
        console.out().print(new Table(results).text());
        console.out().flush();
        if (written != null) {
            console.err().println(NAME + ": plots are in " + written.page());
        }
        results.notThere().forEach(line -> console.err().println(NAME + ": not there: " + line));
        if (!results.failures().isEmpty()) {
            results.failures().forEach(line -> console.err().println(NAME + ": " + line));
            throw new AppException(results.failures().size() + " rows failed");
        }
        return 0;
    }

    private Side theirs() {
        return side("--against", against, List.of(Side.ROCKSDB, Side.ROCKSDB_TUNED, Side.IN_MEMORY));
    }

    private List<Side> sides(Side theirs) {
        return only == null
                ? List.of(Side.STREAMBED, theirs)
                : List.of(side("--only", only, List.of(Side.STREAMBED, theirs)));
    }

    private Side side(String option, String value, List<Side> allowed) {
        return allowed.stream()
                .filter(side -> side.label().equals(value))
                .findFirst()
                .orElseThrow(() -> wrong(option + " is " + value + "; it must be one of "
                        + allowed.stream().map(Side::label).collect(Collectors.joining(", "))));
    }

    private Plan plan(Side theirs) {
        Plan plan = size == null ? Plan.NORMAL : size.plan();
        if (entries != null) {
            if (entries < 1_000 || entries > MOST_ENTRIES) {
                throw wrong("--entries is " + entries + "; it must be from 1000 to " + MOST_ENTRIES);
            }
            plan = plan.withEntries(entries);
        }
        return theirs == Side.IN_MEMORY ? plan.withHeap(IN_MEMORY_MEGABYTES) : plan;
    }

    private int rounds() {
        if (rounds == null) {
            return size != null && size.quick ? QUICK_ROUNDS : ROUNDS;
        }
        if (rounds < 1) {
            throw wrong("--rounds is " + rounds + "; it must be 1 or more");
        }
        return rounds;
    }

    private List<String> jvmOptions() {
        return jvmArgs == null || jvmArgs.isBlank()
                ? List.of()
                : Arrays.asList(jvmArgs.strip().split("\\s+", -1));
    }

    private Set<Row> rows() {
        List<Row> all = Catalogue.scenarios().stream()
                .flatMap(scenario -> scenario.rows().stream())
                .toList();
        if (patterns == null) {
            return new LinkedHashSet<>(all);
        }
        Set<Row> chosen = new LinkedHashSet<>();
        for (String pattern : patterns) {
            Pattern regex = Pattern.compile(
                    Arrays.stream(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
            List<Row> matching = new ArrayList<>(all);
            matching.removeIf(row -> !regex.matcher(row.name()).matches());
            if (matching.isEmpty()) {
                throw wrong("--rows has " + pattern + ", which is no row; --rows help lists them");
            }
            chosen.addAll(matching);
        }
        return chosen;
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
