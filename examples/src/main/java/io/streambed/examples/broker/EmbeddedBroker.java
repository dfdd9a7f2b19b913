package io.streambed.examples.broker;

import io.streambed.examples.app.Directories;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import org.apache.kafka.common.utils.Exit;
import org.jspecify.annotations.Nullable;

/**
 * One real KRaft node, broker and controller, inside this process; reachable through the loopback interface only. It takes free
 * ports, new ones at each start.
 *
 * <p>Topics are not created by being used. Up in about a second, down in less than one.
 */
public final class EmbeddedBroker implements AutoCloseable {
    private static final int ATTEMPTS = 5;

    /*
     * Kafka ends the process when a node cannot go on: without a word where the controller's port is taken. Here that becomes an
     * exception in the thread at fault, and a note for the owner. The procedures are the process's, so with several brokers at
     * once none of them can tell whose end it was; each then reports it.
     */
    private static volatile @Nullable String exit;

    private final Path directory;
    private final boolean temporary;
    private final KraftNode node;
    private final String bootstrapServers;
    private boolean closed;

    private EmbeddedBroker(Path directory, boolean temporary, KraftNode node, int port) {
        this.directory = directory;
        this.temporary = temporary;
        this.node = node;
        this.bootstrapServers = "127.0.0.1:" + port;
    }

    /** Starts a broker in a temporary directory, which closing it deletes. */
    public static EmbeddedBroker start() {
        Path directory = Directories.temporary("broker");
        try {
            return start(directory.resolve("data"), directory, Ports::free);
        } catch (RuntimeException e) {
            deleteQuietly(directory, e);
            throw e;
        }
    }

    /**
     * Starts a broker whose data stay: in a new directory, or carrying on in one that an earlier broker left, however that one ended.
     *
     * @throws IllegalStateException if it does not come up; the message says why, in one line
     */
    public static EmbeddedBroker start(Path directory) {
        return start(directory, null, Ports::free);
    }

    /** Where clients find it, as {@code host:port}. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Where it keeps its data. */
    public Path directory() {
        return directory;
    }

    /** Why the broker gave up by itself, or {@code null} while it has not. */
    public @Nullable String failure() {
        return exit;
    }

    /** Stops the broker and waits for it; deletes the directory if it is a temporary one. Closing twice is harmless. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        node.stop();
        if (temporary) {
            try {
                Directories.delete(directory);
            } catch (IOException e) {
                throw new IllegalStateException("the broker's temporary directory stays behind: " + e, e);
            }
        }
    }

    static EmbeddedBroker start(Path data, @Nullable Path temporary, Ports.Source source) {
        Exit.setExitProcedure((status, message) -> ended("exit", status, message));
        Exit.setHaltProcedure((status, message) -> ended("halt", status, message));
        try {
            BrokerStorage.format(data);
        } catch (Exception e) {
            throw new IllegalStateException("no broker data can be made in " + data + ": " + e, e);
        }
        for (int attempt = 1; ; attempt++) {
            exit = null;
            KraftNode node = null;
            try {
                Ports ports = source.next();
                node = new KraftNode(BrokerStorage.settings(data, ports));
                node.start();
                return new EmbeddedBroker(
                        temporary == null ? data : temporary, temporary != null, node, ports.broker());
            } catch (RuntimeException | IOException e) {
                if (node != null) {
                    stopQuietly(node, e);
                }
                if (attempt == ATTEMPTS || !isPortTaken(e)) {
                    throw new IllegalStateException("the broker did not start in " + data + ": " + rootMessage(e), e);
                }
            }
        }
    }

    private static boolean isPortTaken(Throwable failure) {
        // The broker's port: an exception with its cause. The controller's: an end of the process, reason lost.
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof BindException) {
                return true;
            }
        }
        return exit != null;
    }

    private static void ended(String how, int status, @Nullable String message) {
        String what = "the broker gave up (" + how + " " + status + (message == null ? "" : ", " + message) + ")";
        exit = what;
        throw new IllegalStateException(what);
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.toString() : root.getMessage();
    }

    private static void stopQuietly(KraftNode node, Exception failure) {
        try {
            node.stop();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private static void deleteQuietly(Path directory, RuntimeException failure) {
        try {
            Directories.delete(directory);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }
}
