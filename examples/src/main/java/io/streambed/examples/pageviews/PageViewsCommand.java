package io.streambed.examples.pageviews;

import io.streambed.examples.app.AppOptions;
import io.streambed.examples.app.Console;
import io.streambed.examples.app.DataDirectory;
import io.streambed.examples.app.Progress;
import io.streambed.examples.app.Stop;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The app {@code page-views} as the command line sees it. */
@Command(
        name = PageViewsCommand.NAME,
        description = "Counts page views in windows and sessions, and compares the result with what has to come out.",
        footer = {
            "",
            "Standard output carries the highest counts and nothing else, tabs between:",
            "  views         ALL COUNTED DROPPED      views, those that came in time, those that were too late",
            "  page          VIEWS PAGE               views in time, over all",
            "  minute        VIEWS PAGE START         the top pages of the minute with the highest count",
            "  five-minutes  VIEWS PAGE START         all views in five minutes, a window from each minute on",
            "  session       VIEWS USER FIRST LAST    all views of a user without a pause of more than five minutes",
            "If any count is not as expected, standard error says which ones, and the status is 1.",
            "",
            "With --instances 2 or more, instances start one after the other while the views are written, and the first of"
                    + " them is closed. With --data-dir a run that was killed is carried on with, by the same --events and --seed."
        })
public final class PageViewsCommand implements Callable<Integer> {
    static final String NAME = "page-views";

    private static final long MAX_EVENTS = 10_000_000;
    private static final int MAX_INSTANCES = 6;

    private final Console console;
    private final Stop stop;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--events",
            paramLabel = "N",
            defaultValue = "100000",
            description = "How many page views there are, up to 10,000,000; ${DEFAULT-VALUE} by default.")
    private long events;

    @Option(
            names = "--rate",
            paramLabel = "R",
            defaultValue = "0",
            description = "How many of them are written in a second; 0, the default, is as many as can.")
    private long rate;

    @Option(
            names = "--instances",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many instances of the application there are, up to 6; ${DEFAULT-VALUE} by default.")
    private int instances;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description =
                    "What the views are made from: the same seed gives the same views; ${DEFAULT-VALUE} by default.")
    private long seed;

    @Mixin
    private AppOptions options;

    /** The fields get their values from the command line. */
    @SuppressWarnings("NullAway.Init")
    public PageViewsCommand(Console console, Stop stop) {
        this.console = console;
        this.stop = stop;
    }

    @Override
    public Integer call() throws Exception {
        check("--events", events, 1, MAX_EVENTS);
        check("--rate", rate, 0, Integer.MAX_VALUE);
        check("--instances", instances, 1, MAX_INSTANCES);
        try (DataDirectory directory = DataDirectory.open(options.dataDirectory(), NAME);
                Progress progress = new Progress(NAME, console)) {
            PageViews.Plan plan = new PageViews.Plan(events, seed, rate, instances);
            new PageViews(console, stop, directory, progress, plan).run(options.bootstrapServers());
        }
        return 0;
    }

    private void check(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw new ParameterException(
                    spec.commandLine(), option + " is " + value + "; it must be from " + least + " to " + most);
        }
    }
}
