package io.streambed.lsm.internal.memtable;

import io.streambed.lsm.bytes.Slice;
import io.streambed.lsm.internal.entry.EntryView;
import io.streambed.lsm.internal.entry.InternalIterator;
import java.util.Arrays;

/**
 * The versions of a {@link NodeCursor}'s nodes: of each key all, or the newest, that a sequence number lets it see.
 *
 * <p>Reads ahead: nodes lie about in the arena in order of arrival, so each is a cache miss, and misses wait for one another if
 * each is followed by work of its own. Taken from the cursor by batches and touched in loops that wait for nothing, they do not: all
 * nodes before any is asked for its newest version, and then all values in their middle and at their end, as one of 100 bytes lies in
 * three cache lines; where it is longer, the processor sees by itself that it is read through. A batch after a positioning move is one
 * node, as many callers want no more, and later ones grow.
 */
final class MemtableIterator implements InternalIterator {
    private static final int LARGEST_BATCH = 16;

    private final Arena arena;
    private final NodeCursor cursor;
    private final long maxSeqNo;
    private final boolean allVersions;

    private final EntryView entry = new EntryView();
    private int node;
    private int version;

    // Invariant: a batch holds neighbours in the order in which the cursor walked them, and the cursor stands on the
    // last of them, or off the end behind it. Beside each node stands its newest version to see, or none: no matter
    // when that is looked up, for what this iterator may see was there when it was made.
    private final int[] nodes = new int[LARGEST_BATCH];
    private final int[] versions = new int[LARGEST_BATCH];
    private int batchSize;
    private int nextBatchSize;
    private int at;
    private boolean batchForward;
    private boolean cursorOff;

    /** What was touched: for the compiler, which must not find out that nobody asks. */
    @SuppressWarnings("UnusedVariable")
    private int touched;

    // Versions know only the one before them. Who walks from older to newer has them listed: those of chainNode,
    // newest first.
    private int[] chain = new int[4];
    private int chainLength;
    private int chainNode;

    MemtableIterator(Arena arena, SortedIndex index, long maxSeqNo, boolean allVersions) {
        this.arena = arena;
        this.cursor = new NodeCursor(arena, index, allVersions);
        this.maxSeqNo = maxSeqNo;
        this.allVersions = allVersions;
    }

    @Override
    public boolean first() {
        return begin(cursor.first(), true);
    }

    @Override
    public boolean last() {
        return begin(cursor.last(), false);
    }

    @Override
    public boolean seek(Slice userKey) {
        return begin(cursor.ceiling(userKey.array(), userKey.offset(), userKey.length()), true);
    }

    @Override
    public boolean seekBefore(Slice userKey) {
        return begin(cursor.lower(userKey.array(), userKey.offset(), userKey.length()), false);
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
        return step(true);
    }

    @Override
    public boolean nextKey() {
        assert version != Arena.NONE : "not on an entry";
        return step(true);
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
        return step(false);
    }

    @Override
    public EntryView entry() {
        Nodes.show(arena, node, version, entry);
        return entry;
    }

    /** Does nothing: slabs are held by whoever points into them, and go with the last. */
    @Override
    public void close() {}

    /** Starts with the node that the cursor was just positioned on, if any. */
    private boolean begin(boolean found, boolean forward) {
        batchForward = forward;
        nextBatchSize = 1;
        return found && take(forward);
    }

    /** To the nearest node in a direction that has a version to see. */
    private boolean step(boolean forward) {
        int distance = forward == batchForward ? 1 : -1;
        for (at += distance; at >= 0 && at < batchSize; at += distance) {
            if (versions[at] != Arena.NONE) {
                return arrive(forward);
            }
        }
        if (distance < 0) {
            // Past the batch's beginning: the cursor goes back to where it was taken from.
            for (int back = cursorOff ? batchSize : batchSize - 1; back > 0; back--) {
                boolean on = forward ? cursor.next() : cursor.prev();
                assert on : "a batch whose nodes are not there";
            }
            batchForward = forward;
        } else if (cursorOff) {
            return false;
        }
        return (forward ? cursor.next() : cursor.prev()) && take(forward);
    }

    /** Takes batches, beginning with the node that the cursor stands on, until one has a version to see. */
    private boolean take(boolean forward) {
        do {
            batchSize = 0;
            boolean on = true;
            for (; ; on = forward ? cursor.next() : cursor.prev()) {
                if (!on) {
                    break;
                }
                nodes[batchSize++] = cursor.node();
                if (batchSize == nextBatchSize) {
                    break;
                }
            }
            cursorOff = !on;
            nextBatchSize = Math.min(LARGEST_BATCH, nextBatchSize * 4);
            if (batchSize > 1) {
                touchNodes();
            }
            for (int i = 0; i < batchSize; i++) {
                versions[i] = Nodes.newest(arena, nodes[i], maxSeqNo);
            }
            if (batchSize > 1) {
                touchValues();
            }
            for (at = 0; at < batchSize; at++) {
                if (versions[at] != Arena.NONE) {
                    return arrive(forward);
                }
            }
        } while (!cursorOff && (forward ? cursor.next() : cursor.prev()));
        return false;
    }

    private void touchNodes() {
        int sum = 0;
        for (int i = 0; i < batchSize; i++) {
            sum += Nodes.touch(arena, nodes[i]);
        }
        touched = sum;
    }

    private void touchValues() {
        int sum = 0;
        for (int i = 0; i < batchSize; i++) {
            if (versions[i] != Arena.NONE) {
                sum += Nodes.touchValue(arena, versions[i]);
            }
        }
        touched = sum;
    }

    private boolean arrive(boolean forward) {
        node = nodes[at];
        version = versions[at];
        if (allVersions && !forward) {
            listChain(version);
            version = chain[chainLength - 1];
        }
        return true;
    }

    private int newer() {
        if (chainNode != node) {
            listChain(versions[at]);
        }
        // References do not ascend with time, but stamps do; in the list they descend.
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
        assert chain[low] == version : "a version that its node does not lead to";
        return low == 0 ? Arena.NONE : chain[low - 1];
    }

    private void listChain(int newest) {
        chainNode = node;
        chainLength = 0;
        for (int older = newest; older != Arena.NONE; older = Nodes.previous(arena, older)) {
            if (chainLength == chain.length) {
                chain = Arrays.copyOf(chain, chainLength * 2);
            }
            chain[chainLength++] = older;
        }
    }
}
