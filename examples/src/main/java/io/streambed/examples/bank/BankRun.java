package io.streambed.examples.bank;

import io.streambed.examples.app.AppException;
import io.streambed.examples.app.Console;
import io.streambed.examples.app.DataDirectory;
import io.streambed.examples.app.Progress;
import io.streambed.examples.app.Stop;
import io.streambed.examples.broker.Cluster;
import io.streambed.examples.streams.EndOfInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** One run: transfers while instances are killed and started again, and then the audit. */
final class BankRun {
    /** How much of the transfers that were written for a kill may be left when it comes. Some are done, so that there is progress. */
    private static final double MOST_LEFT = 0.8;

    private final Console console;
    private final Stop stop;
    private final DataDirectory directory;
    private final Names names;
    private final Progress progress;
    private final Plan plan;
    private final Random random;
    private final List<Restart> restarts = new ArrayList<>();

    BankRun(Console console, Stop stop, DataDirectory directory, Progress progress, Plan plan) {
        this.console = console;
        this.stop = stop;
        this.directory = directory;
        this.names = new Names(directory.id());
        this.progress = progress;
        this.plan = plan;
        this.random = plan.random();
    }

    /** Runs to the end, with the brokers given or with one in this process. */
    void run(@Nullable String bootstrapServers) throws Exception {
        try (Cluster cluster = Cluster.open(bootstrapServers, directory)) {
            try {
                stop.during(() -> {
                    run(cluster);
                    return null;
                });
            } finally {
                if (bootstrapServers != null && !directory.kept()) {
                    forget(cluster);
                }
            }
        }
    }

    /** What came of each kill, in their order. */
    List<Restart> restarts() {
        return List.copyOf(restarts);
    }

    private void forget(Cluster cluster) {
        try {
            cluster.emptyGroup(names.id());
            cluster.forget(names.id());
        } catch (AppException e) {
            // Of two failures the run's own is the one to end with.
            progress.say("the topics that begin with " + names.id() + " stay behind: " + e.getMessage());
        }
    }

    private void run(Cluster cluster) throws IOException, InterruptedException {
        // For ever: the transfers are replayed in the end, also those of earlier runs.
        cluster.createTopic(names.transfers(), Ledger.PARTITIONS, Map.of("retention.ms", "-1"));
        if (directory.kept()) {
            cluster.emptyGroup(names.id());
        }
        progress.say("seed " + plan.seed());
        Audit audit = new Audit(cluster, names);
        Audit.Books before = audit.replay();
        long accounts = Math.max(plan.accounts(), before.deposits());
        try (Teller teller = new Teller(cluster, names, accounts, before.transfers(), random);
                Fleet fleet = new Fleet(cluster, names, plan, directory.state())) {
            progress.show(() -> String.format(
                    Locale.ROOT,
                    "%,d transfers written, %d of %d kills",
                    teller.written(),
                    restarts.size(),
                    plan.kills()));
            teller.deposit(before.deposits(), accounts);
            fleet.awaitRunning();
            transferAndKill(teller, audit, fleet);
            teller.flush();
            try (EndOfInput end = new EndOfInput(cluster, names.id(), fleet)) {
                end.await(List.of(names.transfers(), names.postings()));
            }
            Audit.Books books = audit.replay();
            Audit.requireRight(books, fleet.accounts(), audit.changelog());
            fleet.end();
            progress.end(String.format(Locale.ROOT, "%,d transfers written", teller.written()));
            print(books);
        }
    }

    private void transferAndKill(Teller teller, Audit audit, Fleet fleet) throws IOException, InterruptedException {
        long left = plan.transfers();
        for (int kill = 0; kill < plan.kills(); kill++) {
            long part = left / (plan.kills() - kill + 1);
            teller.transfer(part);
            teller.flush();
            left -= part;
            // By what is done and not by the time, so that the kill comes in the midst of work on any machine.
            fleet.awaitRecords(
                    fleet.records() + (long) ((1 - MOST_LEFT * random.nextDouble()) * part * Transfer.RECORDS));
            kill(audit, fleet, fleet.instance(random.nextInt(plan.instances())));
        }
        teller.transfer(left);
    }

    private void kill(Audit audit, Fleet fleet, Instance victim) throws IOException, InterruptedException {
        Restart restart = fleet.killAndRestart(victim, audit);
        restarts.add(restart);
        progress.say(String.format(
                Locale.ROOT,
                "kill %d: instance %d ran again after %.1f s and restored %,d records",
                restarts.size(),
                restart.instance(),
                restart.millis() / 1e3,
                restart.restored()));
    }

    private void print(Audit.Books books) {
        StringBuilder result = new StringBuilder();
        if (!restarts.isEmpty()) {
            result.append(Restart.table(restarts)).append('\n');
        }
        result.append(String.format(
                Locale.ROOT, """
                conserved  %,d accounts hold %,d, as deposited
                applied    %,d transfers, each of them once
                equal      store, changelog and replay of the transfers
                """, books.accounts().size(), books.deposited(), books.transfers() - books.deposits()));
        console.out().print(result);
        console.out().flush();
        if (console.out().checkError()) {
            throw new AppException("the result cannot be written to standard output");
        }
    }
}
