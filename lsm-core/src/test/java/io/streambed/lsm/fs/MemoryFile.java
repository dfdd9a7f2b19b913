package io.streambed.lsm.fs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The content of a file in a {@link MemoryFileSystem}: bytes that are synced, then writes that are not, each known by where
 * it ended. Bytes once appended never change, so images of a file share its array as far as their own length.
 */
final class MemoryFile {
    private static final int SECTOR = 512;

    private byte[] bytes;
    private int length;
    private int synced;
    private final List<Integer> unsyncedEnds;

    MemoryFile() {
        this(new byte[0], 0, 0, List.of());
    }

    private MemoryFile(byte[] bytes, int length, int synced, List<Integer> unsyncedEnds) {
        this.bytes = bytes;
        this.length = length;
        this.synced = synced;
        this.unsyncedEnds = new ArrayList<>(unsyncedEnds);
    }

    /** A file of these bytes, synced. */
    static MemoryFile of(byte[] content) {
        return new MemoryFile(content.clone(), content.length, content.length, List.of());
    }

    synchronized int length() {
        return length;
    }

    synchronized void append(byte[] from, int offset, int count) {
        if (bytes.length - length < count) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(length, count), length + (length >> 1)));
        }
        System.arraycopy(from, offset, bytes, length, count);
        length += count;
        unsyncedEnds.add(length);
    }

    synchronized void sync() {
        synced = length;
        unsyncedEnds.clear();
    }

    /** Copies bytes out; false if the file ends before that. */
    synchronized boolean read(long position, byte[] to, int offset, int count) {
        if (position < 0 || position > length - count) {
            return false;
        }
        System.arraycopy(bytes, (int) position, to, offset, count);
        return true;
    }

    synchronized byte[] content() {
        return Arrays.copyOf(bytes, length);
    }

    /** The same file in another process: nothing is lost, and what was not synced still is not. */
    synchronized MemoryFile afterKill() {
        return new MemoryFile(bytes, length, synced, unsyncedEnds);
    }

    /** What is left of the file when the power comes back. */
    synchronized MemoryFile afterCrash(CrashMode mode, RandomGenerator random) {
        return switch (mode) {
            case NONE, RENAME_KEPT_DATA_LOST -> left(bytes, synced);
            case ALL -> left(bytes, length);
            case RANDOM_PREFIX -> left(bytes, randomPrefix(random));
            case RANDOM_SECTORS -> randomSectors(random);
            case ZEROED -> left(Arrays.copyOf(Arrays.copyOf(bytes, synced), length), length);
        };
    }

    private static MemoryFile left(byte[] bytes, int length) {
        return new MemoryFile(bytes, length, length, List.of());
    }

    /** Some of the writes, and often a part of the next. */
    private int randomPrefix(RandomGenerator random) {
        int whole = random.nextInt(unsyncedEnds.size() + 1);
        int end = whole == 0 ? synced : unsyncedEnds.get(whole - 1);
        if (whole < unsyncedEnds.size() && random.nextBoolean()) {
            end += random.nextInt(unsyncedEnds.get(whole) - end + 1);
        }
        return end;
    }

    private MemoryFile randomSectors(RandomGenerator random) {
        byte[] some = Arrays.copyOf(Arrays.copyOf(bytes, synced), length);
        int lastKept = synced;
        for (int from = synced; from < length; ) {
            int to = Math.min(length, (from / SECTOR + 1) * SECTOR);
            if (random.nextBoolean()) {
                System.arraycopy(bytes, from, some, from, to - from);
                lastKept = to;
            }
            from = to;
        }
        return left(some, random.nextBoolean() ? lastKept : length);
    }
}
