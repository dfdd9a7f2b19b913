package io.streambed.examples.broker;

import io.streambed.examples.app.Directories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A broker of a test's own that ends and comes back at the same address, with its data. */
public final class RestartableBroker implements AutoCloseable {
    private final Path directory;
    private final Ports ports;
    private EmbeddedBroker broker;
    private long written;

    private RestartableBroker(Path directory, Ports ports) {
        this.directory = directory;
        this.ports = ports;
        this.broker = up();
    }

    /** Starts one. */
    public static RestartableBroker start() throws IOException {
        return new RestartableBroker(Directories.temporary("broker"), Ports.free());
    }

    /** Where clients find it, before and after. */
    public String bootstrapServers() {
        return broker.bootstrapServers();
    }

    /** Waits until so many more bytes of records have come in since the last call. */
    public void awaitWritten(long bytes) throws IOException, InterruptedException {
        long wanted = written + bytes;
        while (written < wanted) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            LockSupport.parkNanos(20_000_000);
            written = size();
        }
    }

    /** Ends it and starts it again. */
    public synchronized void restart() {
        broker.close();
        broker = up();
    }

    @Override
    public synchronized void close() throws IOException {
        broker.close();
        Directories.delete(directory);
    }

    private EmbeddedBroker up() {
        return EmbeddedBroker.start(directory.resolve("data"), null, () -> ports);
    }

    private long size() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .mapToLong(RestartableBroker::size)
                    .sum();
        } catch (UncheckedIOException e) {
            // Deleted while we look.
            return written;
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }
}
