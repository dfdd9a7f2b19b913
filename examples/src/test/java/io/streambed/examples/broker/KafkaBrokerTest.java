package io.streambed.examples.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The tests' own broker. */
@ExtendWith(KafkaBroker.class)
class KafkaBrokerTest {
    private static KafkaBroker.Broker first;

    @Test
    void runsAndSaysWhatItIs(KafkaBroker.Broker broker) throws Exception {
        assertTrue(List.of("embedded", "testcontainers").contains(broker.kind()), broker.kind());
        remember(broker);
        try (Admin admin =
                Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers()))) {
            assertEquals(
                    1, admin.describeCluster().nodes().get(30, TimeUnit.SECONDS).size());
        }
    }

    @Test
    void isTheSameForAllTests(KafkaBroker.Broker broker) {
        remember(broker);
    }

    @Test
    void refusesAKindThatItDoesNotKnow() {
        assertThrows(IllegalArgumentException.class, () -> KafkaBroker.start("docker"));
    }

    private static void remember(KafkaBroker.Broker broker) {
        if (first == null) {
            first = broker;
        }
        assertSame(first, broker);
    }
}
