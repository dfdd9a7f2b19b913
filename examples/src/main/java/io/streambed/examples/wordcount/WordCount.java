package io.streambed.examples.wordcount;

import io.streambed.examples.app.AppException;
import io.streambed.examples.app.Console;
import io.streambed.examples.app.DataDirectory;
import io.streambed.examples.app.Progress;
import io.streambed.examples.app.Reasons;
import io.streambed.examples.app.Stop;
import io.streambed.examples.broker.Cluster;
import io.streambed.examples.streams.EndOfInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** One run: puts the parts together, and prints the result. */
final class WordCount {
    private final Console console;
    private final Stop stop;
    private final DataDirectory directory;
    private final Names names;
    private final Progress progress;

    WordCount(Console console, Stop stop, DataDirectory directory, Progress progress) {
        this.console = console;
        this.stop = stop;
        this.directory = directory;
        this.names = new Names(directory.id());
        this.progress = progress;
    }

    /** Counts a text and prints its top words, with the brokers given or with one in this process. */
    void run(InputText once, int top, @Nullable String bootstrapServers) throws Exception {
        if (!directory.kept()) {
            run(once, UUID.randomUUID().toString(), top, bootstrapServers);
            return;
        }
        // Only what is kept can be carried on with, and for that a text must be known before any of it is written.
        Path copy = directory.file("standard-input");
        try {
            InputText text = reading(once, () -> once.repeatable(copy));
            run(text, reading(text, text::digest), top, bootstrapServers);
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    private void run(InputText text, String key, int top, @Nullable String bootstrapServers) throws Exception {
        try (Cluster cluster = Cluster.open(bootstrapServers, directory)) {
            try {
                run(cluster, text, key, top);
            } finally {
                if (bootstrapServers != null && !directory.kept()) {
                    forget(cluster);
                }
            }
        }
    }

    private void forget(Cluster cluster) {
        try {
            cluster.forget(names.id());
        } catch (AppException e) {
            // Of two failures the run's own is the one to end with.
            progress.say("the topics that begin with " + names.id() + " stay behind: " + e.getMessage());
        }
    }

    private void run(Cluster cluster, InputText text, String key, int top) throws Exception {
        // For ever: an interrupted run may be carried on with after any time.
        cluster.createTopic(names.input(), CountWords.PARTITIONS, Map.of("retention.ms", "-1"));
        cluster.createTopic(names.journal(), 1, Map.of("cleanup.policy", "compact"));
        if (directory.kept()) {
            cluster.emptyGroup(names.id());
        }
        try (LineWriter writer = new LineWriter(cluster, names);
                Counting counting = new Counting(cluster, names, directory.state())) {
            greet(text, key, writer);
            Status status = new Status(writer, counting);
            progress.show(status::line);
            stop.during(() -> {
                counting.running().start();
                reading(text, () -> {
                    try (Lines lines = new Lines(text.open())) {
                        writer.write(key, lines, counting.running()::check);
                    }
                    return null;
                });
                try (EndOfInput end = new EndOfInput(cluster, names.id(), counting.running())) {
                    end.await(List.of(names.input(), names.words()));
                }
                List<TopWords.Counted> words = counting.top(top).list();
                progress.end(status.summary());
                print(words);
                // Last, as what it ends is the run: killed before, it can be run again for its result.
                writer.complete(key);
                return null;
            });
        }
    }

    private void greet(InputText text, String key, LineWriter writer) {
        progress.say("counting " + text.name());
        long there = writer.open(key);
        if (there > 0) {
            progress.say(String.format(
                    Locale.ROOT, "carrying on with a run that did not end; %,d lines of it are in already", there));
        }
        if (writer.othersOpen(key)) {
            progress.say(
                    "there is a run of another text that did not end; what it wrote is counted, the rest of it is not");
        }
    }

    private void print(List<TopWords.Counted> words) {
        for (TopWords.Counted counted : words) {
            console.out().print(counted.count() + "\t" + counted.word() + "\n");
        }
        console.out().flush();
        if (console.out().checkError()) {
            throw new AppException("the result cannot be written to standard output");
        }
    }

    private <T> T reading(InputText text, Callable<T> read) throws Exception {
        try {
            return stop.during(read);
        } catch (IOException e) {
            throw new AppException("input " + text.name() + " cannot be read: " + Reasons.of(e), e);
        }
    }
}
