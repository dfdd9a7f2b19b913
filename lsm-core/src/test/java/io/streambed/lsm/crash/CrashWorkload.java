package io.streambed.lsm.crash;

import io.streambed.lsm.Durability;
import io.streambed.lsm.LsmOptions;
import io.streambed.lsm.LsmRuntime;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.Snapshot;
import io.streambed.lsm.WriteBatch;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.testing.ByteMaps;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;

/**
 * Writes to a tree at random, everything in one thread, and knows at any moment to which commits a crash may fall back: from {@link
 * #leastAfterKill} or {@link #leastAfterPowerLoss} on, up to the last one of the history.
 */
final class CrashWorkload {
    private static final int KEYS = 24;

    private final SplittableRandom random;
    private final LsmOptions options;
    private final CommitHistory history;
    private final NavigableMap<byte[], byte[]> current;

    private int acknowledged;

    /** What a loss of power leaves at the least. */
    private int durable;

    private boolean written;
    private boolean valuesAreLarge;

    /** What was done so far, for a message. */
    private final StringBuilder trace = new StringBuilder();

    /**
     * Continues from commit {@code number} of {@code history}.
     *
     * @param durable the commit that a loss of power would leave at the least
     */
    CrashWorkload(LsmOptions options, long seed, CommitHistory history, int number, int durable) {
        this.options = options;
        this.random = new SplittableRandom(seed);
        this.history = history;
        this.current = ByteMaps.copy(history.state(number));
        this.acknowledged = number;
        this.durable = durable;
    }

    /** Values of several sectors, so that a few of them fill a memtable of the smallest size. */
    CrashWorkload withLargeValues() {
        valuesAreLarge = true;
        return this;
    }

    CommitHistory history() {
        return history;
    }

    /** What was done so far. */
    String trace() {
        return trace.toString();
    }

    /** The oldest commit that the death of the process may leave. */
    int leastAfterKill() {
        return options.durability() == Durability.NONE ? durable : acknowledged;
    }

    /** The oldest commit that a loss of power may leave. */
    int leastAfterPowerLoss() {
        return durable;
    }

    /** Opens the tree, does so many operations, and closes it. */
    void run(FileSystem files, int operations) {
        run(files, done -> done < operations);
    }

    /**
     * Opens the tree, does operations, and closes it.
     *
     * @param goesOn asked before each operation, with the number of those done
     */
    void run(FileSystem files, IntPredicate goesOn) {
        try (LsmRuntime runtime = runtime()) {
            LsmTree tree = open(runtime, files);
            Snapshot held = null;
            for (int done = 0; goesOn.test(done); done++) {
                int choice = random.nextInt(100);
                if (choice < 45) {
                    put(tree);
                } else if (choice < 55) {
                    delete(tree);
                } else if (choice < 65) {
                    batch(tree);
                } else if (choice < 80) {
                    commit(tree);
                } else if (choice < 88) {
                    trace.append(" flush");
                    tree.flush();
                    durable = acknowledged;
                } else if (choice < 92) {
                    trace.append(" compact");
                    tree.compact();
                    durable = acknowledged;
                } else if (choice < 96) {
                    if (held != null) {
                        held.close();
                    }
                    trace.append(" snapshot");
                    held = tree.snapshot();
                } else {
                    close(tree);
                    held = null;
                    tree = open(runtime, files);
                }
            }
            close(tree);
        }
    }

    static LsmRuntime runtime() {
        return LsmRuntime.builder().executor(Runnable::run).memoryBytes(1 << 20).build();
    }

    private LsmTree open(LsmRuntime runtime, FileSystem files) {
        trace.append(" open");
        LsmTree tree = runtime.open(files, options);
        written = false;
        if (options.durability() == Durability.POWER) {
            // Recovery flushes what it replayed: it might never have been synced.
            durable = acknowledged;
        }
        return tree;
    }

    /** A commit has returned; a write that is none has number 0. */
    private void acknowledge(int number) {
        written = true;
        acknowledged = Math.max(acknowledged, number);
        if (options.durability() == Durability.POWER) {
            durable = acknowledged;
        }
    }

    private void close(LsmTree tree) {
        trace.append(" close");
        tree.close();
        if (options.durability() == Durability.NONE && written) {
            durable = acknowledged;
        }
        // What was not committed is void from here on.
        current.clear();
        current.putAll(history.state(acknowledged));
    }

    private void put(LsmTree tree) {
        byte[] key = key();
        byte[] value = value();
        current.put(key, value);
        int number = attemptIfEveryWriteCommits();
        trace.append(" put-").append(ByteMaps.text(key));
        tree.put(key, value);
        acknowledge(number);
    }

    private void delete(LsmTree tree) {
        byte[] key = key();
        current.remove(key);
        int number = attemptIfEveryWriteCommits();
        trace.append(" delete-").append(ByteMaps.text(key));
        tree.delete(key);
        acknowledge(number);
    }

    private void batch(LsmTree tree) {
        WriteBatch batch = new WriteBatch();
        for (int i = random.nextInt(1, 6); i > 0; i--) {
            byte[] key = key();
            if (random.nextInt(4) == 0) {
                current.remove(key);
                batch.delete(key);
            } else {
                byte[] value = value();
                current.put(key, value);
                batch.put(key, value);
            }
        }
        int number = attemptIfEveryWriteCommits();
        trace.append(" batch-").append(batch.count());
        tree.write(batch);
        acknowledge(number);
    }

    private void commit(LsmTree tree) {
        if (!options.commitEveryWrite()) {
            int number = history.attempt(current);
            trace.append(" commit-").append(number);
            tree.commit(CommitHistory.metadata(number));
            acknowledge(number);
        }
    }

    private int attemptIfEveryWriteCommits() {
        return options.commitEveryWrite() ? history.attempt(current) : 0;
    }

    private byte[] key() {
        return ByteMaps.bytes("key" + random.nextInt(KEYS));
    }

    private byte[] value() {
        // Mostly within a sector, sometimes over several, so that a cut can tear a record.
        if (valuesAreLarge && random.nextInt(3) > 0) {
            byte[] large = new byte[random.nextInt(12_000)];
            random.nextBytes(large);
            return large;
        }
        byte[] value = new byte[random.nextInt(20) == 0 ? random.nextInt(3000) : random.nextInt(40)];
        random.nextBytes(value);
        return value;
    }
}
