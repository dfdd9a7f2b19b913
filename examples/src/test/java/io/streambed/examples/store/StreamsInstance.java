package io.streambed.examples.store;

import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.StandbyUpdateListener;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/** One instance of an application in this process, and what happened to its stores. */
final class StreamsInstance implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(90);

    private final KafkaStreams streams;
    private final AtomicLong restored = new AtomicLong();
    private final AtomicLong promoted = new AtomicLong();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private StreamsInstance(Topology topology, Properties properties) {
        streams = new KafkaStreams(topology, properties);
        streams.setGlobalStateRestoreListener(new StateRestoreListener() {
            @Override
            public void onRestoreStart(TopicPartition partition, String store, long from, long to) {}

            @Override
            public void onBatchRestored(TopicPartition partition, String store, long to, long count) {
                restored.addAndGet(count);
            }

            @Override
            public void onRestoreEnd(TopicPartition partition, String store, long total) {}
        });
        streams.setStandbyUpdateListener(new StandbyUpdateListener() {
            @Override
            public void onUpdateStart(TopicPartition partition, String store, long from) {}

            @Override
            public void onBatchLoaded(
                    TopicPartition partition, String store, TaskId task, long to, long count, long end) {}

            @Override
            public void onUpdateSuspended(
                    TopicPartition partition, String store, long offset, long end, SuspendReason reason) {
                if (reason == SuspendReason.PROMOTED) {
                    promoted.incrementAndGet();
                }
            }
        });
        streams.setUncaughtExceptionHandler(e -> {
            failure.set(e);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    }

    /** Starts an instance, and waits until it runs and has restored what it has to. */
    static StreamsInstance start(Topology topology, Properties properties) {
        StreamsInstance instance = new StreamsInstance(topology, properties);
        instance.start();
        return instance;
    }

    /** As {@link #start(Topology, Properties)}, with a handler of failures of its own. */
    static StreamsInstance start(Topology topology, Properties properties, StreamsUncaughtExceptionHandler handler) {
        StreamsInstance instance = new StreamsInstance(topology, properties);
        instance.streams.setUncaughtExceptionHandler(handler);
        instance.start();
        return instance;
    }

    private void start() {
        streams.start();
        await(this::runs, "to run", streams::state);
    }

    KafkaStreams streams() {
        return streams;
    }

    boolean runs() {
        return streams.state() == KafkaStreams.State.RUNNING;
    }

    /** Its state, and why it failed if it did: for messages. */
    String described() {
        Throwable why = failure.get();
        return streams.state() + (why == null ? "" : " after " + why);
    }

    /** Records restored from changelogs so far, by active tasks. */
    long restored() {
        return restored.get();
    }

    /** Stores of standby tasks that became active where they were. */
    long promoted() {
        return promoted.get();
    }

    /** What a key-value store of this instance holds, or nothing while it is moving. */
    <V> Map<String, V> contents(String store) {
        Map<String, V> contents = new TreeMap<>();
        try {
            ReadOnlyKeyValueStore<String, V> reading =
                    streams.store(StoreQueryParameters.fromNameAndType(store, QueryableStoreTypes.keyValueStore()));
            try (KeyValueIterator<String, V> all = reading.all()) {
                while (all.hasNext()) {
                    KeyValue<String, V> entry = all.next();
                    contents.put(entry.key, entry.value);
                }
            }
        } catch (InvalidStateStoreException e) {
            contents.clear();
        }
        return contents;
    }

    /** Waits for something, or until the instance fails. */
    void await(BooleanSupplier reached, String what, Supplier<?> instead) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!reached.getAsBoolean()) {
            if (failure.get() != null) {
                throw new AssertionError("the application failed", failure.get());
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited in vain for the application " + what + "; its state is "
                        + streams.state() + ", there is " + instead.get());
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
    }

    @Override
    public void close() {
        // Leaving the group saves the next one the wait until this member is missed.
        streams.close(CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP)
                .withTimeout(PATIENCE));
    }
}
