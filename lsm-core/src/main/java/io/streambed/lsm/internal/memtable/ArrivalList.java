package io.streambed.lsm.internal.memtable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/** The nodes in the order in which they came. Single writer; any thread reads what {@link #size()} covers. */
final class ArrivalList {
    private static final int CHUNK_BITS = 10;
    private static final int CHUNK_NODES = 1 << CHUNK_BITS;

    private static final VarHandle SIZE;

    static {
        try {
            SIZE = MethodHandles.lookup().findVarHandle(ArrivalList.class, "size", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // Invariant: the first size elements never change, and size is released after the element, and the chunk that
    // holds it, were set. A table loaded after size was acquired has all those chunks.
    private volatile int[][] chunks = new int[0][];
    private int size;

    /** How many there are. */
    int size() {
        return (int) SIZE.getAcquire(this);
    }

    /** Bytes of the list. Any thread. */
    long bytes() {
        return (long) ((size() + CHUNK_NODES - 1) >>> CHUNK_BITS) * (CHUNK_NODES * Integer.BYTES + 16);
    }

    /** Makes sure that the next {@link #add} needs no memory. */
    void reserve() {
        int chunk = size >>> CHUNK_BITS;
        int[][] table = chunks;
        if (chunk == table.length) {
            table = Arrays.copyOf(table, Math.max(4, chunk * 2));
            table[chunk] = new int[CHUNK_NODES];
            chunks = table;
        } else if (table[chunk] == null) {
            table[chunk] = new int[CHUNK_NODES];
        }
    }

    /** Adds a node that is written in full. {@link #reserve} comes first. */
    void add(int node) {
        int at = size;
        chunks[at >>> CHUNK_BITS][at & CHUNK_NODES - 1] = node;
        SIZE.setRelease(this, at + 1);
    }

    /** The node that came as number {@code at}, less than {@link #size()}. */
    int get(int at) {
        return chunks[at >>> CHUNK_BITS][at & CHUNK_NODES - 1];
    }

    /** Copies the nodes from {@code from} up to {@code to}, which is at most {@link #size()}. */
    int[] copy(int from, int to) {
        int[] nodes = new int[to - from];
        int[][] table = chunks;
        for (int at = from; at < to; ) {
            int inChunk = at & CHUNK_NODES - 1;
            int count = Math.min(to - at, CHUNK_NODES - inChunk);
            System.arraycopy(table[at >>> CHUNK_BITS], inChunk, nodes, at - from, count);
            at += count;
        }
        return nodes;
    }
}
