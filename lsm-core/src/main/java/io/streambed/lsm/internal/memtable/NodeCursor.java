package io.streambed.lsm.internal.memtable;

import java.util.Arrays;

/**
 * Walks the nodes of a {@link SortedIndex} in key order, both ways: a heap of one position for each chunk. Touches a node only
 * to tell keys with equal windows apart. Used by one thread.
 */
final class NodeCursor {
    /** How far ahead of a position to touch, if at all: about as many steps as the memory takes to answer. */
    private static final int AHEAD = 8;

    // Invariant: while the cursor stands on key K, moving forward, each chunk's position is that of its first key >=
    // K, and moving backward, of its last key <= K; only the heap's top has K itself, for no two chunks share a key.
    // So turning round is a step of every position, with no search: the first key > K stands behind the last one < K
    // in every chunk, also where one of them is beyond an end. Having run off an end is standing on a key beyond all
    // others: turning round, and nothing else, leads back.
    private final Arena arena;
    private final SortedIndex index;
    private final SortedChunk[] chunks;
    private final int[] positions;
    private final long[]
            windows; // Of each chunk's current node; inverted while moving backward, so that less comes first.
    private final int[] heap;
    private int heapSize;
    private boolean forward = true;

    /** Whether the walk is a long one forward; and keys with equal windows, which are to be compared, are touched before their turn. */
    private final boolean readsAhead;

    /** What was touched: for the compiler, which must not find out that nobody asks. */
    @SuppressWarnings("UnusedVariable")
    private int touched;

    NodeCursor(Arena arena, SortedIndex index, boolean readsAhead) {
        this.arena = arena;
        this.index = index;
        this.chunks = index.chunks();
        this.positions = new int[chunks.length];
        this.windows = new long[chunks.length];
        this.heap = new int[chunks.length];
        // One chunk alone compares nothing.
        this.readsAhead = readsAhead && chunks.length > 1;
    }

    boolean first() {
        Arrays.fill(positions, 0);
        return start(true);
    }

    boolean last() {
        for (int i = 0; i < chunks.length; i++) {
            positions[i] = chunks[i].size() - 1;
        }
        return start(false);
    }

    /** Goes to the first node whose key is {@code key} or greater. */
    boolean ceiling(byte[] key, int offset, int length) {
        search(key, offset, length);
        return start(true);
    }

    /** Goes to the last node whose key is less than {@code key}. */
    boolean lower(byte[] key, int offset, int length) {
        search(key, offset, length);
        step(-1);
        return start(false);
    }

    /** Goes to the next node, or back to one after running off the front. */
    boolean next() {
        if (!forward) {
            step(1);
            return start(true);
        }
        int top = heap[0];
        positions[top]++;
        if (readsAhead) {
            touchAhead(top);
        }
        return replaceTop();
    }

    private void touchAhead(int chunk) {
        SortedChunk its = chunks[chunk];
        int ahead = positions[chunk] + AHEAD;
        if (ahead < its.size() && its.window(ahead) == its.window(ahead - 1)) {
            touched += Nodes.lastKeyByte(arena, its.node(ahead));
        }
    }

    /** Goes to the previous node, or back to one after running off the end. */
    boolean prev() {
        if (forward) {
            step(-1);
            return start(false);
        }
        positions[heap[0]]--;
        return replaceTop();
    }

    /** The node that the last move, which answered true, went to. */
    int node() {
        int top = heap[0];
        return chunks[top].node(positions[top]);
    }

    /** Brings each position to the chunk's first key that is {@code key} or greater. */
    private void search(byte[] key, int offset, int length) {
        // Until start() fills them anew, windows holds what is looked for in each chunk, and heap how many positions
        // are left, or -1 where the prefix decides alone.
        int commonSkip = index.skip();
        int commonOrder = chunks.length == 0
                ? 0
                : Nodes.comparePrefix(arena, chunks[0].firstNode(), commonSkip, key, offset, length);
        for (int i = 0; i < chunks.length; i++) {
            SortedChunk chunk = chunks[i];
            int order = commonOrder != 0 || chunk.skip() == commonSkip
                    ? commonOrder
                    : Nodes.comparePrefix(arena, chunk.firstNode(), chunk.skip(), key, offset, length);
            positions[i] = order >= 0 ? 0 : chunk.size();
            heap[i] = order == 0 ? chunk.size() : -1;
            windows[i] = order == 0 ? Nodes.window(key, offset, length, chunk.skip()) : 0;
        }
        halve();
        for (int i = 0; i < chunks.length; i++) {
            if (heap[i] == 0) {
                positions[i] = chunks[i].ceiling(key, offset, length, windows[i], positions[i]);
            }
        }
    }

    /** Binary search in all chunks, taking turns, because then their cache misses do not wait for one another. */
    private void halve() {
        for (boolean more = true; more; ) {
            more = false;
            for (int i = 0; i < chunks.length; i++) {
                int left = heap[i];
                if (left > 0) {
                    int half = left >>> 1;
                    int middle = positions[i] + half;
                    int isLess = isLess(chunks[i].window(middle), windows[i]);
                    positions[i] += (half + 1) & -isLess;
                    heap[i] = half - ((2 * half + 1 - left) & -isLess);
                    more = true;
                }
            }
        }
    }

    /** 1 if a &lt; b, else 0: by arithmetic, since a branch that is mispredicted half the time would wait for each miss. */
    private static int isLess(long a, long b) {
        return (int) (((a & ~b) | (~(a ^ b) & (a - b))) >>> 63);
    }

    private void step(int distance) {
        for (int i = 0; i < positions.length; i++) {
            positions[i] += distance;
        }
    }

    private boolean start(boolean toForward) {
        forward = toForward;
        heapSize = 0;
        for (int i = 0; i < chunks.length; i++) {
            if (load(i)) {
                heap[heapSize++] = i;
            }
        }
        for (int i = heapSize / 2 - 1; i >= 0; i--) {
            siftDown(i);
        }
        return heapSize > 0;
    }

    private boolean replaceTop() {
        if (!load(heap[0])) {
            heap[0] = heap[--heapSize];
        }
        if (heapSize > 1) {
            siftDown(0);
        }
        return heapSize > 0;
    }

    /** Loads the window at a chunk's position; false if that is beyond one of its ends. */
    private boolean load(int chunk) {
        int position = positions[chunk];
        if (position < 0 || position >= chunks[chunk].size()) {
            return false;
        }
        long window = index.window(chunk, position);
        windows[chunk] = forward ? window : ~window;
        return true;
    }

    private void siftDown(int from) {
        int chunk = heap[from];
        int at = from;
        for (int child = 2 * at + 1; child < heapSize; child = 2 * at + 1) {
            if (child + 1 < heapSize && isBefore(heap[child + 1], heap[child])) {
                child++;
            }
            if (!isBefore(heap[child], chunk)) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = chunk;
    }

    private boolean isBefore(int a, int b) {
        if (windows[a] != windows[b]) {
            return windows[a] < windows[b];
        }
        int order = Nodes.compare(arena, chunks[a].node(positions[a]), chunks[b].node(positions[b]), index.skip());
        return forward ? order < 0 : order > 0;
    }
}
