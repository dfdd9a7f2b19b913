package io.streambed.lsm.internal.memtable;

import java.util.Arrays;

/**
 * All nodes up to some arrival, in a few sorted chunks that have no node in common. Immutable; a later one shares the chunks
 * that stayed.
 *
 * <p>Merging is geometric: a chunk that joins is merged with the one before it while that one is less than
 * {@link #RATIO} times as large, up to {@link SortedChunk#MAX_NODES}. So a put between two scans costs a few small merges now
 * and then, and the number of chunks grows with the logarithm of the nodes up to that limit, and by one each 64 Ki nodes
 * beyond it.
 */
final class SortedIndex {
    private static final int RATIO = 4;

    private final Arena arena;
    private final SortedChunk[] chunks;
    private final int covered;
    private final int skip;

    // Windows of all chunks in one measure, the bytes behind the prefix that all chunks share: what a chunk's own
    // prefix has beyond that is the same for all its keys (heads), and the chunk's window follows, shifted.
    private final long[] heads;
    private final int[] shifts;

    /** Of no node. */
    SortedIndex(Arena arena) {
        this(arena, new SortedChunk[0], 0);
    }

    private SortedIndex(Arena arena, SortedChunk[] chunks, int covered) {
        this.arena = arena;
        this.chunks = chunks;
        this.covered = covered;
        int common = chunks.length == 0 ? 0 : chunks[0].skip();
        for (int i = 1; i < chunks.length; i++) {
            common = Nodes.commonPrefix(
                    arena, chunks[0].firstNode(), chunks[i].firstNode(), Math.min(common, chunks[i].skip()));
        }
        this.skip = common;
        this.heads = new long[chunks.length];
        this.shifts = new int[chunks.length];
        for (int i = 0; i < chunks.length; i++) {
            int further = Math.min(Long.BYTES, chunks[i].skip() - skip);
            shifts[i] = 8 * further;
            heads[i] = further == 0 ? 0 : Nodes.cut(Nodes.window(arena, chunks[i].firstNode(), skip), further);
        }
    }

    /** How many nodes of the arrival list are in here: the first so many. */
    int covered() {
        return covered;
    }

    SortedChunk[] chunks() {
        return chunks;
    }

    /** How many bytes all keys of all chunks have in common. */
    int skip() {
        return skip;
    }

    /** The window behind {@link #skip} of a node of a chunk: as {@link Nodes#window}, without touching the node. */
    long window(int chunk, int position) {
        long window = chunks[chunk].window(position);
        int shift = shifts[chunk];
        if (shift == 0) {
            return window;
        }
        return heads[chunk] ^ (shift == Long.SIZE ? 0 : (window ^ Long.MIN_VALUE) >>> shift);
    }

    /** An index of all nodes up to {@code arrived}, in as few chunks as can be: nobody waits for it, and a walk has less to merge. */
    SortedIndex whole(ArrivalList arrivals, int arrived) {
        SortedIndex index = this;
        while (index.covered < arrived) {
            int to = Math.min(arrived, index.covered + ChunkSorter.MOST_NODES);
            SortedChunk[] more = Arrays.copyOf(index.chunks, index.chunks.length + 1);
            more[index.chunks.length] = ChunkSorter.sort(arena, arrivals.copy(index.covered, to));
            index = new SortedIndex(arena, more, to);
        }
        return index;
    }

    /** This index and the next nodes that arrived: up to {@code arrived}, but no more than one chunk can take. */
    SortedIndex next(ArrivalList arrivals, int arrived) {
        int to = Math.min(arrived, covered + SortedChunk.MAX_NODES);
        SortedChunk added = ChunkSorter.sort(arena, arrivals.copy(covered, to));
        int kept = chunks.length;
        while (kept > 0
                && chunks[kept - 1].size() < RATIO * added.size()
                && chunks[kept - 1].size() + added.size() <= SortedChunk.MAX_NODES) {
            added = SortedChunk.merge(chunks[--kept], added);
        }
        SortedChunk[] result = Arrays.copyOf(chunks, kept + 1);
        result[kept] = added;
        return new SortedIndex(arena, result, to);
    }
}
