package io.streambed.examples.bank;

import io.streambed.examples.app.AppException;
import io.streambed.examples.app.Console;
import io.streambed.examples.app.DataDirectory;
import io.streambed.examples.app.Directories;
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
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;

/**
 * What a kill costs, with each kind of store and under both guarantees, side by side. All of them work on the same topics; before each, the
 * state is deleted, restored from the changelog, and closed cleanly, as after a deployment. Then the instance takes in transfers, is killed
 * in the midst of them, and started again.
 */
final class Comparison {
    private final Console console;
    private final Stop stop;
    private final DataDirectory directory;
    private final Names names;
    private final Progress progress;
    private final Plan plan;
    private final Random random;
    private final List<Row> rows = new ArrayList<>();
    private volatile String doing = "starting";

    /** One line of the table. */
    private record Row(Plan plan, Restart restart) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%-15s  %-20s  %,10d  %,10d  %11.1f s  %17s",
                    plan.guarantee(),
                    plan.store().label(),
                    restart.written(),
                    restart.restored(),
                    restart.millis() / 1e3,
                    restart.wiped() + (restart.corrupted() ? ", corrupted" : ""));
        }
    }

    /** @param plan whose store and guarantee are not looked at, as all of them have their turns */
    Comparison(Console console, Stop stop, DataDirectory directory, Progress progress, Plan plan) {
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
            stop.during(() -> {
                run(cluster);
                return null;
            });
        }
    }

    private void run(Cluster cluster) throws IOException, InterruptedException {
        cluster.createTopic(names.transfers(), Ledger.PARTITIONS, Map.of("retention.ms", "-1"));
        progress.show(() -> doing);
        Audit audit = new Audit(cluster, names);
        long known = audit.replay().transfers();
        if (known > 0) {
            throw new AppException(
                    "data directory " + directory + " has been used already; a comparison needs a new one");
        }
        try (Teller teller = new Teller(cluster, names, plan.accounts(), 0, random)) {
            fill(cluster, teller);
            // Exactly-once first: what is applied twice under the other guarantee stays in the changelog.
            for (StoreKind store : StoreKind.values()) {
                kill(cluster, teller, audit, plan.with(store, StreamsConfig.EXACTLY_ONCE_V2));
            }
            // The supplier does nothing there.
            for (StoreKind store : List.of(StoreKind.LSM, StoreKind.ROCKSDB)) {
                kill(cluster, teller, audit, plan.with(store, StreamsConfig.AT_LEAST_ONCE));
            }
        }
        progress.end("done");
        print();
    }

    private void fill(Cluster cluster, Teller teller) throws IOException, InterruptedException {
        doing = String.format(Locale.ROOT, "opening %,d accounts", plan.accounts());
        teller.deposit(0, plan.accounts());
        teller.flush();
        try (Fleet fleet =
                new Fleet(cluster, names, plan.with(StoreKind.LSM, StreamsConfig.EXACTLY_ONCE_V2), directory.state())) {
            awaitEnd(cluster, fleet);
            fleet.end();
        }
    }

    private void kill(Cluster cluster, Teller teller, Audit audit, Plan each) throws IOException, InterruptedException {
        String who = each.store().label() + " under " + each.guarantee();
        doing = who + ": restoring everything";
        Directories.delete(directory.state());
        try (Fleet fleet = new Fleet(cluster, names, each, directory.state())) {
            Instance instance = fleet.instance(0);
            fleet.awaitRunning();
            progress.say(String.format(
                    Locale.ROOT,
                    "%s: restored %,d records in %.1f s",
                    who,
                    instance.restored(),
                    instance.millisUntilRunning() / 1e3));
            instance.close();
            fleet.restart(instance);
            fleet.awaitRunning();
            doing = who + ": transfers";
            teller.transfer(each.transfers());
            teller.flush();
            // Most of them, so that every store has had reason to flush.
            fleet.awaitRecords((long) ((0.7 + 0.2 * random.nextDouble()) * each.transfers() * Transfer.RECORDS));
            doing = who + ": killed";
            Restart restart = fleet.killAndRestart(instance, audit);
            rows.add(new Row(each, restart));
            progress.say(who + ": ran again after " + restart.millis() + " ms, restored " + restart.restored());
            doing = who + ": the rest of the transfers";
            awaitEnd(cluster, fleet);
            Audit.requireSame("the store", fleet.accounts(), "the changelog", audit.changelog());
            fleet.end();
        }
    }

    private void awaitEnd(Cluster cluster, Fleet fleet) throws InterruptedException {
        try (EndOfInput end = new EndOfInput(cluster, names.id(), fleet)) {
            end.await(List.of(names.transfers(), names.postings()));
        }
    }

    private void print() {
        console.out()
                .print(
                        "guarantee        store                   of about    restored  running after  directories wiped\n");
        rows.forEach(row -> console.out().print(row + "\n"));
        console.out().flush();
        if (console.out().checkError()) {
            throw new AppException("the result cannot be written to standard output");
        }
    }
}
