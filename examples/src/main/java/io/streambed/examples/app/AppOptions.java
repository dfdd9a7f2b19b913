package io.streambed.examples.app;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every app on a broker has. */
public final class AppOptions {
    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description = "Kafka to work with; without it a broker is started in this process.")
    private @Nullable String bootstrapServers;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where broker and state are kept from one run to the next; without it nothing is kept.")
    private @Nullable Path dataDirectory;

    /** The address that was given, or {@code null}. */
    public @Nullable String bootstrapServers() {
        return bootstrapServers;
    }

    /** The directory that was given, or {@code null}. */
    public @Nullable Path dataDirectory() {
        return dataDirectory;
    }
}
