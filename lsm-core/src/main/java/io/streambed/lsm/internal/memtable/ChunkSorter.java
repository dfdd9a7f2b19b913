package io.streambed.lsm.internal.memtable;

/**
 * Sorts nodes by key, as numbers as far as possible. What all keys have in common in front is left out; of the next bytes six
 * go into a word with the node's place in the input, and words are sorted. Nodes with equal words are sorted by what follows.
 *
 * <pre>
 *  word    63                      16 15            0
 *          | six bytes of the key    | place         |      up to 64 Ki nodes
 *          63                24 23                  0
 *          | five bytes of it  | place               |      more
 * </pre>
 *
 * Keys in arrival order stand one after another in the arena, so reading their windows is a walk; from then on only nodes with
 * equal words are touched again.
 */
final class ChunkSorter {
    private static final int FEW_PLACE_BITS = 16;
    private static final int PLACE_BITS = 24;

    /** The most nodes that can be sorted at once. */
    static final int MOST_NODES = 1 << PLACE_BITS;

    /** How many nodes ahead of their turn nodes that are to be compared are touched: few enough to be still there then. */
    private static final int AHEAD = 256;

    /** Up to so many nodes with equal words are sorted by comparing whole keys. */
    private static final int FEW = 16;

    private final Arena arena;
    private final int[] nodes;
    private final int skip;
    private final int placeBits;
    private final long[] windows;

    /** What was touched: for the compiler, which must not find out that nobody asks. */
    @SuppressWarnings("UnusedVariable")
    private int touched;

    private ChunkSorter(Arena arena, int[] nodes) {
        this.arena = arena;
        this.nodes = nodes;
        this.placeBits = nodes.length <= 1 << FEW_PLACE_BITS ? FEW_PLACE_BITS : PLACE_BITS;
        this.windows = new long[nodes.length];
        this.skip = readWindows();
    }

    /** Makes a chunk of nodes in any order, whose keys differ; takes the array over. */
    static SortedChunk sort(Arena arena, int[] nodes) {
        assert nodes.length > 0 && nodes.length <= MOST_NODES : nodes.length;
        ChunkSorter sorter = new ChunkSorter(arena, nodes);
        if (nodes.length <= FEW) {
            sorter.insertionSort(0, nodes.length, sorter.skip);
        } else {
            sorter.sort(0, nodes.length, sorter.skip);
        }
        return new SortedChunk(arena, nodes, sorter.windows, sorter.skip);
    }

    /**
     * Reads the window of each node behind what all keys have in common, and returns how much that is. What three of them have in common is
     * nearly always what all have: so one walk reads the windows and sees whether it is, and the arena comes from memory once.
     */
    private int readWindows() {
        int last = nodes.length - 1;
        int common = Nodes.commonPrefix(arena, nodes[0], nodes[last / 2], Integer.MAX_VALUE);
        common = Nodes.commonPrefix(arena, nodes[0], nodes[last], common);
        if (!readWindows(common)) {
            common = commonPrefix(0, nodes.length);
            boolean isCommon = readWindows(common);
            assert isCommon : "keys that do not have their common prefix";
        }
        return common;
    }

    /** Reads the windows behind the first bytes of all keys; gives up at a key that does not have these as the first key has them. */
    private boolean readWindows(int common) {
        int first = nodes[0];
        for (int i = 0; i < nodes.length; i++) {
            if (!Nodes.beginsAs(arena, nodes[i], first, common)) {
                return false;
            }
            windows[i] = Nodes.window(arena, nodes[i], common);
        }
        return true;
    }

    /** Sorts a range whose keys have the first {@code depth} bytes, and not one more, in common. */
    private void sort(int from, int to, int depth) {
        long[] words = new long[to - from];
        long keyMask = -1L << placeBits;
        for (int i = 0; i < words.length; i++) {
            long window = depth == skip ? windows[from + i] : Nodes.window(arena, nodes[from + i], depth);
            words[i] = (window & keyMask) | i;
        }
        WordSort.sort(words, placeBits);
        permute(from, words);
        int ahead = 0;
        for (int i = 0; i < words.length; ) {
            if (i >= ahead) {
                touchEqual(from, words, i, Math.min(words.length, i + AHEAD));
                ahead = i + AHEAD;
            }
            int group = i++;
            while (i < words.length && (words[i] ^ words[group]) >>> placeBits == 0) {
                i++;
            }
            if (i - group > 1) {
                sortEqual(from + group, from + i, depth);
            }
        }
    }

    /**
     * Brings nodes that have to be compared as a whole into the processor's cache: they lie anywhere in the arena, and comparing them pair by
     * pair would wait for each miss by itself.
     */
    private void touchEqual(int from, long[] words, int begin, int end) {
        int sum = 0;
        for (int i = Math.max(1, begin); i < end; i++) {
            if ((words[i] ^ words[i - 1]) >>> placeBits == 0) {
                sum += Nodes.lastKeyByte(arena, nodes[from + i]);
            }
        }
        touched += sum;
    }

    /** Sorts a range whose keys have equal words at {@code depth}. */
    private void sortEqual(int from, int to, int depth) {
        if (to - from <= FEW) {
            insertionSort(from, to, depth);
            return;
        }
        // A key that ends inside the word is, but for zeros, a prefix of the others, so it comes before all that do
        // not; there are at most six such, all of different length.
        int wordBytes = Long.BYTES - placeBits / Byte.SIZE;
        int ended = from;
        for (int i = from; i < to; i++) {
            if (keyLength(nodes[i]) < depth + wordBytes) {
                swap(i, ended++);
            }
        }
        insertionSort(from, ended, depth);
        // Never empty: of more than FEW different keys at most six have ended.
        sort(ended, to, commonPrefix(ended, to));
    }

    private void insertionSort(int from, int to, int depth) {
        for (int i = from + 1; i < to; i++) {
            for (int j = i; j > from && isGreater(j - 1, j, depth); j--) {
                swap(j, j - 1);
            }
        }
    }

    private boolean isGreater(int i, int j, int depth) {
        return windows[i] != windows[j] ? windows[i] > windows[j] : Nodes.compare(arena, nodes[i], nodes[j], depth) > 0;
    }

    /** Length of the longest common prefix of a range's keys: word by word, as to compare keys as a whole costs several times as much. */
    private int commonPrefix(int from, int to) {
        int bytes = commonBytes(from, to, 0);
        if (bytes == 0) {
            return 0;
        }
        int shortest = Integer.MAX_VALUE;
        for (int i = from; i < to; i++) {
            shortest = Math.min(shortest, keyLength(nodes[i]));
        }
        int common = bytes;
        while (bytes == Long.BYTES && common < shortest) {
            bytes = commonBytes(from, to, common);
            common += bytes;
        }
        return Math.min(shortest, common);
    }

    /** How many of the eight bytes from {@code skip} on all keys of a range have in common; what is behind their end counts as 0. */
    private int commonBytes(int from, int to, int skip) {
        long first = Nodes.window(arena, nodes[from], skip);
        long differing = 0;
        for (int i = from + 1; i < to && differing >>> 56 == 0; i++) {
            differing |= Nodes.window(arena, nodes[i], skip) ^ first;
        }
        return Long.numberOfLeadingZeros(differing) / Byte.SIZE;
    }

    private int keyLength(int node) {
        return Nodes.keyLength(arena.slab(node), Arena.offset(node));
    }

    private void permute(int from, long[] words) {
        int[] sortedNodes = new int[words.length];
        long[] sortedWindows = new long[words.length];
        for (int i = 0; i < words.length; i++) {
            int place = from + (int) (words[i] & (1L << placeBits) - 1);
            sortedNodes[i] = nodes[place];
            sortedWindows[i] = windows[place];
        }
        System.arraycopy(sortedNodes, 0, nodes, from, words.length);
        System.arraycopy(sortedWindows, 0, windows, from, words.length);
    }

    private void swap(int i, int j) {
        int node = nodes[i];
        nodes[i] = nodes[j];
        nodes[j] = node;
        long window = windows[i];
        windows[i] = windows[j];
        windows[j] = window;
    }
}
