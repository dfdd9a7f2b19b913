package io.streambed.lsm.internal.memtable;

import java.util.Arrays;

/**
 * Bytes in a few large arrays ("slabs"), handed out once and never given back: they go when the arena goes. No object for each
 * entry, so nothing for the collector to follow.
 *
 * <p>A reference is an {@code int}: which slab, and where in it. 0 is "none".
 *
 * <pre>
 *  31            17 16                 0
 *  |  slab, from 1 |  offset / 8       |
 * </pre>
 *
 * <p>One thread allocates; any thread resolves references that it got by an acquiring read.
 */
final class Arena {
    /** The reference to nothing. */
    static final int NONE = 0;

    /** Payload of a full slab: with the header of the array exactly 1 MiB, so a humongous region of G1 has no empty rest. */
    static final int SLAB_BYTES = (1 << 20) - 16;

    /** Payload of the first slab; each further one is about twice as large, up to {@link #SLAB_BYTES}. */
    static final int FIRST_SLAB_BYTES = (16 << 10) - 16;

    /** More than this in one piece gets an array of its own, so that at most an eighth of a full slab stays unused. */
    static final int LARGEST_SHARED_BYTES = 128 << 10;

    private static final int OFFSET_BITS = 17;
    private static final int OFFSET_MASK = (1 << OFFSET_BITS) - 1;
    private static final int MAX_SLABS = 1 << (32 - OFFSET_BITS);

    // Invariant: an element, once set, stays; so a table that a reader loaded may lack newer slabs but never shows a
    // wrong one. Whoever holds a reference got it by an acquiring read of something that was released after the slab
    // stood in the table, and the volatile read of the table comes after that: the slab is there.
    private volatile byte[][] slabs = new byte[0][];
    private volatile long bytes;

    // The writer's own.
    private int slabCount = 1; // Slab 0 does not exist, which makes every reference differ from NONE.
    private int openSlab;
    private int next;
    private int end;
    private int nextSlabBytes = FIRST_SLAB_BYTES;

    /** Bytes of all slabs, with what is still free in them. Any thread. */
    long bytes() {
        return bytes;
    }

    /** By how much {@link #bytes()} grows when {@code size} bytes are allocated next. */
    long growth(int size) {
        int aligned = align(size);
        if (aligned <= end - next) {
            return 0;
        }
        return aligned > LARGEST_SHARED_BYTES ? aligned : slabBytesFor(aligned);
    }

    /** Takes {@code size} bytes, aligned to 8 and zero. */
    int allocate(int size) {
        int aligned = align(size);
        if (aligned > end - next) {
            if (aligned > LARGEST_SHARED_BYTES) {
                return addSlab(new byte[aligned]) << OFFSET_BITS;
            }
            byte[] slab = new byte[slabBytesFor(aligned)];
            openSlab = addSlab(slab);
            next = 0;
            end = slab.length;
            nextSlabBytes = Math.min(SLAB_BYTES, (slab.length + 16) * 2 - 16);
        }
        assert (next & 7) == 0 : next;
        int reference = openSlab << OFFSET_BITS | next >>> 3;
        next += aligned;
        return reference;
    }

    /** The array that {@code reference} points into. */
    byte[] slab(int reference) {
        return slabs[reference >>> OFFSET_BITS];
    }

    /** Where in {@link #slab} it points. */
    static int offset(int reference) {
        return (reference & OFFSET_MASK) << 3;
    }

    /** The reference {@code distance} bytes, a multiple of 8, behind {@code reference} in the same slab. */
    static int behind(int reference, int distance) {
        assert (distance & 7) == 0 && offset(reference) + distance <= SLAB_BYTES : distance;
        return reference + (distance >>> 3);
    }

    /** {@code size} rounded up to the alignment. */
    static int align(int size) {
        return (size + 7) & -8;
    }

    private int slabBytesFor(int aligned) {
        int size = nextSlabBytes;
        while (size < aligned) {
            size = (size + 16) * 2 - 16;
        }
        return size;
    }

    private int addSlab(byte[] slab) {
        byte[][] table = slabs;
        if (slabCount >= table.length) {
            if (slabCount == MAX_SLABS) {
                throw new IllegalStateException(
                        "a memtable cannot hold more than " + (MAX_SLABS - 1) + " slabs; it has " + bytes + " bytes");
            }
            table = Arrays.copyOf(table, Math.max(8, slabCount * 2));
            table[slabCount] = slab;
            slabs = table;
        } else {
            table[slabCount] = slab;
        }
        long before = bytes;
        bytes = before + slab.length;
        return slabCount++;
    }
}
