package io.streambed.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.streambed.kafka.internal.client.CommittingProducer;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.KafkaAdminClient;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.Configurable;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;

/** Which clients an application gets that names our supplier. */
class LsmClientSupplierTest {
    private static final Map<String, Object> TRANSACTIONAL = Map.of("transactional.id", "app-0");

    /** A supplier of the user's. */
    public static class Named implements KafkaClientSupplier, Configurable {
        static final Producer<byte[], byte[]> PRODUCER = new MockProducer<>();
        static final Consumer<byte[], byte[]> CONSUMER = new MockConsumer<>("earliest");

        @Override
        public void configure(Map<String, ?> configs) {
            assertEquals("app", configs.get(StreamsConfig.APPLICATION_ID_CONFIG));
        }

        @Override
        public Admin getAdmin(Map<String, Object> config) {
            throw new UnsupportedOperationException("the named one was asked");
        }

        @Override
        public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
            return PRODUCER;
        }

        @Override
        public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
            return CONSUMER;
        }

        @Override
        public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
            return CONSUMER;
        }

        @Override
        public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
            return CONSUMER;
        }
    }

    @Test
    void makesKafkasClientsIfNoneIsNamed() {
        KafkaClientSupplier supplier = supplier(Map.of());
        Map<String, Object> config = new HashMap<>(Map.of("bootstrap.servers", "localhost:1", "group.id", "app"));
        try (Producer<byte[], byte[]> producer = supplier.getProducer(config);
                Consumer<byte[], byte[]> consumer = supplier.getConsumer(config);
                Consumer<byte[], byte[]> restoring = supplier.getRestoreConsumer(config);
                Consumer<byte[], byte[]> global = supplier.getGlobalConsumer(config);
                Admin admin = supplier.getAdmin(config)) {
            assertInstanceOf(KafkaProducer.class, producer, "nothing is put around a producer without transactions");
            assertInstanceOf(KafkaConsumer.class, consumer);
            assertInstanceOf(KafkaConsumer.class, restoring);
            assertInstanceOf(KafkaConsumer.class, global);
            assertInstanceOf(KafkaAdminClient.class, admin);
        }
    }

    @Test
    void makesTheClientsOfTheSupplierThatIsNamed() {
        KafkaClientSupplier supplier = supplier(Map.of("lsm.client.supplier", Named.class.getName()));
        assertSame(Named.PRODUCER, supplier.getProducer(Map.of()));
        assertInstanceOf(CommittingProducer.class, supplier.getProducer(TRANSACTIONAL));
        assertSame(Named.CONSUMER, supplier.getConsumer(Map.of()));
        assertSame(Named.CONSUMER, supplier.getRestoreConsumer(Map.of()));
        assertSame(Named.CONSUMER, supplier.getGlobalConsumer(Map.of()));
        assertThrows(UnsupportedOperationException.class, () -> supplier.getAdmin(Map.of()));
    }

    @Test
    void goesAroundASupplierInHand() {
        assertSame(Named.CONSUMER, new LsmClientSupplier(new Named()).getConsumer(Map.of()));
    }

    @Test
    void refusesWhatIsNoSupplier() {
        ConfigException e = assertThrows(
                ConfigException.class, () -> supplier(Map.of("lsm.client.supplier", String.class.getName())));
        assertEquals(
                "Invalid value java.lang.String for configuration lsm.client.supplier: it may be a class that implements"
                        + " org.apache.kafka.streams.KafkaClientSupplier, and not LsmClientSupplier itself",
                e.getMessage());
        assertThrows(
                ConfigException.class,
                () -> supplier(Map.of("lsm.client.supplier", LsmClientSupplier.class.getName())));
    }

    private static KafkaClientSupplier supplier(Map<String, Object> own) {
        Map<String, Object> configs = new HashMap<>(own);
        configs.put(StreamsConfig.APPLICATION_ID_CONFIG, "app");
        configs.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:1");
        configs.put(StreamsConfig.DEFAULT_CLIENT_SUPPLIER_CONFIG, LsmClientSupplier.class.getName());
        return new StreamsConfig(configs).getKafkaClientSupplier();
    }
}
