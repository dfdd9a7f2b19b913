package io.streambed.examples.broker;

import io.streambed.examples.app.AppException;
import io.streambed.examples.app.DataDirectory;
import io.streambed.examples.app.Progress;
import io.streambed.examples.app.Reasons;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jspecify.annotations.Nullable;

/** The Kafka that an app works with: the user's, or a broker in this process. */
public final class Cluster implements AutoCloseable {
    /** How long a broker may take for its first answer before it counts as not there. */
    private static final int FIRST_ANSWER_MILLIS = 10_000;

    /** How long it may take for any later one: it is known to be there, and may have to recover from something. */
    private static final int ANSWER_MILLIS = 60_000;

    private final @Nullable EmbeddedBroker embedded;
    private final String bootstrapServers;
    private final Admin admin;

    private Cluster(@Nullable EmbeddedBroker embedded, String bootstrapServers, Admin admin) {
        this.embedded = embedded;
        this.bootstrapServers = bootstrapServers;
        this.admin = admin;
    }

    /**
     * Reaches the brokers that the user named, or starts one in the data directory for {@code null}; either way the data directory
     * is tied to the cluster from then on.
     *
     * @throws AppException if there is no answer within bounded time
     */
    public static Cluster open(@Nullable String bootstrapServers, DataDirectory directory) {
        if (bootstrapServers != null) {
            return open(null, bootstrapServers, directory);
        }
        EmbeddedBroker embedded = startIn(directory);
        try {
            return open(embedded, embedded.bootstrapServers(), directory);
        } catch (RuntimeException e) {
            embedded.close();
            throw e;
        }
    }

    /** What a cluster is needed for. */
    public interface Work {
        /** Does it; the cluster is closed afterwards. */
        void on(Cluster cluster) throws Exception;
    }

    /**
     * Opens a cluster for a piece of work and closes it again. What stands under the directory's id on brokers that the user named
     * is deleted, unless the directory is kept.
     */
    public static void use(@Nullable String bootstrapServers, DataDirectory directory, Progress progress, Work work)
            throws Exception {
        try (Cluster cluster = open(bootstrapServers, directory)) {
            try {
                work.on(cluster);
            } finally {
                if (bootstrapServers != null && !directory.kept()) {
                    forget(cluster, directory.id(), progress);
                }
            }
        }
    }

    private static void forget(Cluster cluster, String id, Progress progress) {
        try {
            cluster.forget(id);
        } catch (AppException e) {
            // Of two failures the run's own is the one to end with.
            progress.say("the topics that begin with " + id + " stay behind: " + e.getMessage());
        }
    }

    private static Cluster open(@Nullable EmbeddedBroker embedded, String servers, DataDirectory directory) {
        Admin admin = connect(servers);
        try {
            Cluster cluster = new Cluster(embedded, servers, admin);
            directory.bind(
                    cluster.get(admin.describeCluster(new DescribeClusterOptions().timeoutMs(FIRST_ANSWER_MILLIS))
                            .clusterId()));
            return cluster;
        } catch (RuntimeException e) {
            admin.close(Duration.ZERO);
            throw e;
        }
    }

    /** Where clients find it. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** For whatever has no method here. */
    public Admin admin() {
        return admin;
    }

    /**
     * What a request to the cluster gives.
     *
     * @throws AppException if that is a failure, or no answer
     */
    public <T> T get(KafkaFuture<T> answer) {
        try {
            return answer.get(2 * ANSWER_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw noAnswer(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof org.apache.kafka.common.errors.TimeoutException) {
                throw noAnswer(e.getCause());
            }
            throw new AppException("Kafka at " + bootstrapServers + " refused: " + Reasons.innermost(e), e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** Creates a topic with the brokers' default replication, unless there is one of that name. */
    public void createTopic(String name, int partitions, Map<String, String> settings) {
        NewTopic topic = new NewTopic(name, Optional.of(partitions), Optional.empty()).configs(settings);
        try {
            get(admin.createTopics(List.of(topic)).all());
        } catch (AppException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }

    /**
     * Throws out whoever is in a consumer group: members that a killed process left behind hold its partitions until their session
     * runs out. Only for one who knows to be the group's only owner.
     */
    public void emptyGroup(String group) {
        try {
            Map<String, ConsumerGroupDescription> groups =
                    get(admin.describeConsumerGroups(List.of(group)).all());
            // Kafka refuses to remove all members where there are none.
            if (groups.values().stream().anyMatch(found -> !found.members().isEmpty())) {
                get(admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions())
                        .all());
            }
        } catch (AppException e) {
            if (Reasons.find(e, GroupIdNotFoundException.class) == null) {
                throw e;
            }
        }
    }

    /** Deletes what an app had on the cluster under its id, as far as that is possible. */
    public void forget(String id) {
        Collection<String> topics = get(admin.listTopics().names()).stream()
                .filter(name -> name.startsWith(id + "-"))
                .toList();
        get(admin.deleteTopics(topics).all());
        get(admin.deleteConsumerGroups(List.of(id)).all());
    }

    /**
     * Nothing, as long as the broker in this process works.
     *
     * @throws AppException if it has given up
     */
    public void check() {
        String failure = embedded == null ? null : embedded.failure();
        if (failure != null) {
            throw new AppException(failure + "; is the disk full?");
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(1));
        if (embedded != null) {
            embedded.close();
        }
    }

    private static EmbeddedBroker startIn(DataDirectory directory) {
        try {
            return EmbeddedBroker.start(directory.broker());
        } catch (IllegalStateException e) {
            throw new AppException(String.valueOf(e.getMessage()), e);
        }
    }

    private static Admin connect(String servers) {
        try {
            return Admin.create(Map.of("bootstrap.servers", servers, "default.api.timeout.ms", ANSWER_MILLIS));
        } catch (KafkaException e) {
            throw new AppException("bad address of a Kafka broker, " + servers + ": " + Reasons.innermost(e), e);
        }
    }

    private AppException noAnswer(Throwable cause) {
        return new AppException("no Kafka broker answers at " + bootstrapServers, cause);
    }
}
