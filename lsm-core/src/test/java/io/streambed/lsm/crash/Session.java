package io.streambed.lsm.crash;

import static io.streambed.lsm.testing.ByteMaps.bytes;

import io.streambed.lsm.Direction;
import io.streambed.lsm.Durability;
import io.streambed.lsm.LsmOptions;
import io.streambed.lsm.LsmRuntime;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.WriteBatch;
import io.streambed.lsm.fs.FileSystem;
import io.streambed.lsm.testing.ByteMaps;
import io.streambed.lsm.testing.LastOperations;
import io.streambed.lsm.testing.TreeReads;
import java.util.NavigableMap;
import java.util.Random;

/**
 * Works on a tree at random, and writes down in a {@link History} what the engine has promised at each moment. Everything runs in
 * the caller's thread, so that a seed repeats a run to the last file-system operation.
 */
final class Session {
    /** Deferred flushes must not fill all write buffers, or the only thread there is would wait for itself. */
    private static final int MOST_DEFERRED_BYTES = 400_000;

    private final FileSystem files;
    private final LsmOptions options;
    private final Random random;
    private final History history;
    private final LastOperations log;
    private final DeferringExecutor executor = new DeferringExecutor();
    private final LsmRuntime runtime;
    private NavigableMap<byte[], byte[]> now = ByteMaps.create();
    private LsmTree tree;
    private boolean inUse;
    private boolean acknowledgedSinceOpen;
    private int deferredBytes;
    private int largestValue = 30;
    private int largestMetadata = 10;

    Session(FileSystem files, LsmOptions options, History history, Random random, LastOperations log) {
        this.files = files;
        this.options = options;
        this.history = history;
        this.random = random;
        this.log = log;
        this.runtime = LsmRuntime.builder()
                .executor(executor)
                .blockCache(false)
                .openTables(16)
                .build();
    }

    /** Values up to this size now and then, so that memtables fill and logs rotate by themselves. */
    Session largestValue(int bytes) {
        largestValue = bytes;
        return this;
    }

    /** Metadata up to this size now and then; beyond 1 MiB each change of the tree begins a new manifest. */
    Session largestMetadata(int bytes) {
        largestMetadata = bytes;
        return this;
    }

    LsmTree tree() {
        return tree;
    }

    /** What the tree should hold now. */
    NavigableMap<byte[], byte[]> now() {
        return now;
    }

    /** The last operation failed and changed nothing that is visible: the tree should hold {@code before} still. */
    void hasFailed(NavigableMap<byte[], byte[]> before) {
        now = ByteMaps.copy(before);
    }

    History history() {
        return history;
    }

    /**
     * Opens the tree; what is found must be one of the states that the history allows.
     *
     * @param everythingIsSynced whether nothing in the directory can be lost any more
     */
    void open(boolean everythingIsSynced) {
        log.add(() -> "open");
        tree = runtime.open(files, options);
        History.State found = new History.State(TreeReads.scan(tree, Direction.FORWARD), tree.committedMetadata());
        // With power durability, whatever recovery has shown to anybody it must keep.
        history.recovered(found, everythingIsSynced || options.durability() == Durability.POWER);
        now = ByteMaps.copy(found.map());
        check();
        inUse = true;
        acknowledgedSinceOpen = false;
    }

    /** Fails unless the tree holds what it should, whichever way it is read. */
    void check() {
        TreeReads.check(tree, now);
    }

    /** Ends in good order. */
    void close() {
        log.add(() -> "close");
        closeTree();
        runtime.close();
    }

    private void closeTree() {
        executor.catchUp();
        boolean wasInUse = inUse;
        inUse = false;
        if (tree != null) {
            tree.close();
        }
        if (wasInUse && acknowledgedSinceOpen && options.durability() == Durability.NONE) {
            // Without a commit since opening, closing writes nothing: what was read is as safe as it was before.
            history.survivesPowerLoss();
        }
    }

    /** Whether the tree is open and known to be right; not so after closing, opening or the reads after it have failed. */
    boolean isInUse() {
        return inUse;
    }

    /** One random operation. */
    void step() {
        int dice = random.nextInt(100);
        if (dice < 35) {
            put();
        } else if (dice < 50) {
            delete();
        } else if (dice < 60) {
            batch();
        } else if (dice < 78) {
            commit();
        } else if (dice < 88) {
            flush();
        } else if (dice < 92) {
            compact();
        } else if (dice < 96) {
            reopen();
        } else {
            log.add(() -> "defer");
            executor.defer();
        }
    }

    // ---- Operations

    private byte[] key() {
        return bytes("k" + random.nextInt(12));
    }

    private byte[] value() {
        int size = random.nextInt(4) == 0 ? largestValue : Math.min(largestValue, 30);
        byte[] value = new byte[random.nextInt(size + 1)];
        random.nextBytes(value);
        return value;
    }

    private void makeRoom(int bytes) {
        deferredBytes += bytes;
        if (deferredBytes > MOST_DEFERRED_BYTES) {
            deferredBytes = 0;
            executor.catchUp();
        }
    }

    /** Puts one of the keys. */
    void put() {
        byte[] key = key();
        byte[] value = value();
        log.add(() -> "put " + ByteMaps.show(key) + " " + ByteMaps.show(value));
        makeRoom(value.length);
        now.put(key, value);
        beginWrite();
        tree.put(key, value);
        endWrite();
    }

    private void delete() {
        byte[] key = key();
        log.add(() -> "delete " + ByteMaps.show(key));
        now.remove(key);
        beginWrite();
        tree.delete(key);
        endWrite();
    }

    private void batch() {
        WriteBatch batch = new WriteBatch();
        int count = 1 + random.nextInt(5);
        log.add(() -> "batch of " + count);
        for (int i = 0; i < count; i++) {
            byte[] key = key();
            if (random.nextInt(3) == 0) {
                batch.delete(key);
                now.remove(key);
            } else {
                byte[] value = value();
                batch.put(key, value);
                now.put(key, value);
            }
        }
        makeRoom(batch.bytes());
        beginWrite();
        tree.write(batch);
        endWrite();
    }

    private void beginWrite() {
        if (options.commitEveryWrite()) {
            begin(history.last().metadata());
        }
    }

    private void endWrite() {
        if (options.commitEveryWrite()) {
            acknowledged();
        }
    }

    private void begin(byte[] metadata) {
        history.begin(new History.State(ByteMaps.copy(now), metadata));
    }

    private void acknowledged() {
        acknowledgedSinceOpen = true;
        history.acknowledge();
        switch (options.durability()) {
            case NONE -> {}
            case PROCESS -> history.survivesKill();
            case POWER -> history.survivesPowerLoss();
        }
    }

    private void commit() {
        int size = random.nextInt(6) == 0 ? largestMetadata : 10;
        byte[] metadata = bytes("m" + random.nextInt(1_000_000) + "-".repeat(random.nextInt(size + 1)));
        log.add(() -> "commit " + ByteMaps.show(metadata));
        begin(metadata);
        tree.commit(metadata);
        acknowledged();
    }

    private void flush() {
        log.add(() -> "flush");
        executor.catchUp();
        tree.flush();
        history.survivesPowerLoss();
    }

    private void compact() {
        log.add(() -> "compact");
        executor.catchUp();
        tree.compact();
        history.survivesPowerLoss();
    }

    /** Closes and opens; what was committed last is found, in whatever way it was kept. */
    private void reopen() {
        log.add(() -> "close and open");
        closeTree();
        open(false);
    }
}
