package io.streambed.examples.benchmark.report;

import com.sun.management.OperatingSystemMXBean;
import io.streambed.kafka.LsmStores;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.streams.StreamsConfig;
import org.rocksdb.RocksDB;

/**
 * Where the figures come from.
 *
 * @param versions of what was measured and of what it ran on, by name
 * @param processor its model, as far as the system tells
 * @param processors how many there are
 * @param memory bytes of it
 * @param command what was called
 */
public record Environment(Map<String, String> versions, String processor, int processors, long memory, String command) {
    private static final Path PROCESSOR = Path.of("/proc/cpuinfo");

    /** This one, where such a command was called. */
    public static Environment here(List<String> arguments) {
        Map<String, String> versions = new TreeMap<>();
        versions.put("streambed", version(LsmStores.class));
        versions.put("kafka-streams", version(StreamsConfig.class));
        versions.put("rocksdbjni", version(RocksDB.class));
        versions.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
        versions.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return new Environment(
                versions,
                processorModel(),
                system.getAvailableProcessors(),
                system.getTotalMemorySize(),
                "examples/run " + String.join(" ", arguments));
    }

    /** In a sentence. */
    String line() {
        return processors + " processors (" + processor + "), " + (memory >> 30) + " GB, " + versions.get("system")
                + "; " + versions.get("java") + "; kafka-streams " + versions.get("kafka-streams") + ", rocksdbjni "
                + versions.get("rocksdbjni") + ", streambed " + versions.get("streambed");
    }

    private static String processorModel() {
        try {
            return Files.readAllLines(PROCESSOR).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }

    /** What the name of a class's jar says; a directory is a build of this project. */
    private static String version(Class<?> of) {
        CodeSource source = of.getProtectionDomain().getCodeSource();
        String jar = source == null
                ? ""
                : String.valueOf(Path.of(source.getLocation().getPath()).getFileName());
        int dash = jar.lastIndexOf('-');
        return jar.endsWith(".jar") && dash > 0
                ? jar.substring(dash + 1, jar.length() - ".jar".length())
                : "of this build";
    }
}
