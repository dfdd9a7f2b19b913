package io.streambed.lsm.internal.memtable;

import io.streambed.lsm.bytes.KeyHash;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * From what the keys of a group have in common to their nodes: a hash table of chains, by the arrivals' numbers. A group are keys of one
 * length that differ in their last bytes only, such as the windows of one record key.
 *
 * <pre>
 *  heads[tag &amp; mask]       arrival + 1, or 0                                  the newest of a chain
 *  links[3 * arrival]      63      32 31              0                       tag: the upper 32 bits of the hash of
 *                          |   tag   | arrival + 1, or 0 |  the one before    what the group has in common
 *  links[3 * arrival + 1]  window: the eight bytes of the key behind that
 *  links[3 * arrival + 2]  the greatest window of those before it in the chain; of none, the least number
 * </pre>
 *
 * <p>A chain also holds what has other tags but the same place, and for equal tags it was not looked whether the groups are equal: who asks
 * compares keys. So to link a node touches no other one, only the link before, and to walk a chain touches no node: each would be a cache
 * miss, and of the sessions of a key most have another time than is asked for. Times go on, as a rule, so the newest of a chain is what is
 * asked for, and behind it nothing is late enough: there the walk ends.
 *
 * <p>Made by those who ask, as the {@link SortedIndex} is, from what arrived since the last time: one of them at a time. The others do
 * not wait, but are told that they have to do without.
 */
final class GroupIndex {
    private static final int FIRST_NODES = 1 << 8;

    /** Words of a link. */
    private static final int LINK = 3;

    private static final VarHandle HEAD = MethodHandles.arrayElementVarHandle(int[].class);

    private final Arena arena;
    private final ArrivalList arrivals;
    private final int suffixBytes;
    private final AtomicBoolean busy = new AtomicBoolean();

    // Invariant: a chain is complete up to `covered`, which is raised after the chains' heads were released. A head
    // leads only to arrivals for which the links of the same tables have room, as both tables are replaced together.
    private volatile Tables tables = new Tables(FIRST_NODES);
    private volatile int covered;

    private static final class Tables {
        final int[] heads;
        final long[] links;

        /** For so many nodes, a power of two. */
        Tables(int nodes) {
            heads = new int[nodes];
            links = new long[LINK * nodes];
        }

        void link(int arrival, int tag, long window) {
            int place = tag & heads.length - 1;
            int before = heads[place];
            links[LINK * arrival] = (long) tag << 32 | before;
            links[LINK * arrival + 1] = window;
            links[LINK * arrival + 2] = before == 0 ? Long.MIN_VALUE : greatestFrom(before - 1);
            HEAD.setRelease(heads, place, arrival + 1);
        }

        private long greatestFrom(int arrival) {
            return Math.max(links[LINK * arrival + 1], links[LINK * arrival + 2]);
        }

        Tables forNodes(int nodes, int linked) {
            Tables larger = new Tables(Integer.highestOneBit(Math.max(1, nodes - 1)) << 1);
            for (int i = 0; i < linked; i++) {
                larger.link(i, (int) (links[LINK * i] >>> 32), links[LINK * i + 1]);
            }
            return larger;
        }
    }

    /**
     * Of no node yet.
     *
     * @param suffixBytes how many bytes at their end tell the keys of a group apart
     */
    GroupIndex(Arena arena, ArrivalList arrivals, int suffixBytes) {
        this.arena = arena;
        this.arrivals = arrivals;
        this.suffixBytes = suffixBytes;
    }

    int suffixBytes() {
        return suffixBytes;
    }

    /** Bytes of the tables. Any thread. */
    long bytes() {
        return (long) tables.heads.length * (Integer.BYTES + LINK * Long.BYTES);
    }

    /** Takes in everything that has arrived, up to {@code arrived}; {@code false} if another thread is at it. Any thread. */
    boolean cover(int arrived) {
        if (covered >= arrived) {
            return true;
        }
        if (!busy.compareAndSet(false, true)) {
            return false;
        }
        try {
            int from = covered;
            if (from < arrived) {
                // All memory comes first, so that an OutOfMemoryError leaves nothing half done.
                if (arrived > tables.heads.length) {
                    tables = tables.forNodes(arrived, from);
                }
                link(from, arrived);
                covered = arrived;
            }
            return true;
        } finally {
            busy.set(false);
        }
    }

    private void link(int from, int to) {
        Tables into = tables;
        for (int arrival = from; arrival < to; arrival++) {
            int node = arrivals.get(arrival);
            byte[] slab = arena.slab(node);
            int at = Arena.offset(node);
            int common = Math.max(0, Nodes.keyLength(slab, at) - suffixBytes);
            into.link(arrival, tag(KeyHash.of(slab, Nodes.keyOffset(at), common)), Nodes.window(arena, node, common));
        }
    }

    /**
     * Collects nodes among which are all those of a range that {@link #cover} has taken in, the first that arrived first.
     *
     * @param from the first key of the range, which is of one group, and longer than what tells the keys of it apart
     * @param to the first key behind the range
     * @return how many there are; if it is more than {@code nodes} has room for, -1
     */
    int find(byte[] from, byte[] to, int[] nodes) {
        int common = from.length - suffixBytes;
        long first = Nodes.window(from, 0, from.length, common);
        // Where the range ends beyond the group, there is no last window.
        boolean endsInside = to.length >= common && Arrays.equals(from, 0, common, to, 0, common);
        long last = endsInside ? Nodes.window(to, 0, to.length, common) : Long.MAX_VALUE;
        Tables now = tables;
        int tag = tag(KeyHash.of(from, 0, common));
        int place = tag & now.heads.length - 1;
        int count = 0;
        for (int next = (int) HEAD.getAcquire(now.heads, place); next != 0; ) {
            int arrival = next - 1;
            long link = now.links[LINK * arrival];
            if ((int) (link >>> 32) == tag) {
                long window = now.links[LINK * arrival + 1];
                if (window >= first && window <= last) {
                    if (count == nodes.length) {
                        return -1;
                    }
                    nodes[count++] = arrivals.get(arrival);
                }
            }
            if (now.links[LINK * arrival + 2] < first) {
                break;
            }
            next = (int) link;
        }
        reverse(nodes, count);
        return count;
    }

    private static void reverse(int[] nodes, int count) {
        for (int i = 0, j = count - 1; i < j; i++, j--) {
            int node = nodes[i];
            nodes[i] = nodes[j];
            nodes[j] = node;
        }
    }

    private static int tag(long hash) {
        return (int) (hash >>> 32);
    }
}
