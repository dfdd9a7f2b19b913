package io.streambed.lsm.internal.memtable;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.EntryKind;
import io.streambed.lsm.internal.entry.InternalIterator;
import java.util.Arrays;

/** The versions of a {@link NodeCursor}'s nodes: of each key all, or the newest, that a sequence number lets it see. */
final class MemtableIterator implements InternalIterator {
    private final Arena arena;
    private final NodeCursor cursor;
    private final long maxSeqNo;
    private final boolean allVersions;

    private final Slice key = new Slice();
    private final Slice value = new Slice();
    private int node;
    private int version;

    // Versions know only the one before them. Who walks from older to newer has them listed: those of chainNode, newest
    // first.
    private int[] chain = new int[4];
    private int chainLength;
    private int chainNode;

    MemtableIterator(Arena arena, SortedIndex index, long maxSeqNo, boolean allVersions) {
        this.arena = arena;
        this.cursor = new NodeCursor(arena, index);
        this.maxSeqNo = maxSeqNo;
        this.allVersions = allVersions;
    }

    @Override
    public boolean first() {
        return toNewest(cursor.first());
    }

    @Override
    public boolean last() {
        return toOldest(cursor.last());
    }

    @Override
    public boolean seek(Slice userKey) {
        return toNewest(cursor.ceiling(userKey.array(), userKey.offset(), userKey.length()));
    }

    @Override
    public boolean seekBefore(Slice userKey) {
        return toOldest(cursor.lower(userKey.array(), userKey.offset(), userKey.length()));
    }

    @Override
    public boolean next() {
        assert version != Arena.NONE : "not on an entry";
        if (allVersions) {
            int older = Nodes.previous(arena, version);
            if (older != Arena.NONE) {
                version = older;
                return true;
            }
        }
        return toNewest(cursor.next());
    }

    @Override
    public boolean prev() {
        assert version != Arena.NONE : "not on an entry";
        if (allVersions) {
            int newer = newer();
            if (newer != Arena.NONE) {
                version = newer;
                return true;
            }
        }
        return toOldest(cursor.prev());
    }

    @Override
    public Slice userKey() {
        byte[] slab = arena.slab(node);
        int at = Arena.offset(node);
        return key.set(slab, Nodes.keyOffset(at), Nodes.keyLength(slab, at));
    }

    @Override
    public long seqNo() {
        return Nodes.seqNo(Nodes.stamp(arena, version));
    }

    @Override
    public EntryKind kind() {
        return Nodes.kind(Nodes.stamp(arena, version));
    }

    @Override
    public Slice value() {
        byte[] slab = arena.slab(version);
        int at = Arena.offset(version);
        return value.set(slab, Nodes.valueOffset(at), Nodes.valueLength(slab, at));
    }

    /** Does nothing: slabs are held by whoever points into them, and go with the last. */
    @Override
    public void close() {}

    /** From the node that the cursor stands on, goes forward to the first that has a version to see, and to its newest. */
    private boolean toNewest(boolean found) {
        for (boolean on = found; on; on = cursor.next()) {
            if (see()) {
                return true;
            }
        }
        return false;
    }

    /** From the node that the cursor stands on, goes back to the first that has a version to see, and to its oldest. */
    private boolean toOldest(boolean found) {
        for (boolean on = found; on; on = cursor.prev()) {
            if (see()) {
                if (allVersions) {
                    listChain();
                    version = chain[chainLength - 1];
                }
                return true;
            }
        }
        return false;
    }

    private boolean see() {
        node = cursor.node();
        version = Nodes.newest(arena, node, maxSeqNo);
        return version != Arena.NONE;
    }

    private int newer() {
        if (chainNode != node) {
            int current = version;
            version = Nodes.newest(arena, node, maxSeqNo);
            listChain();
            version = current;
        }
        // References do not ascend with time, sequence numbers do; so does the chain, backward.
        long stamp = Nodes.stamp(arena, version);
        int low = 0;
        int high = chainLength - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Nodes.stamp(arena, chain[middle]) > stamp) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        assert chain[low] == version;
        return low == 0 ? Arena.NONE : chain[low - 1];
    }

    /** Lists the versions from the current one, the newest to see, on. */
    private void listChain() {
        chainNode = node;
        chainLength = 0;
        for (int at = version; at != Arena.NONE; at = Nodes.previous(arena, at)) {
            if (chainLength == chain.length) {
                chain = Arrays.copyOf(chain, chainLength * 2);
            }
            chain[chainLength++] = at;
        }
    }
}
