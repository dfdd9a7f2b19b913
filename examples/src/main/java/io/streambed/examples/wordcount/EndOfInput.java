package io.streambed.examples.wordcount;

import io.streambed.examples.broker.Cluster;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Tells when everything that stands in the input topic is in the counts.
 *
 * <p>Exact, and without a guess: under exactly-once the place up to which a partition has been read is committed together with
 * everything that came of it. So once all lines are read, all words stand in the topic of words; and once those are read, all counts
 * are in the store. Only after the first does the second topic's end say anything.
 *
 * <p>One thing stands in the way: where a topic ends in what an aborted transaction left, Streams has nothing to process there, and may
 * never commit that it went past. So a partition has also been read if no committed record is left in it.
 */
final class EndOfInput implements AutoCloseable {
    private final Cluster cluster;
    private final Names names;
    private final Counting counting;
    private final Remainder remainder;

    EndOfInput(Cluster cluster, Names names, Counting counting) {
        this.cluster = cluster;
        this.names = names;
        this.counting = counting;
        this.remainder = new Remainder(cluster.bootstrapServers());
    }

    /** Waits for it. Nobody may write to the input topic meanwhile. */
    void await() throws InterruptedException {
        // From then on the topic of words exists, and the store has what it had before.
        counting.awaitRunning();
        awaitRead(names.input());
        awaitRead(names.words());
    }

    @Override
    public void close() {
        remainder.close();
    }

    private void awaitRead(String topic) throws InterruptedException {
        Map<TopicPartition, Long> ends = ends(topic);
        Patience patience = new Patience();
        Map<TopicPartition, Long> before = Map.of();
        while (true) {
            Map<TopicPartition, Long> read = read(ends);
            // To look at what is left costs a fetch, and is of use only where nothing moves any more.
            boolean still = read.equals(before);
            if (ends.entrySet().stream().allMatch(end -> {
                long place = read.getOrDefault(end.getKey(), 0L);
                return place >= end.getValue() || (still && remainder.isEmpty(end.getKey(), place, end.getValue()));
            })) {
                return;
            }
            before = read;
            long done = counting.figures().records()
                    + read.values().stream().mapToLong(Long::longValue).sum();
            counting.pause(patience, done, "read up to " + read + " of " + ends);
        }
    }

    private Map<TopicPartition, Long> read(Map<TopicPartition, Long> ends) {
        Map<TopicPartition, OffsetAndMetadata> committed =
                cluster.get(cluster.admin().listConsumerGroupOffsets(names.id()).partitionsToOffsetAndMetadata());
        Map<TopicPartition, Long> read = new HashMap<>();
        for (TopicPartition partition : ends.keySet()) {
            OffsetAndMetadata offset = committed.get(partition);
            read.put(partition, offset == null ? 0 : offset.offset());
        }
        return read;
    }

    /**
     * Where the records of a topic end, those of open transactions included. All that will be read are committed by now, but the
     * brokers may still be about to say so, partition by partition.
     */
    private Map<TopicPartition, Long> ends(String topic) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        cluster.get(cluster.admin().describeTopics(List.of(topic)).allTopicNames()).values().stream()
                .flatMap(description -> description.partitions().stream())
                .forEach(info -> asked.put(new TopicPartition(topic, info.partition()), OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        cluster.get(cluster.admin().listOffsets(asked).all())
                .forEach((partition, info) -> ends.put(partition, info.offset()));
        return ends;
    }
}
