package io.streambed.examples.bank;

import io.streambed.examples.app.AppException;
import io.streambed.examples.app.Reasons;
import io.streambed.examples.broker.Cluster;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.LongSerializer;
import org.jspecify.annotations.Nullable;

/** Writes deposits and transfers, numbered one after the other. What a transfer is follows from the seed and the accounts. */
final class Teller implements AutoCloseable {
    /** What every account begins with. */
    static final long DEPOSIT = 1000;

    private static final int MOST = 100;

    private final Names names;
    private final long accounts;
    private final Random random;
    private final KafkaProducer<Long, byte[]> producer;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private long next;

    /**
     * @param accounts accounts that transfers go between
     * @param next number of the first transfer to be written
     */
    Teller(Cluster cluster, Names names, long accounts, long next, Random random) {
        this.names = names;
        this.accounts = accounts;
        this.next = next;
        this.random = random;
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", cluster.bootstrapServers(), "linger.ms", "5", "batch.size", "65536"),
                new LongSerializer(),
                new ByteArraySerializer());
    }

    /** Transfers written since ever, deposits among them. */
    long written() {
        return next;
    }

    /** A first deposit for each account from a number on to before another one. */
    void deposit(long from, long to) {
        for (long account = from; account < to; account++) {
            write(Transfer.OUTSIDE, account, DEPOSIT);
        }
    }

    /** So many transfers, each between two accounts. */
    void transfer(long count) {
        for (long n = 0; n < count; n++) {
            long from = random.nextLong(accounts);
            // Any other one.
            long to = (from + 1 + random.nextLong(accounts - 1)) % accounts;
            write(from, to, 1 + random.nextInt(MOST));
        }
    }

    /** Waits until all of it is in the topic. */
    void flush() {
        producer.flush();
        check();
    }

    @Override
    public void close() {
        producer.close();
    }

    private void write(long from, long to, long amount) {
        check();
        Transfer transfer = new Transfer(next++, from, to, amount);
        Future<RecordMetadata> unused = producer.send(
                new ProducerRecord<>(names.transfers(), from == Transfer.OUTSIDE ? to : from, transfer.encode()),
                (metadata, e) -> {
                    if (e != null) {
                        failure.compareAndSet(null, e);
                    }
                });
    }

    private void check() {
        Exception failed = failure.get();
        if (failed != null) {
            throw new AppException("transfers cannot be written: " + Reasons.innermost(failed), failed);
        }
    }
}
