package io.streambed.examples.broker;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;

/**
 * Gives tests a broker, one for the whole run; use with {@code @ExtendWith(KafkaBroker.class)} and a parameter of type {@link Broker}.
 * As it is shared, a test names topics and applications that nobody else uses.
 *
 * <p>{@code -Dtest.kafka=auto} (the default) takes a container where a Docker daemon gives one, and else a node in this process;
 * {@code testcontainers} and {@code embedded} insist. Nothing is ever skipped. Which one it was stands in the log and in the report.
 */
public final class KafkaBroker implements ParameterResolver, BeforeAllCallback {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaBroker.class);
    private static final String IMAGE = "apache/kafka-native:4.3.1";

    /**
     * A broker that runs.
     *
     * @param kind {@code embedded} or {@code testcontainers}
     * @param bootstrapServers where clients find it
     */
    public record Broker(String kind, String bootstrapServers, AutoCloseable handle) implements AutoCloseable {
        /** Called by JUnit at the end of the run, as the owner of everything in its store. */
        @Override
        public void close() throws Exception {
            handle.close();
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        context.publishReportEntry("kafka.broker", broker(context).kind());
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Broker.class;
    }

    @Override
    public Broker resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return broker(context);
    }

    private static Broker broker(ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(KafkaBroker.class))
                .getOrComputeIfAbsent(
                        Broker.class, key -> start(System.getProperty("test.kafka", "auto")), Broker.class);
    }

    static Broker start(String wanted) {
        Broker broker = switch (wanted) {
            case "embedded" -> embedded();
            case "testcontainers" -> container();
            case "auto" -> containerOrEmbedded();
            default ->
                throw new IllegalArgumentException(
                        "test.kafka is " + wanted + "; it may be auto, embedded or testcontainers");
        };
        LOG.info("broker tests run on {} Kafka at {}", broker.kind(), broker.bootstrapServers());
        return broker;
    }

    private static Broker containerOrEmbedded() {
        try {
            if (DockerClientFactory.instance().isDockerAvailable()) {
                return container();
            }
        } catch (RuntimeException e) {
            // A daemon that answers but cannot pull images shows itself in either call.
            LOG.info("Docker is there but gives no broker: {}", e.toString());
        }
        return embedded();
    }

    private static Broker embedded() {
        EmbeddedBroker broker = EmbeddedBroker.start();
        return new Broker("embedded", broker.bootstrapServers(), broker);
    }

    private static Broker container() {
        KafkaContainer container = new KafkaContainer(IMAGE);
        try {
            container.start();
        } catch (RuntimeException e) {
            container.stop();
            throw e;
        }
        return new Broker("testcontainers", container.getBootstrapServers(), container::stop);
    }
}
