package io.streambed.kafka.internal.engine;

import io.streambed.lsm.LsmOptions;
import io.streambed.lsm.LsmRuntime;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.RuntimeMetrics;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine's runtime (block cache, open tables, background threads), one for the process: made with the first store opened and
 * closed with the last.
 *
 * <p>Streams makes stores by reflection, task by task and thread by thread, so nobody could hand the runtime to them; and a bound
 * on memory is worth something only if it holds for the process. Hence the one static field of this module. A second application
 * in the process that wants other settings gets the first one's, with one warning: making memory appear twice would break the
 * bound that the first one relies on.
 *
 * <p>Safe for use by several threads.
 */
final class SharedRuntime {
    private static final Logger LOG = LoggerFactory.getLogger(SharedRuntime.class);

    private static final SharedRuntime PROCESS = new SharedRuntime();

    // All under this object's lock. Invariant: there is a runtime exactly while there are users.
    private @Nullable LsmRuntime runtime;
    private @Nullable RuntimeSettings settings;
    private int users;
    private final Set<RuntimeSettings> refused = new HashSet<>();

    /** Stores and producers of a thread find each other here: Streams makes both by itself, and hands neither to the other. */
    private final ThreadTransactions transactions = new ThreadTransactions();

    /** The one of this process. */
    static SharedRuntime process() {
        return PROCESS;
    }

    /** The transactions of the process's stream threads. */
    ThreadTransactions transactions() {
        return transactions;
    }

    /** A share in the runtime, which is made if there is none. To be closed. */
    synchronized Share join(RuntimeSettings wanted) {
        LsmRuntime shared = runtime;
        if (shared == null) {
            shared = wanted.toBuilder().eventListener(new EventLog()).build();
            runtime = shared;
            settings = wanted;
        } else if (!wanted.equals(settings) && refused.add(wanted)) {
            LOG.warn(
                    "The stores of this process share one runtime, and the first one opened has set it up: {} holds, {} is"
                            + " not followed. Give all applications of a process the same values.",
                    settings,
                    wanted);
        }
        users++;
        return new Share(shared);
    }

    /** Stores that are open. */
    synchronized int users() {
        return users;
    }

    private synchronized void leave() {
        assert users > 0;
        LsmRuntime shared = runtime;
        if (--users == 0 && shared != null) {
            runtime = null;
            settings = null;
            refused.clear();
            shared.close();
        }
    }

    /** One store's share. Used by one thread at a time. */
    final class Share implements AutoCloseable {
        private final LsmRuntime shared;
        private boolean left;

        private Share(LsmRuntime shared) {
            this.shared = shared;
        }

        LsmTree open(Path directory, LsmOptions options) {
            return shared.open(directory, options);
        }

        /** How memory and files of the process are divided now. */
        RuntimeMetrics metrics() {
            return shared.metrics();
        }

        /** Gives the share back; the last one closes the runtime. Its trees must be closed before. Closing twice is harmless. */
        @Override
        public void close() {
            if (!left) {
                left = true;
                leave();
            }
        }
    }
}
