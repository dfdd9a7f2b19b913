package io.streambed.lsm.fs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The content of a file in a {@link MemoryFileSystem}: bytes that are synced, then writes that are not, each known by where
 * it ended. Bytes once appended never change, so images of a file share its array as far as their own length. Behind them may be
 * the rest of what the file held before it was written over.
 */
final class MemoryFile {
    private static final int SECTOR = 512;

    private byte[] bytes;
    private int length;
    private int synced;
    private final List<Integer> unsyncedEnds;

    /** What the file held before it was written over: an array that never changes. */
    private byte[] old = {};

    private boolean isCut;

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

    /** Number of bytes written. */
    synchronized int length() {
        return length;
    }

    /** Where the file ends for a reader. */
    synchronized int end() {
        return isCut ? length : Math.max(length, old.length);
    }

    /** From here on the file is written over what it holds. */
    synchronized void writeOver() {
        old = content();
        isCut = false;
        bytes = new byte[0];
        length = 0;
        synced = 0;
        unsyncedEnds.clear();
    }

    synchronized void cutOff() {
        isCut = true;
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
        if (isCut) {
            old = new byte[0];
        }
    }

    /** Copies bytes out; false if the file ends before that. */
    synchronized boolean read(long position, byte[] to, int offset, int count) {
        if (position < 0 || position > end() - count) {
            return false;
        }
        int at = (int) position;
        int written = Math.min(count, Math.max(0, length - at));
        if (written > 0) {
            System.arraycopy(bytes, at, to, offset, written);
        }
        if (written < count) {
            System.arraycopy(old, at + written, to, offset + written, count - written);
        }
        return true;
    }

    synchronized byte[] content() {
        return isCut ? Arrays.copyOf(bytes, length) : over(bytes, length);
    }

    /** The same file in another process: nothing is lost, and what was not synced still is not. */
    synchronized MemoryFile afterKill() {
        MemoryFile image = new MemoryFile(bytes, length, synced, unsyncedEnds);
        image.old = old;
        image.isCut = isCut;
        return image;
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

    /** Of what was written, so much; and behind that what the file held before, unless it was cut off and that was synced. */
    private MemoryFile left(byte[] some, int count) {
        if (old.length <= count) {
            return new MemoryFile(some, count, count, List.of());
        }
        return of(over(some, count));
    }

    /** The first {@code count} of some bytes over what the file held before. */
    private byte[] over(byte[] some, int count) {
        byte[] result = Arrays.copyOf(old, Math.max(count, old.length));
        System.arraycopy(some, 0, result, 0, count);
        return result;
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
        // A sector that was not written still has what was there before, or zeros.
        byte[] some = Arrays.copyOf(over(bytes, synced), length);
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
