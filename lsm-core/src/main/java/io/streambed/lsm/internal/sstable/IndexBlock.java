package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.ByteReader;
import io.streambed.lsm.bytes.KeyHead;
import io.streambed.lsm.bytes.MalformedBytesException;
import java.util.Arrays;

/**
 * Leads from a key to the one data block that can hold its newest version. Parsed once when a table is opened; immutable, for
 * any number of threads. On disk, never change.
 *
 * <pre>
 *  | varint blocks | varint prefix length | prefix | block … |
 *
 *  prefix   what all separators have in common
 *  block    | varint length | separator without the prefix | varint length of the block as stored, without trailer |
 * </pre>
 *
 * Blocks stand one behind the other from the start of the file, each with its trailer, so their places follow from their
 * lengths. The separator of a block is not less than its last key, and less than the first key of the next block unless that is
 * the same key: then the separator is that key, and the versions of the key go on in the next block.
 *
 * <p>In memory the eight bytes behind the common prefix lie together as one array of integers. Keys are often spread evenly
 * there, so the search guesses where the wanted one lies from its value, and looks nearby (30 ns instead of 85 for 2 million
 * separators); after {@value #GUESSES} guesses it goes on by halving, so that no spread makes it slow.
 */
final class IndexBlock {
    private static final int GUESSES = 3;

    /** A guess is taken as right if it is off by no more than this. */
    private static final int NEAR = 8;

    private final int count;
    private final byte[] prefix;

    /** Of each separator, without the prefix: the first eight bytes, zeros behind; the top bit flipped, to sort as signed. */
    private final long[] heads;

    private final byte[] separators;
    private final int[] separatorEnds;

    /** Where each block begins, and where the last one ends. */
    private final long[] positions;

    private IndexBlock(
            int count, byte[] prefix, long[] heads, byte[] separators, int[] separatorEnds, long[] positions) {
        this.count = count;
        this.prefix = prefix;
        this.heads = heads;
        this.separators = separators;
        this.separatorEnds = separatorEnds;
        this.positions = positions;
    }

    /** Reads an index block. */
    static IndexBlock parse(byte[] array, int offset, int length) throws MalformedBytesException {
        ByteReader reader = new ByteReader(array, offset, length);
        int count = reader.readVarInt();
        byte[] prefix = reader.readBytes();
        if (count < 1 || count > reader.remaining() / 2) {
            throw new MalformedBytesException("index of " + count + " blocks in " + reader.remaining() + " bytes");
        }
        long[] heads = new long[count];
        int[] ends = new int[count];
        long[] positions = new long[count + 1];
        byte[] separators = new byte[reader.remaining()];
        int end = 0;
        for (int i = 0; i < count; i++) {
            int separatorLength = reader.readVarInt();
            int separator = reader.skip(separatorLength);
            System.arraycopy(array, separator, separators, end, separatorLength);
            end += separatorLength;
            ends[i] = end;
            heads[i] = KeyHead.of(array, separator, separatorLength);
            positions[i + 1] = new BlockHandle(positions[i], reader.readVarInt()).end();
        }
        reader.requireEnd();
        return new IndexBlock(count, prefix, heads, Arrays.copyOf(separators, end), ends, positions);
    }

    /** Number of data blocks; at least one. */
    int count() {
        return count;
    }

    /** Where a block stands. */
    BlockHandle handle(int block) {
        return new BlockHandle(position(block), storedLength(block));
    }

    long position(int block) {
        return positions[block];
    }

    int storedLength(int block) {
        return (int) (positions[block + 1] - positions[block]) - BlockTrailer.BYTES;
    }

    /** Where the last data block and its trailer end. */
    long end() {
        return positions[count];
    }

    /** The first block whose separator is the key or greater; the number of blocks if there is none. */
    int find(byte[] key, int offset, int length) {
        int shared = Math.min(prefix.length, length);
        int order = Arrays.compareUnsigned(key, offset, offset + shared, prefix, 0, prefix.length);
        if (order != 0) {
            return order < 0 ? 0 : count;
        }
        int rest = offset + prefix.length;
        int restLength = length - prefix.length;
        long head = KeyHead.of(key, rest, restLength);
        int first = firstNotBelow(head);
        if (first == count || heads[first] != head) {
            return first;
        }
        return amongEqualHeads(first, head, key, rest, offset + length);
    }

    /** Compares a separator with a key: for checks. */
    int compareSeparator(int block, byte[] key, int offset, int length) {
        int shared = Math.min(prefix.length, length);
        int order = Arrays.compareUnsigned(prefix, 0, prefix.length, key, offset, offset + shared);
        return order != 0 ? order : compareRest(block, key, offset + shared, offset + length);
    }

    /** Memory held. */
    long bytes() {
        return prefix.length
                + separators.length
                + 8L * heads.length
                + 4L * separatorEnds.length
                + 8L * positions.length
                + 128;
    }

    /** Index of the first head that is {@code wanted} or greater. */
    private int firstNotBelow(long wanted) {
        // Invariant: heads below low are less than wanted; heads from high on are not.
        int low = 0;
        int high = count;
        for (int i = 0; i < GUESSES && high - low > 2 * NEAR; i++) {
            long least = heads[low];
            long greatest = heads[high - 1];
            if (wanted <= least) {
                return low;
            }
            if (wanted > greatest) {
                return high;
            }
            // Differences may need all 64 bits, so they are taken as fractions of each other and not multiplied.
            double fraction = unsigned(wanted - least) / unsigned(greatest - least);
            int guess = low + (int) (fraction * (high - 1 - low));
            int from = Math.max(low, guess - NEAR);
            int to = Math.min(high - 1, guess + NEAR);
            if (heads[from] < wanted) {
                low = from + 1;
            } else {
                high = from;
                continue;
            }
            if (heads[to] >= wanted) {
                high = to;
            } else {
                low = to + 1;
            }
        }
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (heads[middle] < wanted) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The heads decide nothing here: the first separator from {@code first} on, among those with the same head, not below the key. */
    private int amongEqualHeads(int first, long head, byte[] key, int rest, int end) {
        int low = first;
        int high = head == Long.MAX_VALUE ? count : firstNotBelow(head + 1);
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (compareRest(middle, key, rest, end) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private int compareRest(int block, byte[] key, int from, int to) {
        int start = block == 0 ? 0 : separatorEnds[block - 1];
        return Arrays.compareUnsigned(separators, start, separatorEnds[block], key, from, to);
    }

    private static double unsigned(long difference) {
        return difference >= 0 ? (double) difference : (double) (difference >>> 1) * 2;
    }
}
