package io.streambed.lsm.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.lsm.Direction;
import io.streambed.lsm.KeyRange;
import io.streambed.lsm.LsmIterator;
import io.streambed.lsm.LsmRuntime;
import io.streambed.lsm.LsmTree;
import io.streambed.lsm.Snapshot;
import io.streambed.lsm.WriteBatch;
import io.streambed.lsm.fs.MemoryFileSystem;
import io.streambed.lsm.testing.ByteMaps;
import io.streambed.lsm.testing.KeyPool;
import io.streambed.lsm.testing.LastOperations;
import io.streambed.lsm.testing.TreeFilesCheck;
import io.streambed.lsm.testing.TreeReads;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;

/** One sequence of random operations on a tree and on a {@link Model} of it. */
final class ModelRun {
    private static final int MOST_OPEN = 4;

    private record Held(Snapshot snapshot, NavigableMap<byte[], byte[]> expected) {}

    private final Setting setting;
    private final Random random;
    private final KeyPool keys;
    private final Model model;
    private final MemoryFileSystem files = new MemoryFileSystem();
    private final LastOperations log = new LastOperations();
    private final List<Held> snapshots = new ArrayList<>();
    private final List<Walk> walks = new ArrayList<>();
    private LsmRuntime runtime;
    private LsmTree tree;
    private long operations;
    private long written;

    ModelRun(Setting setting, Random random) {
        this.setting = setting;
        this.random = random;
        this.keys = new KeyPool(setting.shape(), setting.keys(), random);
        this.model = new Model(setting.options().commitEveryWrite());
    }

    /** Does {@code amount} operations. */
    void run(long amount) throws IOException {
        try {
            open();
            while (operations < amount) {
                step();
            }
            checkAll();
            close();
            TreeFilesCheck.checkClosed(files);
        } catch (IOException | RuntimeException | AssertionError e) {
            throw new AssertionError(e.getMessage() + "\nafter" + log, e);
        }
    }

    private void step() throws IOException {
        int dice = random.nextInt(10_000);
        if (dice < 3_400) {
            put();
        } else if (dice < 4_600) {
            delete();
        } else if (dice < 4_900) {
            batch();
        } else if (dice < 8_400) {
            get();
        } else if (dice < 8_500) {
            walk();
        } else if (dice < 9_500) {
            moveWalk();
        } else if (dice < 9_880) {
            getAtSnapshot();
        } else if (dice < 9_950) {
            commit();
        } else {
            rare();
        }
        operations++;
    }

    private void rare() throws IOException {
        switch (random.nextInt(26)) {
            case 0, 1, 2, 3, 4, 5 -> snapshot();
            case 6, 7, 8, 9 -> closeSnapshot();
            case 10, 11, 12, 13 -> walkAtSnapshot();
            case 14, 15, 16, 17 -> flush();
            case 18 -> compact();
            case 19, 20 -> reopen();
            case 21 -> checkAll();
            case 22 -> largeValue();
            case 23 -> largeBatch();
            case 24 -> dropBelow();
            default -> emptyWrites();
        }
    }

    // ---- Writes

    private byte[] value(int largest) {
        byte[] value = new byte[random.nextInt(largest + 1)];
        if (value.length >= Long.BYTES) {
            // Half of it repeats, so that compression has something to do.
            random.nextBytes(value);
            System.arraycopy(value, 0, value, value.length / 2, value.length / 2);
        } else {
            Arrays.fill(value, (byte) written);
        }
        written++;
        return value;
    }

    private void put() {
        put(keys.any(random), value(setting.largestValue()));
    }

    private void largeValue() {
        put(keys.any(random), value(300_000));
    }

    private void put(byte[] key, byte[] value) {
        log.add(() -> "put " + ByteMaps.show(key) + " " + ByteMaps.show(value));
        tree.put(key, value);
        model.write(key, value);
    }

    private void delete() {
        byte[] key = keys.any(random);
        log.add(() -> "delete " + ByteMaps.show(key));
        tree.delete(key);
        model.write(key, null);
    }

    private void batch() {
        write(1 + random.nextInt(12));
    }

    private void largeBatch() {
        write(2_000);
    }

    private void write(int count) {
        log.add(() -> "batch of " + count);
        WriteBatch batch = new WriteBatch();
        for (int i = 0; i < count; i++) {
            byte[] key = keys.any(random);
            byte[] value = random.nextInt(4) == 0 ? null : value(setting.largestValue());
            if (value == null) {
                batch.delete(key);
            } else {
                batch.put(key, value);
            }
            model.write(key, value);
        }
        tree.write(batch);
        operations += count - 1;
    }

    private void emptyWrites() {
        log.add(() -> "empty batch, empty value");
        tree.write(new WriteBatch());
        put(keys.any(random), new byte[0]);
    }

    private void commit() {
        byte[] metadata = random.nextInt(5) == 0 ? model.metadata() : value(40);
        if (metadata == null) {
            metadata = new byte[0];
        }
        byte[] given = metadata;
        log.add(() -> "commit " + ByteMaps.show(given));
        tree.commit(given);
        model.commit(given);
    }

    private void dropBelow() {
        byte[] key = keys.any(random);
        // Low ones, so that a floor that only rises leaves something to the rest of the run.
        for (int i = 0; i < 20; i++) {
            byte[] other = keys.any(random);
            key = Arrays.compareUnsigned(other, key) < 0 ? other : key;
        }
        byte[] floor = key;
        log.add(() -> "drop below " + ByteMaps.show(floor));
        tree.dropBelow(floor);
        model.dropBelow(floor);
        assertArrayEquals(model.droppedBelow(), tree.droppedBelow());
        snapshots.forEach(held -> held.expected().headMap(floor).clear());
    }

    private void flush() {
        log.add(() -> "flush");
        tree.flush();
    }

    private void compact() {
        log.add(() -> "compact");
        tree.compact();
    }

    // ---- Reads

    private void get() {
        byte[] key = keys.any(random);
        if (random.nextInt(8) == 0) {
            key = Arrays.copyOf(key, Math.max(0, key.length - 1 + random.nextInt(3)));
        }
        byte[] asked = key;
        log.add(() -> "get " + ByteMaps.show(asked));
        TreeReads.checkGet(asked, model.now().get(asked), tree.get(asked));
    }

    private void walk() {
        KeyRange range = keys.anyRange(random);
        Direction direction = random.nextBoolean() ? Direction.FORWARD : Direction.REVERSE;
        log.add(() -> "iterator " + show(range) + " " + direction);
        keep(new Walk(tree.iterator(range, direction), ByteMaps.part(model.now(), range, direction)));
    }

    private void keep(Walk walk) {
        walks.add(walk);
        if (walks.size() > MOST_OPEN) {
            walks.remove(random.nextInt(walks.size())).close();
        }
    }

    private void moveWalk() {
        if (walks.isEmpty()) {
            get();
            return;
        }
        int index = random.nextInt(walks.size());
        log.add(() -> "move iterator " + index);
        if (walks.get(index).move(1 + random.nextInt(30))) {
            walks.remove(index).close();
        }
    }

    private void snapshot() {
        if (snapshots.size() >= MOST_OPEN) {
            closeSnapshot();
        }
        boolean committed = random.nextInt(3) == 0;
        log.add(() -> committed ? "committed snapshot" : "snapshot");
        snapshots.add(
                committed
                        ? new Held(tree.committedSnapshot(), model.committed())
                        : new Held(tree.snapshot(), ByteMaps.copy(model.now())));
    }

    private void closeSnapshot() {
        if (!snapshots.isEmpty()) {
            int index = random.nextInt(snapshots.size());
            log.add(() -> "close snapshot " + index);
            snapshots.remove(index).snapshot().close();
        }
    }

    private void getAtSnapshot() {
        if (snapshots.isEmpty()) {
            get();
            return;
        }
        Held held = snapshots.get(random.nextInt(snapshots.size()));
        byte[] key = keys.any(random);
        log.add(() ->
                "get " + ByteMaps.show(key) + " at snapshot " + held.snapshot().seqNo());
        TreeReads.checkGet(key, held.expected().get(key), tree.get(key, held.snapshot()));
    }

    private void walkAtSnapshot() {
        if (!snapshots.isEmpty()) {
            Held held = snapshots.get(random.nextInt(snapshots.size()));
            KeyRange range = keys.anyRange(random);
            Direction direction = random.nextBoolean() ? Direction.FORWARD : Direction.REVERSE;
            log.add(() -> "iterator " + show(range) + " " + direction + " at snapshot "
                    + held.snapshot().seqNo());
            LsmIterator iterator = tree.iterator(range, direction, held.snapshot());
            keep(new Walk(iterator, ByteMaps.part(held.expected(), range, direction)));
        }
    }

    private void checkAll() {
        log.add(() -> "check all");
        TreeReads.check(tree, model.now());
        assertTrue(model.hasMetadata(tree.committedMetadata()), "metadata of the last commit");
    }

    // ---- Opening and closing

    private void open() {
        runtime = setting.runtime(random);
        tree = runtime.open(files, setting.options());
        assertTrue(model.hasMetadata(tree.committedMetadata()), "metadata found by recovery");
    }

    private void reopen() throws IOException {
        log.add(() -> "reopen");
        close();
        if (random.nextInt(4) == 0) {
            TreeFilesCheck.checkClosed(files);
        }
        model.reopen();
        open();
        assertArrayEquals(model.droppedBelow(), tree.droppedBelow());
        if (random.nextInt(4) == 0) {
            checkAll();
        }
    }

    private void close() {
        walks.forEach(Walk::close);
        walks.clear();
        snapshots.forEach(held -> held.snapshot().close());
        snapshots.clear();
        tree.close();
        runtime.close();
    }

    private static String show(KeyRange range) {
        return "[" + ByteMaps.show(range.from()) + ", " + ByteMaps.show(range.to()) + ")";
    }
}
