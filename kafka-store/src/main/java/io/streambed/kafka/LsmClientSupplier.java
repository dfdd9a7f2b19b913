package io.streambed.kafka;

import io.streambed.kafka.internal.client.CommittingProducer;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.Configurable;
import org.apache.kafka.streams.KafkaClientSupplier;

/**
 * Lets an application under exactly-once carry on from its own disk after a crash: its stores commit with each transaction, so that
 * only what came after the last one is restored. Without it Kafka Streams 4.3 commits the stores of a running task seldom (after
 * restoring, when the task is suspended, at a clean close), and all since then is restored.
 *
 * <pre>{@code
 * default.client.supplier=io.streambed.kafka.LsmClientSupplier
 * }</pre>
 *
 * Makes Kafka's own clients, or those of a supplier that {@link LsmStoreConfig#CLIENT_SUPPLIER_CONFIG lsm.client.supplier} names, and
 * puts something around transactional producers alone: under at-least-once it does nothing.
 *
 * <p>Safe for use by several threads; one may serve several applications.
 */
public final class LsmClientSupplier implements KafkaClientSupplier, Configurable {
    private KafkaClientSupplier clients;

    /** Makes Kafka's own clients, or those of {@code lsm.client.supplier} once it is configured. */
    public LsmClientSupplier() {
        this(new PlainClients());
    }

    /**
     * Around a supplier in hand, for {@code new KafkaStreams(topology, properties, supplier)}.
     *
     * @param clients makes the clients
     */
    public LsmClientSupplier(KafkaClientSupplier clients) {
        this.clients = Objects.requireNonNull(clients, "clients");
    }

    /**
     * Takes {@code lsm.client.supplier} from an application's configuration, if it is there.
     *
     * @throws org.apache.kafka.common.config.ConfigException if a key of the stores is wrong
     */
    @Override
    public void configure(Map<String, ?> configs) {
        KafkaClientSupplier named = LsmStoreConfig.clientSupplier(configs);
        if (named != null) {
            clients = named;
        }
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        return clients.getAdmin(config);
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        Producer<byte[], byte[]> producer = clients.getProducer(config);
        return config.containsKey(ProducerConfig.TRANSACTIONAL_ID_CONFIG) ? new CommittingProducer(producer) : producer;
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        return clients.getConsumer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
        return clients.getRestoreConsumer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
        return clients.getGlobalConsumer(config);
    }
}
