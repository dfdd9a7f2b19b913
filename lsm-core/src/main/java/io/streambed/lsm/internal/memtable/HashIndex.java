package io.streambed.lsm.internal.memtable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * From the hash of a key to its node: open addressing with linear probing, in segments.
 *
 * <pre>
 *  slot       63         32 31          0
 *             |    tag     | node, or 0  |         tag: the upper 32 bits of the key's hash
 *
 *  tag        31 … top bits … | … low bits … 0
 *             which segment       where in it the search begins
 * </pre>
 *
 * <p>It grows without looking at any node. A small segment is replaced by one twice as large; a large one is split in two by
 * one more bit of the tag, so that no growth moves more than {@link #SEGMENT_SLOTS} slots, however many keys there are
 * (extendible hashing, Fagin et al. 1979). Single writer; readers take no lock.
 *
 * <p>One memtable has about as many keys as the one before. So it begins with as many segments as that came to need, and a segment that has
 * more than a few keys gets at once the size that is expected: to grow there step by step moves each slot twice. It begins small all the same,
 * for the memtable of a store that has become idle.
 */
final class HashIndex {
    /** Slots of a full segment: 256 KiB. Splitting one is the longest that a put ever waits here. */
    static final int SEGMENT_SLOTS = 1 << 15;

    private static final int FIRST_SLOTS = 1 << 8;

    /** A full segment of this size is replaced by one of the size that is expected, if that is larger. */
    private static final int SLOTS_BEFORE_EXPECTED = 1 << 11;

    /** Beyond this many top bits segments double instead, so that tags made to collide cannot blow up the directory. */
    private static final int MAX_DEPTH = 12;

    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);

    /** One empty slot and room for none: never written, so all indexes share it. */
    private static final long[] EMPTY = new long[1];

    // Invariant: a directory and which segments it names never change once the field shows it; a slot of a segment
    // goes from 0 to its value once. The slot is released after its node was written, and acquired before the node
    // is read: no reader sees half a node. A reader that holds an older directory, or a segment that was replaced
    // meanwhile, misses at most what was put after it loaded the directory, because replacing copies every slot
    // before the new directory is shown.
    private volatile long[][] directory;
    private volatile long bytes;

    /** The writer's account of each segment; like the directory, it has one element for each value of the top bits. */
    private Segment[] segments;

    /** Slots that a segment is expected to need. */
    private final int expectedSlots;

    private static final class Segment {
        final long[] slots;
        final int depth; // How many top bits of the tag all keys in here share.
        int used;

        Segment(long[] slots, int depth, int used) {
            this.slots = slots;
            this.depth = depth;
            this.used = used;
        }

        boolean isFull() {
            return used >= capacity(slots.length);
        }

        void add(long slot) {
            int mask = slots.length - 1;
            int i = (int) (slot >>> 32) & mask;
            while (slots[i] != 0) {
                i = (i + 1) & mask;
            }
            SLOT.setRelease(slots, i, slot);
            used++;
        }
    }

    /**
     * An empty index, which takes next to no memory.
     *
     * @param expectedKeys how many keys it will have, as far as anybody knows: any number from 0 on
     */
    HashIndex(int expectedKeys) {
        int depth = 0;
        while (depth < MAX_DEPTH && expectedKeys >>> depth > capacity(SEGMENT_SLOTS)) {
            depth++;
        }
        int slots = FIRST_SLOTS;
        while (slots < SEGMENT_SLOTS && expectedKeys >>> depth > capacity(slots)) {
            slots *= 2;
        }
        this.expectedSlots = slots;
        this.segments = new Segment[1 << depth];
        this.directory = new long[segments.length][];
        for (int i = 0; i < segments.length; i++) {
            segments[i] = new Segment(EMPTY, depth, 0);
            directory[i] = EMPTY;
        }
    }

    /** How many keys so many slots have room for: up to five eighths of them, searches stay short. */
    private static int capacity(int slots) {
        return (slots >>> 1) + (slots >>> 3);
    }

    /** Bytes of all segments that are in use. Any thread. */
    long bytes() {
        return bytes;
    }

    /** The node of a key, or {@link Arena#NONE}. Any thread. */
    int find(Arena arena, byte[] key, int offset, int length, long hash) {
        int tag = tag(hash);
        long[][] view = directory;
        long[] slots = view[index(tag, view.length)];
        int mask = slots.length - 1;
        for (int i = tag & mask; ; i = (i + 1) & mask) {
            long slot = (long) SLOT.getAcquire(slots, i);
            if (slot == 0) {
                return Arena.NONE;
            }
            if ((int) (slot >>> 32) == tag && Nodes.keyEquals(arena, (int) slot, key, offset, length)) {
                return (int) slot;
            }
        }
    }

    /** Makes sure that the next {@link #insert} with this hash needs no memory. */
    void reserve(long hash) {
        int tag = tag(hash);
        while (segments[index(tag, segments.length)].isFull()) {
            grow(index(tag, segments.length));
        }
    }

    /** Adds a node whose key is not in the index; readers can reach it from here on. {@link #reserve} comes first. */
    void insert(long hash, int node) {
        int tag = tag(hash);
        Segment segment = segments[index(tag, segments.length)];
        assert !segment.isFull() : "no room was reserved";
        segment.add((long) tag << 32 | (node & 0xffff_ffffL));
    }

    private static int tag(long hash) {
        return (int) (hash >>> 32);
    }

    /** The top bits of {@code tag}, as many as {@code size}, a power of two, has values. */
    private static int index(int tag, int size) {
        return (int) (((tag & 0xffff_ffffL) * size) >>> 32);
    }

    private void grow(int index) {
        Segment full = segments[index];
        if (full.slots.length < SEGMENT_SLOTS || full.depth == MAX_DEPTH) {
            Segment larger = new Segment(new long[slotsAfter(full.slots.length)], full.depth, 0);
            for (long slot : full.slots) {
                if (slot != 0) {
                    larger.add(slot);
                }
            }
            replace(index, full, larger, larger);
        } else {
            int bit = 63 - full.depth;
            Segment low = new Segment(new long[full.slots.length], full.depth + 1, 0);
            Segment high = new Segment(new long[full.slots.length], full.depth + 1, 0);
            for (long slot : full.slots) {
                if (slot != 0) {
                    ((slot >>> bit & 1) == 0 ? low : high).add(slot);
                }
            }
            replace(index, full, low, high);
        }
    }

    private int slotsAfter(int slots) {
        if (slots < FIRST_SLOTS) {
            return FIRST_SLOTS;
        }
        return slots == SLOTS_BEFORE_EXPECTED ? Math.max(2 * slots, expectedSlots) : 2 * slots;
    }

    /** Shows {@code low} and {@code high} where {@code old} was, in a directory twice as large if it must be. */
    private void replace(int index, Segment old, Segment low, Segment high) {
        int at = index;
        Segment[] next;
        if (low != high && segments.length == 1 << old.depth) {
            next = new Segment[segments.length * 2];
            for (int i = 0; i < next.length; i++) {
                next[i] = segments[i >>> 1];
            }
            at = index * 2;
        } else {
            next = segments.clone();
        }
        int span = next.length >>> old.depth;
        int first = at & -span;
        Arrays.fill(next, first, first + span, low);
        if (low != high) {
            Arrays.fill(next, first + span / 2, first + span, high);
        }
        long[][] shown = new long[next.length][];
        for (int i = 0; i < shown.length; i++) {
            shown[i] = next[i].slots;
        }
        segments = next;
        directory = shown;
        long added = (long) low.slots.length + (low == high ? 0 : high.slots.length) - old.slots.length;
        long before = bytes;
        bytes = before + added * Long.BYTES;
    }
}
