package io.streambed.examples.compactiondemo;

import io.streambed.examples.app.Console;
import io.streambed.examples.app.Directories;
import io.streambed.examples.app.Progress;
import io.streambed.examples.app.Stop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The app {@code compaction-demo} as the command line sees it. */
@Command(
        name = CompactionDemoCommand.NAME,
        description = "Shows what compaction does to a writer: in the writer's own thread, and in the background.",
        footer = {
            "",
            "Prints the figures of both, and writes a page with throughput and latency over time that any browser opens."
        })
public final class CompactionDemoCommand implements Callable<Integer> {
    static final String NAME = "compaction-demo";

    private static final int MOST_KEYS = 100_000_000;

    private final Console console;
    private final Stop stop;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "20",
            description = "How long each of the two runs takes; ${DEFAULT-VALUE} by default.")
    private int seconds;

    @Option(
            names = "--keys",
            paramLabel = "N",
            defaultValue = "2000000",
            description = "How many different keys are put; ${DEFAULT-VALUE} by default.")
    private int keys;

    @Option(
            names = "--page",
            paramLabel = "FILE",
            defaultValue = "compaction-demo.html",
            description = "Where the page goes; ${DEFAULT-VALUE} by default.")
    private Path page;

    /** The fields get their values from the command line. */
    @SuppressWarnings("NullAway.Init")
    public CompactionDemoCommand(Console console, Stop stop) {
        this.console = console;
        this.stop = stop;
    }

    @Override
    public Integer call() throws Exception {
        if (seconds < 1) {
            throw wrong("--seconds is " + seconds + "; it must be 1 or more");
        }
        if (keys < 1_000 || keys > MOST_KEYS) {
            throw wrong("--keys is " + keys + "; it must be from 1000 to " + MOST_KEYS);
        }
        List<Load.Outcome> outcomes = new ArrayList<>();
        Path scratch = Directories.temporary(NAME);
        try (Progress progress = new Progress(NAME, console)) {
            // The first seconds of a JVM are the compiler's.
            Duration warm = Duration.ofSeconds(Math.max(1, seconds / 5));
            for (Mode mode : Mode.values()) {
                progress.say("getting warm, compaction " + mode.label());
                Load.Outcome unused = run(mode, scratch, warm);
            }
            for (Mode mode : Mode.values()) {
                progress.say(seconds + " s of puts, compaction " + mode.label());
                outcomes.add(run(mode, scratch, Duration.ofSeconds(seconds)));
            }
        } finally {
            Directories.delete(scratch);
        }
        Files.writeString(page, new DemoPage(outcomes).html());
        console.out().print(new DemoTable(outcomes).text());
        console.out().flush();
        console.err().println(NAME + ": plots are in " + page);
        return 0;
    }

    private Load.Outcome run(Mode mode, Path scratch, Duration duration) throws Exception {
        Path directory = scratch.resolve("tree");
        try {
            return stop.during(() -> new Load(mode, keys).run(directory, duration));
        } finally {
            Directories.delete(directory);
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
