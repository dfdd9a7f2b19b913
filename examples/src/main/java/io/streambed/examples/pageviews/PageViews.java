package io.streambed.examples.pageviews;

import io.streambed.examples.app.AppException;
import io.streambed.examples.app.Console;
import io.streambed.examples.app.DataDirectory;
import io.streambed.examples.app.Progress;
import io.streambed.examples.app.Stop;
import io.streambed.examples.broker.Cluster;
import io.streambed.examples.input.InputWriter;
import io.streambed.examples.input.Journal;
import io.streambed.examples.streams.EndOfInput;
import io.streambed.examples.streams.Instances;
import io.streambed.examples.streams.Patience;
import io.streambed.examples.streams.RunningStreams;
import io.streambed.examples.streams.Status;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.streams.Topology;
import org.jspecify.annotations.Nullable;

/** One run: puts the parts together, compares what comes out, and prints it. */
final class PageViews {
    private final Console console;
    private final Stop stop;
    private final DataDirectory directory;
    private final Names names;
    private final Progress progress;
    private final Plan plan;

    /**
     * What a run does.
     *
     * @param events how many views there are
     * @param seed what they are made from
     * @param rate how many are written in a second; 0 for as many as can
     * @param instances how many instances of the application there are
     */
    record Plan(long events, long seed, long rate, int instances) {
        /** What the views are called in the journal; the same views have the same name. */
        String input() {
            return "--events " + events + " --seed " + seed;
        }
    }

    PageViews(Console console, Stop stop, DataDirectory directory, Progress progress, Plan plan) {
        this.console = console;
        this.stop = stop;
        this.directory = directory;
        this.names = new Names(directory.id());
        this.progress = progress;
        this.plan = plan;
    }

    /** Counts the views and prints the result, with the brokers given or with one in this process. */
    void run(@Nullable String bootstrapServers) throws Exception {
        Cluster.use(bootstrapServers, directory, progress, this::run);
    }

    private void run(Cluster cluster) throws Exception {
        // For ever: the views are of long ago, and an interrupted run may be carried on with after any time.
        cluster.createTopic(names.input(), Views.PARTITIONS, Map.of("retention.ms", "-1"));
        cluster.createTopic(names.journal(), 1, Map.of("cleanup.policy", "compact"));
        if (directory.kept()) {
            cluster.emptyGroup(names.id());
        }
        Topology topology = CountViews.topology(names);
        try (InputWriter writer = new InputWriter(cluster, names.input(), names.journal());
                Instances instances = new Instances(number -> instance(cluster, topology, number))) {
            greet(writer);
            Status status = new Status("views", writer::written, instances);
            progress.show(status::line);
            stop.during(() -> {
                Moves moves = new Moves(instances, progress, CountViews.tasks(topology));
                write(writer, instances, moves);
                // While tasks move and work.
                Counts expected = Expectation.of(views()::next);
                moves.await();
                try (EndOfInput end = new EndOfInput(cluster, names.id(), instances)) {
                    end.await(List.of(names.input(), names.byUser(), names.byMinute()));
                }
                Counts counted = ReadBack.of(instances);
                progress.end(status.summary());
                compare(expected, counted);
                console.print(Report.of(plan.events(), counted));
                writer.complete();
                return null;
            });
        }
    }

    private RunningStreams instance(Cluster cluster, Topology topology, int number) {
        return new RunningStreams(
                "counting",
                cluster,
                topology,
                CountViews.settings(cluster, names, directory.state().resolve("instance-" + number), plan.instances()));
    }

    private Views views() {
        return new Views(plan.seed(), plan.events());
    }

    private void greet(InputWriter writer) {
        Map<String, Journal.Entry> entries = writer.entries();
        entries.keySet().stream()
                .filter(input -> !input.equals(plan.input()))
                .findFirst()
                .ifPresent(other -> {
                    throw new AppException("data directory " + directory + " is that of " + other
                            + "; run it with these, or name another directory");
                });
        progress.say(String.format(Locale.ROOT, "counting %,d page views of seed %d", plan.events(), plan.seed()));
        Journal.Entry entry = entries.get(plan.input());
        writer.resume(plan.input(), entry == null ? 0 : entry.records());
        if (entry != null) {
            progress.say(String.format(
                    Locale.ROOT,
                    entry.complete()
                            ? "they were counted before; all %,d records are in already"
                            : "carrying on with a run that did not end; %,d records of it are in already",
                    entry.records()));
        }
    }

    /**
     * Writes the views that are not written yet. Several instances start one after the other meanwhile, and at the last the first one
     * of them is closed: after each such step the next part of the views is written, while tasks move.
     */
    private void write(InputWriter writer, Instances instances, Moves moves) throws Exception {
        Feed feed = new Feed(views(), names.input(), plan.rate(), System::nanoTime, () -> {
            moves.look();
            instances.pause(new Patience(), 0, "views are due later");
        });
        feed.skip(writer.written());
        long left = Views.total(plan.events()) - writer.written();
        int parts = plan.instances() == 1 ? 1 : plan.instances() + 1;
        for (int part = 0; part < parts; part++) {
            if (part < plan.instances()) {
                moves.start();
            } else {
                moves.close(1);
            }
            writer.write(feed.part(left * (part + 1) / parts - left * part / parts), moves::look);
        }
    }

    private void compare(Counts expected, Counts counted) {
        Differences differences = Differences.between(expected, counted);
        if (differences.count() > 0) {
            differences.lines().forEach(progress::say);
            throw new AppException(String.format(
                    Locale.ROOT,
                    "the result is wrong in %,d places; the first of them are above",
                    differences.count()));
        }
    }
}
