package io.streambed.examples.broker;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.Server;
import kafka.server.SharedServer;
import kafka.server.StandardFaultHandlerFactory;
import org.apache.kafka.common.errors.BrokerIdNotRegisteredException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.controller.ControllerRequestContext;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.ServerSocketFactory;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * Kafka's controller and broker in one node, put together as {@code KafkaRaftServer} does it, but with a step between the two: the
 * controller forgets the broker that was there before, so no partition has a leader when the new one first sees them.
 *
 * <p>A broker that loses the leadership of its partitions can lose the end of a transaction. {@code
 * BrokerMetadataPublisher.onMetadataUpdate} tells the metadata cache first and the transaction coordinator last. A marker that is to
 * be sent in between, or sent again, finds no leader; {@code TransactionMarkerChannelManager.addTxnMarkersToBrokerQueue} then skips
 * it, as if its partition had been deleted (KAFKA-5202), and if {@code __transaction_state} can still be written to at that moment,
 * the transaction counts as complete. Its partitions stay as they are for ever, and whoever reads committed records or offsets waits.
 * Often the decision was to commit, so {@code Admin.abortTransaction}, made for transactions that hang (KIP-664), would lose records.
 *
 * <p>A kill brings this about in the process that comes next. What the killed broker led, the new one leads until it is registered: its
 * coordinator sends the markers of all decided transactions to the address of the killed one, over and over, and registering, which
 * waits until the former session has run out, takes the leadership away meanwhile. For a broker that is not known, there is neither.
 * That it keeps the leadership from then on is a matter of settings, see {@link BrokerStorage}.
 */
final class KraftNode {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration PAUSE = Duration.ofMillis(5);

    private final SharedServer shared;
    private final ControllerServer controller;
    private final BrokerServer broker;

    KraftNode(Map<String, String> settings) {
        KafkaConfig config = new KafkaConfig(settings);
        Tuple2<MetaPropertiesEnsemble, BootstrapMetadata> stored =
                KafkaRaftServer.initializeLogDirs(config, LoggerFactory.getLogger(KafkaRaftServer.class), "");
        this.shared = new SharedServer(
                config,
                stored._1(),
                Time.SYSTEM,
                Server.initializeMetrics(
                        config, Time.SYSTEM, stored._1().clusterId().orElseThrow()),
                CompletableFuture.completedFuture(
                        QuorumConfig.parseVoterConnections(config.quorumConfig().voters())),
                List.of(),
                new StandardFaultHandlerFactory(),
                ServerSocketFactory.INSTANCE);
        this.broker = new BrokerServer(shared);
        this.controller = new ControllerServer(shared, KafkaRaftServer.configSchema(), stored._2());
    }

    /** Returns when clients are answered. To be stopped also if it fails. */
    void start() {
        controller.startup();
        forgetFormerBroker();
        broker.startup();
    }

    /** Stops what was started, and waits for it. */
    void stop() {
        // The broker needs the controller until it is down.
        broker.shutdown();
        controller.shutdown();
        broker.awaitShutdown();
        controller.awaitShutdown();
    }

    private void forgetFormerBroker() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        unregister(deadline);
        // What the controller knows reaches the broker a moment later.
        Absence absence = new Absence(shared.nodeId());
        get(shared.loader().installPublishers(List.of(absence)), deadline);
        get(absence.seen, deadline);
        get(shared.loader().removeAndClosePublisher(absence), deadline);
    }

    private void unregister(long deadline) {
        while (true) {
            ControllerRequestContext context = new ControllerRequestContext(
                    new RequestHeaderData(), KafkaPrincipal.ANONYMOUS, OptionalLong.of(deadline));
            try {
                get(controller.controller().unregisterBroker(context, shared.nodeId()), deadline);
                return;
            } catch (BrokerIdNotRegisteredException e) {
                return;
            } catch (NotControllerException e) {
                // It is on its way to become active: the only voter elects itself.
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    private static void get(Future<Void> future, long deadline) {
        try {
            future.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("the controller does not forget the former broker", e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** Sees when the metadata that brokers are given name no broker of an id any more. */
    private static final class Absence implements MetadataPublisher {
        private final CompletableFuture<Void> seen = new CompletableFuture<>();
        private final int broker;

        Absence(int broker) {
            this.broker = broker;
        }

        @Override
        public String name() {
            return "Absence";
        }

        @Override
        public void onMetadataUpdate(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
            if (image.cluster().broker(broker) == null) {
                seen.complete(null);
            }
        }
    }
}
