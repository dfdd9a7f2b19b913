package io.streambed.lsm.internal.memtable;

/**
 * Some nodes in key order. Beside each its window: the eight bytes of its key behind the prefix that all keys of the chunk have
 * in common. So a search, and a merge, touches a node only where windows are equal. Immutable.
 *
 * <pre>
 *  key of node i   | common prefix, "skip" bytes | windows[i], 8 bytes | rest |
 * </pre>
 */
final class SortedChunk {
    /** The most nodes in a chunk that a reader makes, so that sorting or merging one takes milliseconds and not more. A flush has time. */
    static final int MAX_NODES = 1 << 16;

    private final Arena arena;
    private final int[] nodes;
    private final long[] windows;
    private final int skip;

    /**
     * Takes both arrays over.
     *
     * @param windows as {@link Nodes#window} gives them
     * @param skip length of the longest common prefix of all keys
     */
    SortedChunk(Arena arena, int[] nodes, long[] windows, int skip) {
        assert nodes.length > 0 && nodes.length == windows.length : nodes.length;
        assert skip == Nodes.commonPrefix(arena, nodes[0], nodes[nodes.length - 1], Integer.MAX_VALUE) : skip;
        this.arena = arena;
        this.nodes = nodes;
        this.windows = windows;
        this.skip = skip;
    }

    int size() {
        return nodes.length;
    }

    int node(int position) {
        return nodes[position];
    }

    long window(int position) {
        return windows[position];
    }

    /** How many bytes stand before the windows. */
    int skip() {
        return skip;
    }

    int firstNode() {
        return nodes[0];
    }

    int lastNode() {
        return nodes[nodes.length - 1];
    }

    /**
     * Position of the first node whose key is {@code key} or greater; {@link #size} if there is none.
     *
     * @param from position of the first node whose window is not less than that of the key
     */
    int ceiling(byte[] key, int offset, int length, long window, int from) {
        if (from == windows.length || windows[from] != window) {
            return from;
        }
        int low = from;
        int high = windows.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (windows[middle] == window && Nodes.compare(arena, nodes[middle], key, offset, length, skip) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Both chunks in one. */
    static SortedChunk merge(SortedChunk a, SortedChunk b) {
        Arena arena = a.arena;
        int first = Nodes.compare(arena, a.firstNode(), b.firstNode(), 0) < 0 ? a.firstNode() : b.firstNode();
        int last = Nodes.compare(arena, a.lastNode(), b.lastNode(), 0) > 0 ? a.lastNode() : b.lastNode();
        // In sorted keys the common prefix of the first and the last is that of all.
        int skip = Nodes.commonPrefix(arena, first, last, Math.min(a.skip, b.skip));
        long[] aWindows = a.windowsBehind(skip);
        long[] bWindows = b.windowsBehind(skip);
        int[] nodes = new int[a.size() + b.size()];
        long[] windows = new long[nodes.length];
        int ai = 0;
        int bi = 0;
        for (int to = 0; to < nodes.length; to++) {
            boolean fromA = bi == bWindows.length
                    || (ai < aWindows.length
                            && (aWindows[ai] < bWindows[bi]
                                    || (aWindows[ai] == bWindows[bi]
                                            && Nodes.compare(arena, a.nodes[ai], b.nodes[bi], skip) < 0)));
            if (fromA) {
                nodes[to] = a.nodes[ai];
                windows[to] = aWindows[ai++];
            } else {
                nodes[to] = b.nodes[bi];
                windows[to] = bWindows[bi++];
            }
        }
        return new SortedChunk(arena, nodes, windows, skip);
    }

    private long[] windowsBehind(int bytes) {
        if (bytes == skip) {
            return windows;
        }
        long[] result = new long[nodes.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = Nodes.window(arena, nodes[i], bytes);
        }
        return result;
    }
}
