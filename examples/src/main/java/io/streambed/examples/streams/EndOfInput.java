package io.streambed.examples.streams;

import io.streambed.examples.broker.Cluster;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Tells when everything that stands in a topic has been processed.
 *
 * <p>Exact, and without a guess: under exactly-once the place up to which a partition has been read is committed together with
 * everything that came of it. So once all of an input topic is read, all that follows from it stands in the topics that the
 * application itself reads again; and once one of those is read, what was made of it is in the stores. Only after the first does a
 * second topic's end say anything, so they are waited for in the order in which records go through them.
 *
 * <p>One thing stands in the way: where a topic ends in what an aborted transaction left, Streams has nothing to process there, and may
 * never commit that it went past. So a partition has also been read if no committed record is left in it.
 */
public final class EndOfInput implements AutoCloseable {
    private final Cluster cluster;
    private final String group;
    private final Awaited application;
    private final Remainder remainder;

    /** @param group the application's id, which its consumer group is called by */
    public EndOfInput(Cluster cluster, String group, Awaited application) {
        this.cluster = cluster;
        this.group = group;
        this.application = application;
        this.remainder = new Remainder(cluster.bootstrapServers());
    }

    /** Waits until the topics, first to last, are read to their ends. Nobody may write to the first one meanwhile. */
    public void await(List<String> topics) throws InterruptedException {
        // From then on the topics that Streams makes exist, and the stores have what they had before.
        application.awaitRunning();
        for (String topic : topics) {
            awaitRead(topic);
        }
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
            long done = application.records()
                    + read.values().stream().mapToLong(Long::longValue).sum();
            application.pause(patience, done, "read up to " + read + " of " + ends);
        }
    }

    private Map<TopicPartition, Long> read(Map<TopicPartition, Long> ends) {
        Map<TopicPartition, OffsetAndMetadata> committed =
                cluster.get(cluster.admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
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
