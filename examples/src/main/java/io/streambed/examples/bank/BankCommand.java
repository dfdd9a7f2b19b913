package io.streambed.examples.bank;

import io.streambed.examples.app.AppOptions;
import io.streambed.examples.app.Console;
import io.streambed.examples.app.DataDirectory;
import io.streambed.examples.app.Progress;
import io.streambed.examples.app.Stop;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The app {@code bank} as the command line sees it. */
@Command(
        name = BankCommand.NAME,
        description = "Transfers money between accounts under exactly-once, by processes that are killed on the way.",
        footer = {
            "",
            "At the end the accounts must hold what was deposited, and store, changelog and a replay of all transfers must"
                    + " say the same of every account, down to which transfers are in it. If not, the status is 1."
        })
public final class BankCommand implements Callable<Integer> {
    static final String NAME = "bank";

    private static final int COMPARED_BYTES = 1000;

    private final Console console;
    private final Stop stop;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--instances",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Processes at work at the same time; ${DEFAULT-VALUE} by default. Two or more keep standby copies.")
    private int instances;

    @Option(
            names = "--kills",
            paramLabel = "N",
            defaultValue = "0",
            description = "How often one of them is ended as by kill -9, at a random moment, and started again;"
                    + " ${DEFAULT-VALUE} by default.")
    private int kills;

    @Option(
            names = "--accounts",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Accounts, each with a deposit; ${DEFAULT-VALUE} by default.")
    private long accounts;

    @Option(
            names = "--transfers",
            paramLabel = "N",
            defaultValue = "20000",
            description = "Transfers between them; ${DEFAULT-VALUE} by default.")
    private long transfers;

    @Option(
            names = "--account-bytes",
            paramLabel = "N",
            defaultValue = "100",
            description = "Size of an account in the store, roughly; ${DEFAULT-VALUE} by default.")
    private int accountBytes;

    @Option(
            names = "--store",
            paramLabel = "STORE",
            defaultValue = "lsm",
            description = "lsm (ours, with LsmClientSupplier, the default), lsm-without-supplier, or rocksdb.")
    private String store;

    @Option(
            names = "--small-buffers",
            description = "Gives every second process write buffers of 64 KB, so that much of what it has not committed"
                    + " stands in tables when it is killed.")
    private boolean smallBuffers;

    @Option(
            names = "--compare",
            description =
                    "Instead of all that: one kill with each kind of store under each guarantee, and a table of what"
                            + " was restored; with --state-mb.")
    private boolean compare;

    @Option(
            names = "--state-mb",
            paramLabel = "N",
            defaultValue = "64",
            description = "For --compare: size of all accounts, of 1000 bytes each; ${DEFAULT-VALUE} by default.")
    private long stateMegabytes;

    @Option(
            names = "--commit-interval-ms",
            paramLabel = "N",
            defaultValue = "100",
            description = "How often Streams commits; ${DEFAULT-VALUE} by default.")
    private int commitMillis;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description =
                    "Decides on transfers, who is killed, and when; another one for each run by default, which is said.")
    private @Nullable Long seed;

    @Mixin
    private AppOptions options;

    /** The fields get their values from the command line. */
    @SuppressWarnings("NullAway.Init")
    public BankCommand(Console console, Stop stop) {
        this.console = console;
        this.stop = stop;
    }

    @Override
    public Integer call() throws Exception {
        Plan plan = plan();
        try (DataDirectory directory = DataDirectory.open(options.dataDirectory(), NAME);
                Progress progress = new Progress(NAME, console)) {
            if (compare) {
                new Comparison(console, stop, directory, progress, compared(plan)).run(options.bootstrapServers());
            } else {
                new BankRun(console, stop, directory, progress, plan).run(options.bootstrapServers());
            }
        }
        return 0;
    }

    private Plan plan() {
        return new Plan(
                (int) atLeast("--instances", 1, instances),
                (int) atLeast("--kills", 0, kills),
                atLeast("--accounts", 2, accounts),
                atLeast("--transfers", 0, transfers),
                (int) atLeast("--account-bytes", Account.BYTES, accountBytes) - Account.BYTES,
                storeKind(),
                StreamsConfig.EXACTLY_ONCE_V2,
                (int) atLeast("--commit-interval-ms", 1, commitMillis),
                smallBuffers,
                seed == null ? new Random().nextLong() : seed);
    }

    private Plan compared(Plan given) {
        long bytes = atLeast("--state-mb", 1, stateMegabytes) << 20;
        return new Plan(
                1,
                0,
                bytes / COMPARED_BYTES,
                given.transfers(),
                COMPARED_BYTES - Account.BYTES,
                given.store(),
                given.guarantee(),
                given.commitMillis(),
                false,
                given.seed());
    }

    private long atLeast(String option, long least, long value) {
        if (value < least) {
            throw wrong(option + " is " + value + "; it must be " + least + " or more");
        }
        return value;
    }

    private StoreKind storeKind() {
        return Stream.of(StoreKind.values())
                .filter(kind -> kind.label().equals(store))
                .findFirst()
                .orElseThrow(() -> wrong("--store is " + store + "; it must be one of "
                        + Stream.of(StoreKind.values()).map(StoreKind::label).collect(Collectors.joining(", "))));
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
