package io.streambed.examples.app;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Properties;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where one app keeps its broker's data and its state, for itself alone: a directory that the user named and that is kept, or a
 * temporary one.
 *
 * <pre>
 * DIR/lock                  held while an app uses the directory
 * DIR/streambed.properties  which app, under which id, with which cluster
 * DIR/broker/               the embedded broker's data
 * DIR/state/                the state directory of Kafka Streams
 * </pre>
 */
public final class DataDirectory implements AutoCloseable {
    private static final String FORMAT = "1";

    private final Path path;
    private final boolean kept;
    private final FileChannel lockFile;
    private final Properties properties;

    private DataDirectory(Path path, boolean kept, FileChannel lockFile, Properties properties) {
        this.path = path;
        this.kept = kept;
        this.lockFile = lockFile;
        this.properties = properties;
    }

    /**
     * Takes the directory that the user named, or a temporary one for {@code null}.
     *
     * @throws AppException if it cannot be had
     */
    public static DataDirectory open(@Nullable Path named, String app) {
        if (named != null && named.toString().isEmpty()) {
            throw new AppException("the name of the data directory is empty");
        }
        Path path = named == null
                ? Directories.temporary(app)
                : named.toAbsolutePath().normalize();
        try {
            Files.createDirectories(path);
            if (path.toString().contains(",")) {
                throw new AppException("data directory " + path + ": Kafka allows no comma in the name");
            }
            FileChannel lockFile = lock(path);
            try {
                return new DataDirectory(path, named != null, lockFile, identity(path, app));
            } catch (IOException | RuntimeException e) {
                lockFile.close();
                throw e;
            }
        } catch (IOException e) {
            throw new AppException("data directory " + path + " cannot be used: " + Reasons.of(e), e);
        }
    }

    /** Whether it outlives the app. */
    public boolean kept() {
        return kept;
    }

    /** The app's id, for all names that it uses on the broker; another one for every directory. */
    public String id() {
        return properties.getProperty("id");
    }

    /** Where the embedded broker keeps its data. */
    public Path broker() {
        return path.resolve("broker");
    }

    /** Where Kafka Streams keeps its state. */
    public Path state() {
        return path.resolve("state");
    }

    /** A file of the app's own. */
    public Path file(String name) {
        return path.resolve(name);
    }

    /**
     * Ties the directory to a cluster. The state is a summary of topics, so with another cluster's topics it would be wrong.
     *
     * @throws AppException if it belongs to another one already
     */
    public void bind(String clusterId) {
        String bound = properties.getProperty("cluster");
        if (bound == null) {
            properties.setProperty("cluster", clusterId);
            save();
        } else if (!bound.equals(clusterId)) {
            throw new AppException("data directory " + path + " belongs to Kafka cluster " + bound
                    + ", but this broker is of cluster " + clusterId);
        }
    }

    /** Lets go of the directory; a temporary one is deleted. */
    @Override
    public void close() throws IOException {
        lockFile.close();
        if (!kept) {
            Directories.delete(path);
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }

    private static FileChannel lock(Path path) throws IOException {
        FileChannel file = FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            // The lock goes with the channel, and with the process however it ends.
            FileLock lock = file.tryLock();
            if (lock != null) {
                return file;
            }
        } catch (OverlappingFileLockException e) {
            // Held by this very process: as much in use as by another one.
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
        file.close();
        throw new AppException("data directory " + path + " is in use by another process");
    }

    private static Properties identity(Path path, String app) throws IOException {
        Path file = path.resolve("streambed.properties");
        Properties properties = new Properties();
        if (!Files.exists(file)) {
            properties.setProperty("format", FORMAT);
            properties.setProperty("app", app);
            properties.setProperty(
                    "id", app + "-" + UUID.randomUUID().toString().substring(0, 8));
            return properties;
        }
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IllegalArgumentException e) {
            throw new AppException(file + " is damaged: " + Reasons.innermost(e), e);
        }
        for (String key : new String[] {"format", "app", "id", "cluster"}) {
            if (properties.getProperty(key, "").isBlank()) {
                throw new AppException(file + " is damaged: it has no " + key);
            }
        }
        if (!properties.getProperty("format").equals(FORMAT)) {
            throw new AppException(
                    file + " has format " + properties.getProperty("format") + "; this version reads " + FORMAT);
        }
        if (!properties.getProperty("app").equals(app)) {
            throw new AppException("data directory " + path + " belongs to " + properties.getProperty("app"));
        }
        return properties;
    }

    private void save() {
        Path file = path.resolve("streambed.properties");
        Path parts = path.resolve("streambed.properties.new");
        try {
            try (Writer writer = Files.newBufferedWriter(parts)) {
                properties.store(writer, null);
            }
            Files.move(parts, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new AppException(file + " cannot be written: " + Reasons.of(e), e);
        }
    }
}
