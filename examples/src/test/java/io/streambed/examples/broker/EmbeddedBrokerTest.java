package io.streambed.examples.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The broker inside the process. */
@Timeout(120)
class EmbeddedBrokerTest {
    private static final TopicPartition PARTITION = new TopicPartition("kept", 0);

    @TempDir
    private Path directory;

    @Test
    void keepsItsDataInADirectoryThatWasGiven() throws Exception {
        Path data = directory.resolve("broker");
        try (EmbeddedBroker broker = EmbeddedBroker.start(data)) {
            create(broker);
            produce(broker, "one");
        }
        try (EmbeddedBroker broker = EmbeddedBroker.start(data)) {
            produce(broker, "two");
            assertEquals(List.of("one", "two"), consume(broker, 2));
            assertNull(broker.failure());
        }
    }

    @Test
    void formatsAnewWhatWasLeftHalfFormatted() throws Exception {
        Files.createDirectories(directory.resolve("broker.new"));
        Files.writeString(directory.resolve("broker.new").resolve("meta.properties"), "version=");
        EmbeddedBroker.start(directory.resolve("broker")).close();
        assertFalse(Files.exists(directory.resolve("broker.new")));
    }

    @Test
    void deletesATemporaryDirectory() {
        EmbeddedBroker broker = EmbeddedBroker.start();
        assertTrue(Files.isDirectory(broker.directory()));
        broker.close();
        broker.close();
        assertFalse(Files.exists(broker.directory()));
    }

    @Test
    void standsBesideAnotherOne() throws Exception {
        try (EmbeddedBroker one = EmbeddedBroker.start();
                EmbeddedBroker other = EmbeddedBroker.start()) {
            assertNotEquals(one.bootstrapServers(), other.bootstrapServers());
            create(one);
            create(other);
        }
    }

    @Test
    void listensOnTheLoopbackInterfaceOnly() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start()) {
            String address = broker.bootstrapServers();
            int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
            for (NetworkInterface network : NetworkInterface.networkInterfaces().toList()) {
                for (InetAddress local : network.inetAddresses().toList()) {
                    assertEquals(local.getHostAddress().equals("127.0.0.1"), connects(local, port), local.toString());
                }
            }
        }
    }

    @Test
    void triesOtherPortsWhereOneIsTaken() throws Exception {
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        try (ServerSocket taken = new ServerSocket(0, 1, loopback)) {
            Ports free = Ports.free();
            Iterator<Ports> tries = List.of(
                            new Ports(taken.getLocalPort(), free.controller()),
                            new Ports(free.broker(), taken.getLocalPort()),
                            free)
                    .iterator();
            try (EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"), null, tries::next)) {
                assertEquals("127.0.0.1:" + free.broker(), broker.bootstrapServers());
                assertNull(broker.failure());
                create(broker);
            }
        }
    }

    @Test
    void saysInOneLineWhyItDoesNotStart() throws Exception {
        Path data = directory.resolve("broker");
        Files.createDirectories(data);
        Files.writeString(data.resolve("meta.properties"), "version=1\ncluster.id=x\nnode.id=7\n");
        String message = assertThrows(IllegalStateException.class, () -> EmbeddedBroker.start(data))
                .getMessage();
        assertTrue(
                message.contains(data.toString()) && message.contains("node id 7") && !message.contains("\n"), message);
    }

    private static boolean connects(InetAddress address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 2000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void create(EmbeddedBroker broker) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 1)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    private static void produce(EmbeddedBroker broker, String value) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()),
                new StringSerializer(),
                new StringSerializer())) {
            producer.send(new ProducerRecord<>(PARTITION.topic(), value)).get(30, TimeUnit.SECONDS);
        }
    }

    private static List<String> consume(EmbeddedBroker broker, int records) {
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (values.size() < records && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(100)).forEach(entry -> values.add(entry.value()));
            }
        }
        return values;
    }
}
