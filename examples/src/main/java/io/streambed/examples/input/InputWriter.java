package io.streambed.examples.input;

import io.streambed.examples.app.AppException;
import io.streambed.examples.app.Reasons;
import io.streambed.examples.broker.Cluster;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** Writes an input to its topic record by record, and each record exactly once, however often a run of that input is killed. */
public final class InputWriter implements AutoCloseable {
    /** What one transaction holds, at most; what a killed run has to write again, at most. */
    private static final int RECORDS = 5_000;

    private static final int CHARS = 1 << 20;

    /** How long a transaction stays open while records come slowly: nobody can read what is in it before its end. */
    private static final long OPEN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** Where records come from, one after the other; the same input always gives the same ones. */
    public interface Source {
        /** The next record, or {@code null} after the last one. */
        @Nullable
        ProducerRecord<String, String> next() throws IOException, InterruptedException;
    }

    private final String journal;
    private final KafkaProducer<String, String> producer;
    private final Map<String, Journal.Entry> entries;
    private final AtomicLong written = new AtomicLong();
    private String input = "";

    /**
     * Takes over from a former writer of the same name; what that one left unfinished is void then.
     *
     * @param name no other writer on the cluster has it
     * @param journal the topic of the {@link Journal}
     */
    public InputWriter(Cluster cluster, String name, String journal) {
        this.journal = journal;
        this.producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        cluster.bootstrapServers(),
                        "transactional.id",
                        name,
                        "linger.ms",
                        "5",
                        "batch.size",
                        Integer.toString(64 << 10)),
                new StringSerializer(),
                new StringSerializer());
        try {
            // After this, and not before, the journal says all that there is to be said.
            producer.initTransactions();
            this.entries = new HashMap<>(Journal.read(cluster, journal));
        } catch (RuntimeException e) {
            producer.close(Duration.ZERO);
            throw failure(e);
        }
    }

    /** What the journal says of every input, as far as it is known here. */
    public Map<String, Journal.Entry> entries() {
        return Map.copyOf(entries);
    }

    /**
     * Takes up an input.
     *
     * @param there how many of its records stand in the topic already; writing goes on with the one after them
     */
    public void resume(String resumed, long there) {
        input = resumed;
        written.set(there);
    }

    /** Records of the input that stand in the topic by now; from any thread. */
    public long written() {
        return written.get();
    }

    /** Writes all that the source has left; {@code check} is called now and then, and may throw. */
    public void write(Source source, Runnable check) throws IOException, InterruptedException {
        try {
            ProducerRecord<String, String> next = source.next();
            while (next != null) {
                check.run();
                next = transaction(next, source);
            }
        } catch (KafkaException e) {
            throw failure(e);
        }
    }

    /** Notes that the run of the input has ended: its result is out. */
    public void complete() {
        try {
            producer.beginTransaction();
            enter(new Journal.Entry(written.get(), true));
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

    /** Writes the given record and those after it, as many as fit; what it returns is the first one of the next transaction. */
    private @Nullable ProducerRecord<String, String> transaction(ProducerRecord<String, String> first, Source source)
            throws IOException, InterruptedException {
        producer.beginTransaction();
        long begin = System.nanoTime();
        int chars = 0;
        int count = 0;
        ProducerRecord<String, String> next = first;
        while (next != null && count < RECORDS && chars < CHARS && System.nanoTime() - begin < OPEN_NANOS) {
            send(next);
            chars += next.value().length();
            count++;
            next = source.next();
        }
        enter(new Journal.Entry(written.get() + count, false));
        producer.commitTransaction();
        written.addAndGet(count);
        return next;
    }

    private void enter(Journal.Entry entry) {
        send(new ProducerRecord<>(journal, input, entry.toString()));
        entries.put(input, entry);
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
