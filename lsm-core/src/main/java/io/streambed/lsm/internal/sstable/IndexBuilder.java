package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.ByteWriter;
import java.util.Arrays;

/** Collects separators and block lengths while a table is written; {@link IndexBlock} has the picture of what comes out. */
final class IndexBuilder {
    private final ByteWriter separators = new ByteWriter(1024);
    private int[] separatorEnds = new int[64];
    private int[] blockLengths = new int[64];
    private int count;

    /** Adds a block that nothing follows, or whose last key goes on in the next block. */
    void add(byte[] lastKey, int lastLength, int blockLength) {
        append(lastKey, lastLength, blockLength);
    }

    /**
     * Adds a block with the shortest separator: a key not less than the last one of the block and less than the first one of
     * the next.
     *
     * @param shared bytes that both keys have in common
     */
    void add(
            byte[] lastKey,
            int lastLength,
            byte[] nextKey,
            int nextOffset,
            int nextLength,
            int shared,
            int blockLength) {
        assert shared < nextLength : "the next key must be greater";
        if (nextLength > shared + 1) {
            // A proper prefix of the next key is less than it, and one byte beyond what is shared is more than the
            // last.
            separators.writeRaw(nextKey, nextOffset, shared + 1);
            end(blockLength);
        } else if (shared < lastLength && (lastKey[shared] & 0xff) + 1 < (nextKey[nextOffset + shared] & 0xff)) {
            separators.writeRaw(lastKey, 0, shared).writeByte(lastKey[shared] + 1);
            end(blockLength);
        } else {
            append(lastKey, lastLength, blockLength);
        }
    }

    /** Bytes of the index block, near enough. */
    long estimatedBytes() {
        return separators.length() + 4L * count + 16;
    }

    /** The index block. */
    ByteWriter finish() {
        int prefix = commonPrefix();
        ByteWriter out = new ByteWriter((int) Math.min(Integer.MAX_VALUE - 64, estimatedBytes() + 5));
        byte[] keys = separators.array();
        out.writeVarint(count).writeVarint(prefix).writeRaw(keys, 0, prefix);
        int start = 0;
        for (int i = 0; i < count; i++) {
            int end = separatorEnds[i];
            out.writeVarint(end - start - prefix)
                    .writeRaw(keys, start + prefix, end - start - prefix)
                    .writeVarint(blockLengths[i]);
            start = end;
        }
        return out;
    }

    /** In ascending order, what the first and the last have in common all of them have. */
    private int commonPrefix() {
        byte[] keys = separators.array();
        int lastStart = count == 1 ? 0 : separatorEnds[count - 2];
        int mismatch = Arrays.mismatch(keys, 0, separatorEnds[0], keys, lastStart, separatorEnds[count - 1]);
        return mismatch < 0 ? separatorEnds[0] : mismatch;
    }

    private void append(byte[] key, int length, int blockLength) {
        separators.writeRaw(key, 0, length);
        end(blockLength);
    }

    private void end(int blockLength) {
        if (count == separatorEnds.length) {
            separatorEnds = Arrays.copyOf(separatorEnds, 2 * count);
            blockLengths = Arrays.copyOf(blockLengths, 2 * count);
        }
        separatorEnds[count] = separators.length();
        blockLengths[count] = blockLength;
        count++;
    }
}
