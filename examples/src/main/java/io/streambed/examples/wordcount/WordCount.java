package io.streambed.examples.wordcount;

import io.streambed.examples.app.AppException;
import io.streambed.examples.app.Console;
import io.streambed.examples.app.DataDirectory;
import io.streambed.examples.app.Progress;
import io.streambed.examples.app.Reasons;
import io.streambed.examples.app.Stop;
import io.streambed.examples.broker.Cluster;
import io.streambed.examples.input.InputWriter;
import io.streambed.examples.input.Journal;
import io.streambed.examples.streams.EndOfInput;
import io.streambed.examples.streams.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.producer.ProducerRecord;
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
        Cluster.use(bootstrapServers, directory, progress, cluster -> run(cluster, text, key, top));
    }

    private void run(Cluster cluster, InputText text, String key, int top) throws Exception {
        // For ever: an interrupted run may be carried on with after any time.
        cluster.createTopic(names.input(), CountWords.PARTITIONS, Map.of("retention.ms", "-1"));
        cluster.createTopic(names.journal(), 1, Map.of("cleanup.policy", "compact"));
        if (directory.kept()) {
            cluster.emptyGroup(names.id());
        }
        try (InputWriter writer = new InputWriter(cluster, names.input(), names.journal());
                Counting counting = new Counting(cluster, names, directory.state())) {
            greet(text, key, writer);
            Status status = new Status("lines", writer::written, counting.running());
            progress.show(status::line);
            stop.during(() -> {
                counting.running().start();
                reading(text, () -> {
                    try (Lines lines = new Lines(text.open())) {
                        lines.skip(writer.written());
                        writer.write(() -> record(lines.next()), counting.running()::check);
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
                writer.complete();
                return null;
            });
        }
    }

    private void greet(InputText text, String key, InputWriter writer) {
        progress.say("counting " + text.name());
        Map<String, Journal.Entry> entries = writer.entries();
        Journal.Entry entry = entries.get(key);
        // A text that was counted to its end is there to be added once more.
        long there = entry == null || entry.complete() ? 0 : entry.records();
        writer.resume(key, there);
        if (there > 0) {
            progress.say(String.format(
                    Locale.ROOT, "carrying on with a run that did not end; %,d lines of it are in already", there));
        }
        if (entries.entrySet().stream()
                .anyMatch(other ->
                        !other.getKey().equals(key) && !other.getValue().complete())) {
            progress.say(
                    "there is a run of another text that did not end; what it wrote is counted, the rest of it is not");
        }
    }

    private @Nullable ProducerRecord<String, String> record(@Nullable String line) {
        return line == null ? null : new ProducerRecord<>(names.input(), line);
    }

    private void print(List<TopWords.Counted> words) {
        StringBuilder lines = new StringBuilder();
        for (TopWords.Counted counted : words) {
            lines.append(counted.count()).append('\t').append(counted.word()).append('\n');
        }
        console.print(lines.toString());
    }

    private <T> T reading(InputText text, Callable<T> read) throws Exception {
        try {
            return stop.during(read);
        } catch (IOException e) {
            throw new AppException("input " + text.name() + " cannot be read: " + Reasons.of(e), e);
        }
    }
}
