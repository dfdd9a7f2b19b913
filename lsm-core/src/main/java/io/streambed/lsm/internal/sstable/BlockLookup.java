package io.streambed.lsm.internal.sstable;

import io.streambed.lsm.bytes.Varint;
import io.streambed.lsm.internal.entry.Lookup;
import io.streambed.lsm.internal.entry.SeqRanges;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The search for one key in a block that was checked. The hottest code of all, so nothing is decoded twice or allocated. */
final class BlockLookup {
    /** No version in this block counts, but the block ends with one of the key: the next may have more. By identity. */
    static final byte[] GOES_ON = new byte[0];

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long LOWEST_BITS = 0x0101_0101_0101_0101L;
    private static final long HIGHEST_BITS = 0x8080_8080_8080_8080L;

    private BlockLookup() {}

    /**
     * The newest version of a key that is not newer than {@code maxSeqNo} and not void: a copy of its value, {@link
     * Lookup#TOMBSTONE}, {@code null} or {@link #GOES_ON}.
     *
     * @param block a whole block with its trailer, from its first byte on
     */
    static byte @Nullable [] get(
            byte[] block, byte[] key, int keyOffset, int keyLength, long keyHash, long maxSeqNo, SeqRanges voids) {
        int count = DataBlock.count(block, 0);
        boolean wide = DataBlock.isWide(block, 0);
        int table = DataBlock.HEADER_BYTES + count;
        int prefix = DataBlock.prefixPosition(count, wide);
        int prefixLength = (int) Varint.get(block, prefix);
        prefix += Varint.size(prefixLength);
        boolean goesOn = false;
        long pattern = (keyHash & 0xff) * LOWEST_BITS;
        for (int first = 0; first < count; first += 8) {
            // Eight tags at once: a byte of the difference is zero where the tag is the wanted one. The trick may also
            // mark
            // a byte above a zero one; comparing keys sorts that out. Reads beyond the last tag stay within the block
            // and
            // its trailer: what follows the tags is longer than seven bytes.
            long difference = (long) LONG.get(block, DataBlock.HEADER_BYTES + first) ^ pattern;
            long matches = (difference - LOWEST_BITS) & ~difference & HIGHEST_BITS;
            for (; matches != 0; matches &= matches - 1) {
                int index = first + (Long.numberOfTrailingZeros(matches) >>> 3);
                if (index >= count) {
                    break;
                }
                int raw = DataBlock.rawOffset(block, table, wide, index);
                int at = DataBlock.offset(raw, wide);
                int shared = 0;
                if (raw >= 0) {
                    shared = (int) Varint.get(block, at);
                    at += Varint.size(shared);
                }
                int unshared = (int) Varint.get(block, at);
                if (prefixLength + shared + unshared != keyLength) {
                    continue;
                }
                at += Varint.size(unshared);
                long seqNoAndKind = Varint.get(block, at);
                at += Varint.size(seqNoAndKind);
                int rest = keyOffset + prefixLength;
                if (!same(block, at, key, rest + shared, unshared)
                        || !same(block, prefix, key, keyOffset, prefixLength)) {
                    continue;
                }
                if (shared > 0) {
                    int head = DataBlock.headOf(block, table, wide, index);
                    if (!same(block, DataBlock.headSuffix(block, 0, table, wide, head), key, rest, shared)) {
                        continue;
                    }
                }
                long seqNo = seqNoAndKind >>> 1;
                if (seqNo <= maxSeqNo && (voids.isEmpty() || !voids.contains(seqNo))) {
                    if ((seqNoAndKind & 1) != 0) {
                        return Lookup.TOMBSTONE;
                    }
                    int end = index + 1 < count
                            ? DataBlock.offset(DataBlock.rawOffset(block, table, wide, index + 1), wide)
                            : block.length - BlockTrailer.BYTES;
                    return Arrays.copyOfRange(block, at + unshared, end);
                }
                goesOn = index + 1 == count;
            }
        }
        return goesOn ? GOES_ON : null;
    }

    /** For keys, which are short: {@link Arrays#equals} takes longer to begin than this takes to end. */
    private static boolean same(byte[] block, int position, byte[] key, int keyPosition, int length) {
        int i = 0;
        for (; i <= length - 8; i += 8) {
            if ((long) LONG.get(block, position + i) != (long) LONG.get(key, keyPosition + i)) {
                return false;
            }
        }
        for (; i < length; i++) {
            if (block[position + i] != key[keyPosition + i]) {
                return false;
            }
        }
        return true;
    }
}
