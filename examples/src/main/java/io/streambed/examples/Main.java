package io.streambed.examples;

import io.streambed.examples.app.AppException;
import io.streambed.examples.app.Console;
import io.streambed.examples.app.Reasons;
import io.streambed.examples.app.Stop;
import io.streambed.examples.bank.BankCommand;
import io.streambed.examples.benchmark.BenchmarkCommand;
import io.streambed.examples.compactiondemo.CompactionDemoCommand;
import io.streambed.examples.pageviews.PageViewsCommand;
import io.streambed.examples.wordcount.WordCountCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * The command line of all apps: {@code APP [options]}. An app ends with status 0; with 1 and one line on standard error if it failed;
 * with 2 and one line if it was called wrongly.
 */
@Command(
        name = "examples/run",
        synopsisSubcommandLabel = "APP",
        description = "Runs an example app. Each brings all that it needs; the first run builds it.",
        commandListHeading = "%nApps:%n",
        footer = {"", "examples/run APP --help tells what an app does and which options it has."})
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);
    private static final int FAILED = 1;

    /** How long a stopped app may take to close things before the process ends all the same. */
    private static final int GRACE_SECONDS = 40;

    @Option(names = "--help", usageHelp = true, scope = CommandLine.ScopeType.INHERIT, description = "Shows this.")
    @SuppressWarnings("UnusedVariable") // Its being there is what counts.
    private boolean help;

    private Main() {}

    /** Runs the app that the arguments name, and ends the process. */
    public static void main(String[] args) {
        Stop stop = new Stop();
        CountDownLatch ended = new CountDownLatch(1);
        // A signal ends the process when the hooks have: the app has that long to stop. At an ordinary end nothing is
        // left to wait for.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stop.request();
            try {
                ended.await(GRACE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        // Of a thread that dies the app learns elsewhere, and says so in its own words.
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> LOG.debug("{} died", thread.getName(), failure));
        int status = FAILED;
        try {
            status = run(Console.ofProcess(), stop, args);
        } finally {
            ended.countDown();
        }
        System.exit(status);
    }

    /** Runs the app that the arguments name, and returns the status to end with. */
    public static int run(Console console, Stop stop, String... args) {
        CommandLine line = new CommandLine(new Main())
                .addSubcommand(new WordCountCommand(console, stop))
                .addSubcommand(new BankCommand(console, stop))
                .addSubcommand(new PageViewsCommand(console, stop))
                .addSubcommand(new BenchmarkCommand(console, stop))
                .addSubcommand(new CompactionDemoCommand(console, stop))
                .setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8))
                .setUsageHelpAutoWidth(false)
                .setExecutionStrategy(Main::execute)
                .setParameterExceptionHandler((failure, arguments) -> usage(console, failure))
                .setExecutionExceptionHandler((failure, command, result) -> failed(console, stop, command, failure));
        return line.execute(args);
    }

    private static int execute(CommandLine.ParseResult parsed) {
        if (!parsed.hasSubcommand() && !parsed.isUsageHelpRequested()) {
            throw new ParameterException(parsed.commandSpec().commandLine(), "no app named");
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    private static int usage(Console console, ParameterException failure) {
        String command = failure.getCommandLine().getCommandSpec().qualifiedName();
        console.err().println(command + ": " + oneLine(failure) + "; see " + command + " --help");
        return CommandLine.ExitCode.USAGE;
    }

    private static String oneLine(ParameterException failure) {
        if (failure instanceof CommandLine.UnmatchedArgumentException unmatched) {
            String first = unmatched.getUnmatched().get(0);
            if (unmatched.isUnknownOption()) {
                return "unknown option " + first;
            }
            boolean app = failure.getCommandLine().getParent() == null;
            return app ? "there is no app " + first : "unexpected argument " + first;
        }
        String message = String.valueOf(failure.getMessage()).strip();
        return message.lines().findFirst().orElse(message);
    }

    private static int failed(Console console, Stop stop, CommandLine command, Exception failure) {
        LOG.debug("{} failed", command.getCommandName(), failure);
        AppException told = Reasons.find(failure, AppException.class);
        String line;
        if (stop.requested() || failure instanceof CancellationException) {
            line = "stopped";
        } else if (failure instanceof ParameterException wrongly) {
            return usage(console, wrongly);
        } else if (told != null) {
            line = String.valueOf(told.getMessage());
        } else {
            line = "failed: " + Reasons.innermost(failure);
        }
        console.err().println(command.getCommandName() + ": " + line);
        return FAILED;
    }
}
