package io.streambed.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.EmitStrategy;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.kstream.SlidingWindows;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A topology on our stores runs in a process that has no {@code rocksdbjni}. */
class WithoutRocksDbTest {
    @TempDir
    Path state;

    @Test
    @Timeout(60)
    void aTopologyRuns() throws Exception {
        String classPath = Pattern.compile(File.pathSeparator, Pattern.LITERAL)
                .splitAsStream(System.getProperty("java.class.path"))
                .filter(entry -> !entry.contains("rocksdbjni"))
                .collect(Collectors.joining(File.pathSeparator));
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        Counting.class.getName(),
                        state.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        child.waitFor(60, TimeUnit.SECONDS);
        assertEquals("2\n", said);
        assertEquals(0, child.exitValue());
    }

    /** What the child runs. */
    static final class Counting {
        private static final Duration MINUTE = Duration.ofMinutes(1);

        public static void main(String[] arguments) {
            assertThrows(ClassNotFoundException.class, () -> Class.forName("org.rocksdb.RocksDB"));
            Properties properties = new Properties();
            properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "app");
            properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:1");
            properties.put(StreamsConfig.STATE_DIR_CONFIG, arguments[0]);
            properties.put(StreamsConfig.DSL_STORE_SUPPLIERS_CLASS_CONFIG, LsmDslStoreSuppliers.class);
            properties.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
            properties.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
            StreamsBuilder builder = new StreamsBuilder();
            KStream<String, String> in = builder.stream("in");
            in.groupByKey().count(Materialized.as("counts"));
            for (EmitStrategy emit : List.of(EmitStrategy.onWindowUpdate(), EmitStrategy.onWindowClose())) {
                in.groupByKey()
                        .windowedBy(TimeWindows.ofSizeWithNoGrace(MINUTE))
                        .emitStrategy(emit)
                        .count();
                in.groupByKey()
                        .windowedBy(SlidingWindows.ofTimeDifferenceWithNoGrace(MINUTE))
                        .emitStrategy(emit)
                        .count();
                in.groupByKey()
                        .windowedBy(SessionWindows.ofInactivityGapWithNoGrace(MINUTE))
                        .emitStrategy(emit)
                        .count();
            }
            in.outerJoin(
                    builder.<String, String>stream("other"),
                    (a, b) -> a + b,
                    JoinWindows.ofTimeDifferenceWithNoGrace(MINUTE));
            try (TopologyTestDriver driver = new TopologyTestDriver(builder.build(properties), properties)) {
                TestInputTopic<String, String> input =
                        driver.createInputTopic("in", new StringSerializer(), new StringSerializer());
                input.pipeInput("a", "x");
                input.pipeInput("b", "x");
                input.pipeInput("a", "x");
                System.out.println(driver.<String, Long>getTimestampedKeyValueStore("counts")
                        .get("a")
                        .value());
            }
        }
    }
}
