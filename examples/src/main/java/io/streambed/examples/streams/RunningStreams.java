package io.streambed.examples.streams;

import io.streambed.examples.app.AppException;
import io.streambed.examples.app.Reasons;
import io.streambed.examples.broker.Cluster;
import io.streambed.lsm.LsmException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.StateRestoreListener;

/** One Streams instance in this process, from its start to its end. If it breaks, whoever waits for it hears of it. */
public final class RunningStreams implements Application, AutoCloseable {
    private static final int POLL_MILLIS = 50;

    private final String doing;
    private final Cluster cluster;
    private final Path state;
    private final KafkaStreams streams;
    private final CompletableFuture<Void> broken = new CompletableFuture<>();
    private final AtomicLong restored = new AtomicLong();

    /** @param doing what the app does with it, for messages: "counting" */
    public RunningStreams(String doing, Cluster cluster, Topology topology, Properties settings) {
        this.doing = doing;
        this.cluster = cluster;
        this.state = Path.of(settings.getProperty(StreamsConfig.STATE_DIR_CONFIG));
        this.streams = new KafkaStreams(topology, settings);
        streams.setUncaughtExceptionHandler(failure -> {
            broken.completeExceptionally(failure);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        streams.setGlobalStateRestoreListener(new StateRestoreListener() {
            @Override
            public void onRestoreStart(TopicPartition partition, String store, long from, long to) {}

            @Override
            public void onBatchRestored(TopicPartition partition, String store, long offset, long records) {
                restored.addAndGet(records);
            }

            @Override
            public void onRestoreEnd(TopicPartition partition, String store, long records) {}
        });
    }

    /** Begins to work. */
    public void start() {
        try {
            streams.start();
        } catch (RuntimeException e) {
            throw failure(e);
        }
    }

    @Override
    public void awaitRunning() throws InterruptedException {
        Patience patience = new Patience();
        while (!isRunning()) {
            // Records as well: one thread may have much to do while another is on its way.
            pause(patience, restored.get() + records(), "it does not get to run");
        }
    }

    /** Whether all tasks run that it has at the moment. */
    boolean isRunning() {
        return streams.state() == KafkaStreams.State.RUNNING;
    }

    /** The tasks that it has at the moment. */
    Tasks tasks() {
        try {
            return streams.state().isRunningOrRebalancing() ? Tasks.of(streams.metadataForLocalThreads()) : Tasks.NONE;
        } catch (IllegalStateException e) {
            // It broke between the two questions; why, the next check says.
            return Tasks.NONE;
        }
    }

    @Override
    public Collection<KafkaStreams> instances() {
        return List.of(streams);
    }

    @Override
    public Figures figures() {
        return Figures.of(streams.metrics().values(), restored.get());
    }

    @Override
    public void check() {
        cluster.check();
        if (broken.isCompletedExceptionally()) {
            try {
                broken.join();
            } catch (CompletionException e) {
                throw failure(Reasons.unwrap(e));
            }
        }
    }

    @Override
    public void pause(Patience patience, long done, String situation) throws InterruptedException {
        check();
        if (patience.isOver(done)) {
            throw new AppException(doing + " has not moved for " + Patience.LIMIT.toSeconds() + " seconds: " + situation
                    + "; Streams is " + streams.state() + "; " + threads());
        }
        try {
            broken.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            check();
        }
    }

    /** What each thread is at, for whoever has to find out why nothing moves. */
    private String threads() {
        return streams.metadataForLocalThreads().stream()
                .map(thread -> thread.threadName().replaceFirst(".*-StreamThread-", "thread ") + " is "
                        + thread.threadState() + ", " + Tasks.of(Set.of(thread)))
                .sorted()
                .collect(Collectors.joining("; "));
    }

    @Override
    public AppException failure(Throwable cause) {
        LsmException engine = Reasons.find(cause, LsmException.class);
        if (engine != null && engine.kind() == LsmException.Kind.CORRUPTION) {
            return new AppException(
                    "the store is damaged: " + Reasons.line(engine) + "; delete " + state
                            + ", and the next run restores the store from Kafka",
                    cause);
        }
        // A store's exceptions say what is the matter and where; what led to them says only the first.
        ProcessorStateException store = Reasons.find(cause, ProcessorStateException.class);
        return new AppException(
                doing + " failed: " + (store == null ? Reasons.innermost(cause) : Reasons.line(store)), cause);
    }

    @Override
    public void close() {
        // Leaving the group spares the next run the wait until this one's session has run out.
        streams.close(CloseOptions.timeout(Duration.ofSeconds(30))
                .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    }
}
