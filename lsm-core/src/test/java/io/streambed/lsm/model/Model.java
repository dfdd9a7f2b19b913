package io.streambed.lsm.model;

import io.streambed.lsm.testing.ByteMaps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;

/** What a tree should hold: now, and after it was closed and opened again. */
final class Model {
    /** A write since the last commit, and what it replaced; {@code null} for nothing. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Undo(byte[] key, byte[] before) {}

    private final boolean commitEveryWrite;
    private final NavigableMap<byte[], byte[]> now = ByteMaps.create();
    private final List<Undo> uncommitted = new ArrayList<>();
    private byte[] floor = new byte[0];
    private byte[] metadata;

    Model(boolean commitEveryWrite) {
        this.commitEveryWrite = commitEveryWrite;
    }

    NavigableMap<byte[], byte[]> now() {
        return now;
    }

    /** Metadata of the last commit; null if there was none. */
    byte[] metadata() {
        return metadata;
    }

    /** The state at the last commit. */
    NavigableMap<byte[], byte[]> committed() {
        NavigableMap<byte[], byte[]> state = ByteMaps.copy(now);
        for (int i = uncommitted.size() - 1; i >= 0; i--) {
            apply(state, uncommitted.get(i).key, uncommitted.get(i).before);
        }
        return state;
    }

    /** What is below {@code key} is gone, and what is written there from now on does not arrive. No reopening brings it back. */
    void dropBelow(byte[] key) {
        if (Arrays.compareUnsigned(floor, key) < 0) {
            floor = key;
            now.headMap(key).clear();
        }
    }

    /** What is below is gone; empty if nothing is. */
    byte[] droppedBelow() {
        return floor;
    }

    /** A put, or a delete if {@code value} is null. */
    void write(byte[] key, byte[] value) {
        byte[] before = apply(now, key, value);
        if (!commitEveryWrite) {
            uncommitted.add(new Undo(key, before));
        }
    }

    void commit(byte[] newMetadata) {
        uncommitted.clear();
        metadata = newMetadata;
    }

    /** What is not committed is gone. */
    void reopen() {
        for (int i = uncommitted.size() - 1; i >= 0; i--) {
            apply(now, uncommitted.get(i).key, uncommitted.get(i).before);
        }
        uncommitted.clear();
    }

    boolean hasMetadata(byte[] found) {
        return Arrays.equals(metadata, found);
    }

    private byte[] apply(NavigableMap<byte[], byte[]> map, byte[] key, byte[] value) {
        if (Arrays.compareUnsigned(key, floor) < 0) {
            return null;
        }
        return value == null ? map.remove(key) : map.put(key, value);
    }
}
