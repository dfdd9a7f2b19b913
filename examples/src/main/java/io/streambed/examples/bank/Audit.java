package io.streambed.examples.bank;

import io.streambed.examples.app.AppException;
import io.streambed.examples.broker.Cluster;
import io.streambed.examples.streams.Patience;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.LongDeserializer;

/** Reads what the topics say of the accounts, and compares it with what the store says. */
final class Audit {
    private final Cluster cluster;
    private final Names names;

    Audit(Cluster cluster, Names names) {
        this.cluster = cluster;
        this.names = names;
    }

    /**
     * What all transfers come to.
     *
     * @param accounts by their numbers, each transfer applied once
     * @param deposited sum of all deposits
     * @param deposits how many of the transfers are deposits
     * @param transfers transfers in the topic, deposits among them
     */
    record Books(Map<Long, Account> accounts, long deposited, long deposits, long transfers) {}

    /** Applies every transfer of the topic, deposits among them, once. */
    Books replay() {
        Map<Long, Account> accounts = new HashMap<>();
        long[] sums = new long[3];
        read(names.transfers(), found -> {
            Transfer transfer = Transfer.decode(found.value());
            if (transfer.from() == Transfer.OUTSIDE) {
                sums[0] += transfer.amount();
                sums[1]++;
            }
            sums[2]++;
            transfer.postings()
                    .forEach(posting -> accounts.merge(
                            posting.key,
                            Account.EMPTY.with(posting.value),
                            (before, one) -> before.with(posting.value)));
        });
        return new Books(accounts, sums[0], sums[1], sums[2]);
    }

    /** The accounts as the changelog has them, which is what any instance would restore. */
    Map<Long, Account> changelog() {
        Map<Long, Account> accounts = new HashMap<>();
        read(names.changelog(), found -> accounts.put(found.key(), Account.decode(found.value())));
        return accounts;
    }

    /** Records that were ever written to the changelog; some more, as the marks of transactions count too. */
    long changelogRecords() {
        return ends(partitions(names.changelog())).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /**
     * Requires that all sides say the same.
     *
     * @throws AppException naming what is wrong, with an account for which it is
     */
    static void requireRight(Books books, Map<Long, Account> store, Map<Long, Account> changelog) {
        requireSame("the store", store, "the changelog", changelog);
        requireSame("the store", store, "a replay of the transfers", books.accounts());
        long total = store.values().stream().mapToLong(Account::balance).sum();
        if (total != books.deposited()) {
            throw new AppException(
                    "the accounts hold " + total + " together, but " + books.deposited() + " was deposited");
        }
    }

    /** Requires that two sides say the same of every account. */
    static void requireSame(String one, Map<Long, Account> ones, String other, Map<Long, Account> others) {
        if (ones.equals(others)) {
            return;
        }
        ones.forEach((number, account) -> {
            if (!account.equals(others.get(number))) {
                throw new AppException("account " + number + ": " + one + " says " + account + ", " + other + " says "
                        + others.get(number));
            }
        });
        throw new AppException(one + " has " + ones.size() + " accounts, " + other + " has " + others.size());
    }

    /** All committed records of a topic, to where it ends now. */
    private void read(String topic, Consumer<ConsumerRecord<Long, byte[]>> each) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", cluster.bootstrapServers(),
                "isolation.level", "read_committed",
                "enable.auto.commit", "false");
        try (KafkaConsumer<Long, byte[]> consumer =
                new KafkaConsumer<>(settings, new LongDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = partitions(topic);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = ends(partitions);
            Patience patience = new Patience();
            long read = 0;
            // The position also moves over the marks of transactions, which are no records.
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<Long, byte[]> found : consumer.poll(Duration.ofMillis(100))) {
                    each.accept(found);
                    read++;
                }
                if (patience.isOver(read)) {
                    throw new AppException("topic " + topic + " cannot be read to its end");
                }
            }
        }
    }

    private static List<TopicPartition> partitions(String topic) {
        return IntStream.range(0, Ledger.PARTITIONS)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
    }

    /** Where records end, those of transactions included whose commit has not reached the partition yet. */
    private Map<TopicPartition, Long> ends(List<TopicPartition> partitions) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        partitions.forEach(partition -> asked.put(partition, OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        cluster.get(cluster.admin().listOffsets(asked).all())
                .forEach((partition, info) -> ends.put(partition, info.offset()));
        return ends;
    }
}
