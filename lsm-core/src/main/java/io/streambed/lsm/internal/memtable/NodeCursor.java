package io.streambed.lsm.internal.memtable;

/**
 * Walks the nodes of a {@link SortedIndex} in key order, both ways: a heap of one position for each chunk. Used by one thread.
 */
final class NodeCursor {
    // Invariant: while the cursor stands on key K, moving forward, each chunk's position is that of its first key >= K,
    // and
    // moving backward, of its last key <= K; only the heap's top has K itself, for no two chunks share a key. So
    // turning round
    // is a step of every position, with no search: the first key > K stands behind the last one < K in every chunk,
    // also
    // where one of them is beyond an end.
    private final Arena arena;
    private final SortedChunk[] chunks;
    private final int skip;
    private final int[] positions;

    // Windows of all chunks in one measure, the bytes behind the prefix that all chunks share: what is in front of a
    // chunk's own
    // window is the same for all its keys (heads), and the window follows, shifted. Bytes that drop out at its end can
    // only
    // make windows equal, and then keys decide.
    private final long[] heads;
    private final int[] shifts;

    private final long[]
            windows; // Of each chunk's current node; inverted while moving backward, so that less comes first.
    private final int[] heap;
    private int heapSize;
    private boolean forward;

    NodeCursor(Arena arena, SortedIndex index) {
        this.arena = arena;
        this.chunks = index.chunks();
        this.skip = index.skip();
        int count = chunks.length;
        this.positions = new int[count];
        this.windows = new long[count];
        this.heap = new int[count];
        this.heads = new long[count];
        this.shifts = new int[count];
        for (int i = 0; i < count; i++) {
            int further = Math.min(Long.BYTES, chunks[i].skip() - skip);
            shifts[i] = 8 * further;
            heads[i] = further == 0 ? 0 : Nodes.cut(Nodes.window(arena, chunks[i].firstNode(), skip), further);
        }
    }

    boolean first() {
        for (int i = 0; i < chunks.length; i++) {
            positions[i] = 0;
        }
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

    boolean next() {
        if (forward) {
            positions[heap[0]]++;
            replaceTop();
            return heapSize > 0;
        }
        step(1);
        return start(true);
    }

    boolean prev() {
        if (!forward) {
            positions[heap[0]]--;
            replaceTop();
            return heapSize > 0;
        }
        step(-1);
        return start(false);
    }

    /** The node that the last move, which answered true, went to. */
    int node() {
        int top = heap[0];
        return chunks[top].node(positions[top]);
    }

    private void search(byte[] key, int offset, int length) {
        int order =
                chunks.length == 0 ? 0 : Nodes.comparePrefix(arena, chunks[0].firstNode(), skip, key, offset, length);
        for (int i = 0; i < chunks.length; i++) {
            positions[i] = order == 0 ? chunks[i].ceiling(key, offset, length, skip) : order > 0 ? 0 : chunks[i].size();
        }
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

    private void replaceTop() {
        if (!load(heap[0])) {
            heap[0] = heap[--heapSize];
        }
        siftDown(0);
    }

    /** Loads the window at a chunk's position; false if that is beyond one of its ends. */
    private boolean load(int chunk) {
        int position = positions[chunk];
        if (position < 0 || position >= chunks[chunk].size()) {
            return false;
        }
        long window = chunks[chunk].window(position);
        int shift = shifts[chunk];
        if (shift != 0) {
            long rest = shift == Long.SIZE ? 0 : (window ^ Long.MIN_VALUE) >>> shift;
            window = heads[chunk] ^ rest;
        }
        windows[chunk] = forward ? window : ~window;
        return true;
    }

    private void siftDown(int from) {
        if (heapSize < 2) {
            return;
        }
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
        int order = Nodes.compare(arena, chunks[a].node(positions[a]), chunks[b].node(positions[b]), skip);
        return forward ? order < 0 : order > 0;
    }
}
