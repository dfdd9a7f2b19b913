package io.streambed.lsm.internal.memtable;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.EntryView;
import io.streambed.lsm.internal.entry.InternalIterator;
import org.jspecify.annotations.Nullable;

/**
 * A few nodes of one group, in key order: of each the newest version that a reader may see. They are put in order one by one, as keys of a
 * group come in order as a rule.
 */
final class GroupIterator implements InternalIterator {
    /** More nodes of a group than these are left to the sorted index, in which a search takes about as long as sorting so many. */
    static final int MOST_NODES = 32;

    /** As many as there are as a rule: room for all that may be would be cleared each time. */
    static final int FEW_NODES = 8;

    private final Arena arena;
    private final int[] nodes;
    private final int[] versions;
    private final int count;
    private final EntryView entry = new EntryView();
    private int at;

    private GroupIterator(Arena arena, int[] nodes, int[] versions, int count) {
        this.arena = arena;
        this.nodes = nodes;
        this.versions = versions;
        this.count = count;
    }

    /**
     * Takes from some nodes those that lie in a range and have a version to see.
     *
     * @param nodes so many of them, with different keys; taken over
     * @param from the first key of the range, which is of the group
     * @param to the first key behind it
     * @return {@code null} if there is none
     */
    static @Nullable GroupIterator of(
            Arena arena, int[] nodes, int candidates, byte[] from, byte[] to, int suffixBytes, long maxSeqNo) {
        int common = from.length - suffixBytes;
        // Nodes lie about in the arena, each is a cache miss. Those of a loop that does no more than this do not wait
        // for one another.
        int candidatesOfLength = 0;
        for (int i = 0; i < candidates; i++) {
            int node = nodes[i];
            if (Nodes.keyLength(arena.slab(node), Arena.offset(node)) == from.length) {
                nodes[candidatesOfLength++] = node;
            }
        }
        int[] versions = new int[candidatesOfLength];
        int count = 0;
        for (int i = 0; i < candidatesOfLength; i++) {
            int node = nodes[i];
            if (!isWithin(arena, node, from, to, common)) {
                continue;
            }
            int version = Nodes.newest(arena, node, maxSeqNo);
            if (version == Arena.NONE) {
                continue;
            }
            int place = count++;
            while (place > 0 && Nodes.compare(arena, nodes[place - 1], node, common) > 0) {
                nodes[place] = nodes[place - 1];
                versions[place] = versions[place - 1];
                place--;
            }
            nodes[place] = node;
            versions[place] = version;
        }
        return count == 0 ? null : new GroupIterator(arena, nodes, versions, count);
    }

    /** Whether a node, as long as the range's beginning, lies in the range, and has as much in common with that as keys of a group do. */
    private static boolean isWithin(Arena arena, int node, byte[] from, byte[] to, int common) {
        return Nodes.comparePrefix(arena, node, common, from, 0, from.length) == 0
                && Nodes.compare(arena, node, from, 0, from.length, common) >= 0
                && Nodes.compare(arena, node, to, 0, to.length, 0) < 0;
    }

    @Override
    public boolean first() {
        return goTo(0);
    }

    @Override
    public boolean last() {
        return goTo(count - 1);
    }

    @Override
    public boolean seek(Slice userKey) {
        return goTo(firstNotBefore(userKey));
    }

    @Override
    public boolean seekBefore(Slice userKey) {
        return goTo(firstNotBefore(userKey) - 1);
    }

    @Override
    public boolean next() {
        return goTo(at + 1);
    }

    @Override
    public boolean nextKey() {
        return next();
    }

    @Override
    public boolean prev() {
        return goTo(at - 1);
    }

    @Override
    public EntryView entry() {
        Nodes.show(arena, nodes[at], versions[at], entry);
        return entry;
    }

    /** Does nothing: slabs are held by whoever points into them, and go with the last. */
    @Override
    public void close() {}

    private boolean goTo(int target) {
        if (target < 0 || target >= count) {
            return false;
        }
        at = target;
        return true;
    }

    private int firstNotBefore(Slice userKey) {
        int place = 0;
        while (place < count
                && Nodes.compare(arena, nodes[place], userKey.array(), userKey.offset(), userKey.length(), 0) < 0) {
            place++;
        }
        return place;
    }
}
