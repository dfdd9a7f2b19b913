package io.streambed.examples.wordcount;

import io.streambed.examples.app.AppException;
import io.streambed.examples.app.Reasons;
import io.streambed.examples.broker.Cluster;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** Writes a text line by line to the input topic, and each line exactly once, however often a run of that text is killed. */
final class LineWriter implements AutoCloseable {
    /** What one transaction holds, at most; what a killed run has to write again, at most. */
    private static final int LINES = 5_000;

    private static final int CHARS = 1 << 20;

    private final Names names;
    private final KafkaProducer<String, String> producer;
    private final Map<String, Journal.Entry> journal;
    private final AtomicLong written = new AtomicLong();

    /** Takes over from a former writer of the same names; what that one left unfinished is void then. */
    LineWriter(Cluster cluster, Names names) {
        this.names = names;
        this.producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        cluster.bootstrapServers(),
                        "transactional.id",
                        names.id() + "-input",
                        "linger.ms",
                        "5",
                        "batch.size",
                        Integer.toString(64 << 10)),
                new StringSerializer(),
                new StringSerializer());
        try {
            // After this, and not before, the journal says all that there is to be said.
            producer.initTransactions();
            this.journal = new HashMap<>(Journal.read(cluster, names.journal()));
        } catch (RuntimeException e) {
            producer.close(Duration.ZERO);
            throw failure(e);
        }
    }

    /** How many lines of a text stand in the topic from a run that has not ended; 0 if there was none. */
    long open(String text) {
        Journal.Entry entry = journal.get(text);
        return entry == null || entry.complete() ? 0 : entry.lines();
    }

    /** Whether a run of any other text has not ended. */
    boolean othersOpen(String text) {
        return journal.entrySet().stream()
                .anyMatch(entry ->
                        !entry.getKey().equals(text) && !entry.getValue().complete());
    }

    /** Lines of this text that stand in the topic by now; from any thread. */
    long written() {
        return written.get();
    }

    /** Writes the lines of a text that do not stand in the topic yet; {@code check} is called now and then, and may throw. */
    void write(String text, Lines lines, Runnable check) throws IOException {
        long there = open(text);
        for (long skipped = 0; skipped < there; skipped++) {
            if (lines.next() == null) {
                throw new AppException("the input has become shorter while it was read");
            }
        }
        written.set(there);
        try {
            String line = lines.next();
            while (line != null) {
                check.run();
                line = transaction(text, line, lines);
            }
        } catch (KafkaException e) {
            throw failure(e);
        }
    }

    /** Notes that the run of a text has ended: its counts are out. */
    void complete(String text) {
        try {
            producer.beginTransaction();
            enter(text, new Journal.Entry(written.get(), true));
            producer.commitTransaction();
        } catch (KafkaException e) {
            throw failure(e);
        }
    }

    @Override
    public void close() {
        // Nothing is worth waiting for: what was not committed is void.
        producer.close(Duration.ZERO);
    }

    /** Writes the given line and those after it, as many as fit; what it returns is the first line of the next transaction. */
    private @Nullable String transaction(String text, String first, Lines lines) throws IOException {
        producer.beginTransaction();
        int chars = 0;
        int count = 0;
        @Nullable String line = first;
        while (line != null && count < LINES && chars < CHARS) {
            send(new ProducerRecord<>(names.input(), line));
            chars += line.length();
            count++;
            line = lines.next();
        }
        enter(text, new Journal.Entry(written.get() + count, false));
        producer.commitTransaction();
        written.addAndGet(count);
        return line;
    }

    private void enter(String text, Journal.Entry entry) {
        send(new ProducerRecord<>(names.journal(), text, entry.toString()));
        journal.put(text, entry);
    }

    private void send(ProducerRecord<String, String> entry) {
        // If it fails, so does the commit.
        Future<?> unused = producer.send(entry);
    }

    private static RuntimeException failure(RuntimeException e) {
        if (e instanceof AppException || e instanceof InterruptException) {
            return e;
        }
        return new AppException("the input cannot be written to Kafka: " + Reasons.innermost(e), e);
    }
}
