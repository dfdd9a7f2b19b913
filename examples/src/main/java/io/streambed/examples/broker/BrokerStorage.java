package io.streambed.examples.broker;

import io.streambed.examples.app.Directories;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * The data directory of an embedded broker and the settings that go with it. {@link Formatter}, {@link Feature} and {@link
 * MetadataVersion} are Kafka's internals, as is what {@link KraftNode} names: they are named in these two only, and fit one Kafka
 * version.
 */
final class BrokerStorage {
    private static final String NODE_ID = "1";

    /** The internal topics, each with settings for replicas and partitions under the same two names. */
    private static final String[] INTERNAL_TOPICS = {
        "offsets.topic", "transaction.state.log", "share.coordinator.state.topic"
    };

    private BrokerStorage() {}

    /**
     * Makes the directory a broker's, if it is not there yet. It gets its name only when it is whole, so one that a killed process
     * left half made is made anew, and one that has the name is never touched.
     */
    static void format(Path data) throws Exception {
        if (Files.exists(data)) {
            return;
        }
        Path parts = data.resolveSibling(data.getFileName() + ".new");
        Directories.delete(parts);
        Files.createDirectories(parts);
        try (PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            new Formatter()
                    .setPrintStream(nowhere)
                    .setClusterId(Uuid.randomUuid().toString())
                    .setNodeId(Integer.parseInt(NODE_ID))
                    .addDirectory(parts.toString())
                    .setMetadataLogDirectory(parts.toString())
                    .setControllerListenerName("CONTROLLER")
                    .setReleaseVersion(MetadataVersion.latestProduction())
                    .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                    .run();
        }
        Files.move(parts, data, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The node's settings; all of them strings, as Kafka refuses an int for a setting that is a short or a long. */
    static Map<String, String> settings(Path data, Ports ports) {
        Map<String, String> settings = new HashMap<>();
        String broker = "PLAINTEXT://127.0.0.1:" + ports.broker();
        String controller = "127.0.0.1:" + ports.controller();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", NODE_ID);
        settings.put("controller.quorum.voters", NODE_ID + "@" + controller);
        settings.put("listeners", broker + ",CONTROLLER://" + controller);
        settings.put("advertised.listeners", broker);
        settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("inter.broker.listener.name", "PLAINTEXT");
        settings.put("log.dirs", data.toString());
        settings.put("auto.create.topics.enable", "false");

        for (String topic : INTERNAL_TOPICS) {
            settings.put(topic + ".replication.factor", "1");
            settings.put(topic + ".num.partitions", "4");
        }
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        // Just long enough for the threads of an app that starts to come into its group together; by default 3 seconds.
        // With none, the first one gets all tasks, and has to give half of them up again while it restores them.
        settings.put("group.initial.rebalance.delay.ms", "250");
        // A kept directory may rest for months. Its consumers' places must not be forgotten meanwhile, or all would be
        // read again.
        settings.put("offsets.retention.minutes", Integer.toString(Integer.MAX_VALUE));

        // A broker keeps what it leads for as long as it lives, see KraftNode: neither does a busy machine cost it its
        // session, nor does it hand over on its way down. There is nobody that could take over from a node that is
        // alone.
        settings.put("broker.session.timeout.ms", Integer.toString(Integer.MAX_VALUE));
        settings.put("controlled.shutdown.enable", "false");
        // What is not granted yet on the way up is asked for again with the next heartbeat; by default after 2 seconds.
        settings.put("broker.heartbeat.interval.ms", "500");

        // The least that the log cleaner takes; it would reserve 128 MB.
        settings.put("log.cleaner.dedupe.buffer.size", "2097153");
        settings.put("log.cleaner.threads", "1");
        settings.put("num.io.threads", "2");
        settings.put("num.network.threads", "2");
        settings.put("background.threads", "2");
        return settings;
    }
}
